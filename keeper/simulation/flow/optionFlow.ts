import { allocateColumns, blackScholesBatch, type OptionColumns, type ValueColumns } from "../../pricing/blackScholesBatch.ts";
import { type SabrModel, sabrVol } from "../../pricing/sabrVol.ts";
import type { Random } from "../random.ts";

/** A desk to which clients bring at-the-money calls, and which may buy or sell a new at-the-money call of each hedging tenor every day. */
export type OptionFlow = {
  readonly spot: number;
  /** ν = 0 is geometric Brownian motion. */
  readonly model: SabrModel;
  readonly daysPerYear: number;
  readonly days: number;
  /** Tenor of what clients trade, then of each hedging option, days. */
  readonly tenors: readonly number[];
  /** Client orders per day from the second day on, bought or sold alike; on the first day they buy one. */
  readonly ordersPerDay: number;
  /** Shares per contract. */
  readonly contract: number;
};

/** Setting of Cao, Chen, Farghadani, Hull, Poulos, Wang and Yuan (2022), hedged with these tenors. */
export function publishedFlow(model: "gbm" | "sabr"): OptionFlow {
  const isGbm = model === "gbm";
  return {
    spot: 10,
    model: { alpha: 0.3, nu: isGbm ? 0 : 0.3, rho: isGbm ? 0 : -0.7 },
    daysPerYear: 252,
    days: 30,
    tenors: isGbm ? [60, 30] : [60, 30, 90],
    ordersPerDay: 1,
    contract: 100,
  };
}

/** One option of each kind struck on each day: index [day struck × (days + 1) + day]. All per contract. */
export type OptionKind = {
  readonly price: Float64Array;
  readonly gamma: Float64Array;
  readonly vega: Float64Array;
  /** ∂gamma/∂spot and ∂vega/∂spot. */
  readonly speed: Float64Array;
  readonly vegaSlope: Float64Array;
  /** Gain to the next day, delta-hedged with the Black-Scholes delta at the option's own implied vol. */
  readonly gain: Float64Array;
};

/** One month of market and client orders, with everything a policy may ask. */
export type FlowEpisode = {
  readonly spot: Float64Array;
  /** Instantaneous vol. */
  readonly vol: Float64Array;
  /** Contracts the desk takes on per day, shorts negative. */
  readonly orders: Float64Array;
  /** In the order of `tenors`. */
  readonly kinds: readonly OptionKind[];
};

/** Draws one episode after another; Hagan's implied vol at each option's own strike and life prices it. */
export function createOptionFlow(flow: OptionFlow, random: Random): () => FlowEpisode {
  const rows = (flow.days * (flow.days + 3)) / 2;
  const batch = { ...allocateColumns(rows), rows };
  batch.options.call.fill(1);
  return () => {
    const market = drawMarket(flow, random);
    return { ...market, kinds: flow.tenors.map((tenor) => valueKind(flow, market, tenor, batch)) };
  };
}

function drawMarket({ spot: start, model, daysPerYear, days, ordersPerDay }: OptionFlow, random: Random) {
  const dt = 1 / daysPerYear;
  const spot = new Float64Array(days + 1).fill(start);
  const vol = new Float64Array(days + 1).fill(model.alpha);
  const orders = new Float64Array(days);
  orders[0] = -1;
  for (let day = 0; day < days; day++) {
    const shock = random.normal();
    const alpha = vol[day] as number;
    spot[day + 1] = (spot[day] as number) * Math.exp((-alpha * alpha * dt) / 2 + alpha * Math.sqrt(dt) * shock);
    if (model.nu > 0) {
      const own = model.rho * shock + Math.sqrt(1 - model.rho ** 2) * random.normal();
      vol[day + 1] = alpha * Math.exp((-model.nu * model.nu * dt) / 2 + model.nu * Math.sqrt(dt) * own);
    }
    const arrivals = day === 0 ? 0 : random.poisson(ordersPerDay);
    for (let order = 0; order < arrivals; order++) orders[day] = (orders[day] as number) + (random.uniform() < 0.5 ? 1 : -1);
  }
  return { spot, vol, orders };
}

type Batch = { readonly options: OptionColumns; readonly values: ValueColumns; readonly rows: number };

function valueKind(flow: OptionFlow, { spot, vol }: Pick<FlowEpisode, "spot" | "vol">, tenor: number, batch: Batch): OptionKind {
  const { days, daysPerYear, model, contract } = flow;
  const { options, values, rows } = batch;
  const width = days + 1;
  let row = 0;
  for (let struck = 0; struck < days; struck++) {
    for (let day = struck; day <= days; day++, row++) {
      const years = (tenor - (day - struck)) / daysPerYear;
      const [now, strike, alpha] = [spot[day] as number, spot[struck] as number, vol[day] as number];
      options.spot[row] = now;
      options.strike[row] = strike;
      options.years[row] = years;
      options.vol[row] = model.nu === 0 ? alpha : sabrVol({ ...model, alpha }, now, strike, years);
    }
  }
  blackScholesBatch(options, values, rows);
  const column = () => new Float64Array(days * width);
  const kind = { price: column(), gamma: column(), vega: column(), speed: column(), vegaSlope: column(), gain: column() };
  row = 0;
  for (let struck = 0; struck < days; struck++) {
    for (let day = struck; day <= days; day++, row++) {
      const i = struck * width + day;
      const s = spot[day] as number;
      const deviation = (options.vol[row] as number) * Math.sqrt(options.years[row] as number);
      const steepness = deviation > 0 ? Math.log(s / (options.strike[row] as number)) / deviation ** 2 + 0.5 : 0;
      kind.price[i] = contract * (values.price[row] as number);
      kind.gamma[i] = contract * (values.gamma[row] as number);
      kind.vega[i] = contract * (values.vega[row] as number);
      kind.speed[i] = (-(kind.gamma[i] as number) * (1 + steepness)) / s;
      kind.vegaSlope[i] = ((kind.vega[i] as number) * (1 - steepness)) / s;
      if (day === struck) continue;
      const hedge = contract * (values.delta[row - 1] as number) * (s - (spot[day - 1] as number));
      kind.gain[i - 1] = (kind.price[i] as number) - (kind.price[i - 1] as number) - hedge;
    }
  }
  return kind;
}
