import type { FlowEpisode, OptionFlow } from "./optionFlow.ts";

/** What a policy sees of one day, after the day's orders and before its own trade; Greeks of the whole book. */
export type FlowDay = {
  readonly flow: OptionFlow;
  readonly day: number;
  readonly spot: number;
  readonly vol: number;
  readonly gamma: number;
  readonly vega: number;
  /** ∂gamma/∂spot and ∂vega/∂spot. */
  readonly speed: number;
  readonly vegaSlope: number;
  /** A new at-the-money contract of each tenor, the clients' first. */
  readonly fresh: readonly { readonly price: number; readonly gamma: number; readonly vega: number }[];
  /** Gains less costs so far, quote. */
  readonly pnl: number;
};

/** Contracts of each hedging tenor to trade today; `spot` is held besides the Black-Scholes delta hedge until tomorrow. */
export type FlowTrade = { readonly contracts: readonly number[]; readonly spot?: number };

export type FlowCosts = {
  /** Share of an option's value that trading it costs. */
  readonly spread: number;
  /** Quote per day on which any option is traded; none when absent. */
  readonly fixed?: number;
};

/** Runs one episode; the daily delta hedge is free. Returns gains less costs, quote. */
export function runFlow(
  flow: OptionFlow,
  episode: FlowEpisode,
  { spread, fixed = 0 }: FlowCosts,
  policy: (day: FlowDay) => FlowTrade,
): number {
  const { days } = flow;
  const width = days + 1;
  const held = episode.kinds.map((_, kind) => (kind === 0 ? episode.orders : new Float64Array(days)));
  let pnl = 0;
  for (let day = 0; day < days; day++) {
    const sum = { gamma: 0, vega: 0, speed: 0, vegaSlope: 0 };
    episode.kinds.forEach(({ gamma, vega, speed, vegaSlope }, kind) => {
      const contracts = held[kind] as Float64Array;
      for (let struck = 0; struck <= day; struck++) {
        const size = contracts[struck] as number;
        if (size === 0) continue;
        const i = struck * width + day;
        sum.gamma += size * (gamma[i] as number);
        sum.vega += size * (vega[i] as number);
        sum.speed += size * (speed[i] as number);
        sum.vegaSlope += size * (vegaSlope[i] as number);
      }
    });
    const now = day * width + day;
    const fresh = episode.kinds.map(({ price, gamma, vega }) => ({
      price: price[now] as number,
      gamma: gamma[now] as number,
      vega: vega[now] as number,
    }));
    const [spot, vol] = [episode.spot[day] as number, episode.vol[day] as number];
    const trade = policy({ flow, day, spot, vol, ...sum, fresh, pnl });
    if (trade.contracts.some((size) => size !== 0)) pnl -= fixed;
    trade.contracts.forEach((size, index) => {
      (held[index + 1] as Float64Array)[day] = size;
      pnl -= spread * Math.abs(size) * (fresh[index + 1]?.price ?? 0);
    });
    pnl += (trade.spot ?? 0) * ((episode.spot[day + 1] as number) - spot);
    episode.kinds.forEach(({ gain }, kind) => {
      const contracts = held[kind] as Float64Array;
      for (let struck = 0; struck <= day; struck++) {
        const size = contracts[struck] as number;
        if (size !== 0) pnl += size * (gain[struck * width + day] as number);
      }
    });
  }
  return pnl;
}
