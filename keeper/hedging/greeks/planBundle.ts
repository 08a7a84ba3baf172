import type { Book, OptionLeg } from "../../risk/book.ts";
import { legGreeks } from "../../risk/bookGreeks.ts";
import type { HedgeCosts } from "../noTradeRegion.ts";
import { type Bundle, bestBundle, type HedgeInstrument } from "./bestBundle.ts";
import { errorValue } from "./errorValue.ts";
import { ERROR, type GreekDynamics, greekDynamics, horizon, type MarketMoves } from "./greekDynamics.ts";

/** A price for so many options; quote per option. */
export type Level = { readonly price: number; readonly size: number };

/** An RFQ quote at hand: the vault may buy at the ask or sell at the bid. */
export type OptionOffer = {
  readonly name: string;
  readonly option: Pick<OptionLeg, "type" | "strike" | "expiry">;
  readonly ask?: Level;
  readonly bid?: Level;
  /** Quote locked per option sold. */
  readonly collateral: number;
  /** Smallest step of size; any when absent. */
  readonly lot?: number;
};

export type GreekAmounts = { readonly delta: number; readonly gamma: number; readonly vega: number };

export type BundleSituation = {
  readonly book: Book;
  readonly moves: MarketMoves;
  /** Absolute risk aversion, 1 / quote. */
  readonly riskAversion: number;
  /** Of the underlying; `fixed` is the gas of the transaction. */
  readonly costs: HedgeCosts;
  /** Quote of gas per option leg. */
  readonly optionGas: number;
  /** Years between two decisions. */
  readonly checkEvery: number;
  readonly offers: readonly OptionOffer[];
  /** Quote free for premiums and collateral. */
  readonly cash: number;
  /** Largest |delta − target|, |gamma| and |vega| the guard allows; none where absent. */
  readonly limits?: Partial<GreekAmounts>;
};

export type BundlePlan = {
  readonly underlying: string;
  readonly verdict: "hold" | "hedge";
  /** Units of the underlying, positive = buy; 0 when holding. */
  readonly spotTrade: number;
  /** Options per offer that is used, positive = buy at its ask. */
  readonly optionTrades: readonly { readonly offer: OptionOffer; readonly size: number }[];
  /** Errors: delta less target, gamma, vega. */
  readonly before: GreekAmounts;
  readonly after: GreekAmounts;
  /** Half spreads, fees, impact and gas, quote; negative when an offer is better than its mark. */
  readonly cost: number;
  /** Risk removed, as certainty equivalent until the errors would decay, expire or be mended anyway, quote. */
  readonly saves: number;
  readonly reason: string;
};

/**
 * The best transaction in spot and quoted options for one underlying now, or none: it must save its costs and beat the option to wait.
 * @throws InvalidInputError when a cost or time is negative; StaleDataError when a live leg or an offer has no smile
 * @see docs/hedging.md#gamma-and-vega
 */
export function planBundle(situation: BundleSituation): BundlePlan {
  const { book, moves, riskAversion, costs, checkEvery, cash, limits } = situation;
  const offers = situation.offers.filter(
    ({ option, ask, bid }) => option.expiry > book.now && (ask?.size ?? 0) + (bid?.size ?? 0) > 0,
  );
  const dynamics = greekDynamics(situation);
  const options = offers.map((offer) => instrumentOf(situation, offer, dynamics));
  const centre = -costs.carry / (riskAversion * (moves.vol * book.spot) ** 2);
  const prices = dynamics.errors.map((_, i) => (i === ERROR.delta ? costs.proportional : cheapest(options, i)));
  // What no instrument on offer mends is no part of the problem.
  const open = prices.flatMap((price, i) => (Number.isFinite(price) ? [i] : []));
  const pick = (values: readonly number[]) => open.map((i) => values[i] as number);
  const value = errorValue({
    diffusion: open.map((i) => pick(dynamics.diffusion[i] ?? [])),
    risk: open.map((i) => pick(dynamics.risk[i] ?? [])),
    fixed: costs.fixed,
    proportional: pick(prices),
    checkEvery,
    years: Math.max(horizon(book), SHORTEST_HORIZON_YEARS),
  });
  const side = { cost: costs.proportional, size: Number.POSITIVE_INFINITY, cash: 0 };
  const exposure = dynamics.errors.map((_, i) => (i === ERROR.delta ? 1 : 0));
  const instruments = [{ name: "spot", exposure, buy: side, sell: side, impact: costs.impact }, ...options];
  const bounds = new Map<number, number | undefined>([
    [ERROR.delta, limits?.delta],
    [ERROR.vega, limits?.vega],
    [ERROR.gamma, limits?.gamma],
  ]);
  const bundle = bestBundle({
    errors: pick(dynamics.errors.map((error, i) => (i === ERROR.delta ? error - centre : error))),
    value,
    instruments: instruments.map((each) => ({ ...each, exposure: pick(each.exposure) })),
    fixed: costs.fixed,
    cash,
    limits: open.map((i) => bounds.get(i) ?? Number.POSITIVE_INFINITY),
  });
  const amount = (error: number) => dynamics.errors[error] as number;
  const moved = (error: number) =>
    instruments.reduce((sum, each, k) => sum + (each.exposure[error] as number) * (bundle.trades[k] as number), amount(error));
  const before = { delta: amount(ERROR.delta), gamma: amount(ERROR.gamma), vega: amount(ERROR.vega) };
  const wanted = { delta: moved(ERROR.delta), gamma: moved(ERROR.gamma), vega: moved(ERROR.vega) };
  const isTraded = bundle.isWorthIt;
  const optionTrades = offers.flatMap((offer, i) => {
    const size = bundle.trades[i + 1] as number;
    return isTraded && size !== 0 ? [{ offer, size }] : [];
  });
  return {
    underlying: book.underlying,
    verdict: isTraded ? "hedge" : "hold",
    spotTrade: isTraded ? (bundle.trades[0] as number) : 0,
    optionTrades,
    before,
    after: isTraded ? wanted : before,
    cost: isTraded ? bundle.cost + bundle.fixed : 0,
    saves: isTraded ? bundle.saves : 0,
    reason: reasonOf(bundle, instruments, before, wanted),
  };
}

/** A hedge error outlives the options: it stays until the next ones are sold or somebody trades it away. */
const SHORTEST_HORIZON_YEARS = 1 / 365;

function instrumentOf({ book, optionGas }: BundleSituation, offer: OptionOffer, dynamics: GreekDynamics): HedgeInstrument {
  const { option, ask, bid, collateral, lot } = offer;
  const { price } = legGreeks({ ...option, size: 1 }, book.spot, book.now, book.smiles.get(option.expiry));
  return {
    name: offer.name,
    exposure: dynamics.exposure(option),
    buy: { cost: (ask?.price ?? price) - price, size: ask?.size ?? 0, cash: ask?.price ?? 0 },
    sell: { cost: price - (bid?.price ?? price), size: bid?.size ?? 0, cash: Math.max(0, collateral - (bid?.price ?? 0)) },
    legCost: optionGas,
    ...(lot === undefined ? {} : { lot }),
  };
}

/** Least cost of mending one unit of an error by an option; infinite when none on offer does. */
function cheapest(options: readonly HedgeInstrument[], error: number): number {
  const prices = options.flatMap(({ exposure, buy, sell }) =>
    [buy, sell].filter(({ size }) => size > 0).map(({ cost }) => Math.max(0, cost) / Math.abs(exposure[error] as number)),
  );
  return Math.min(...prices.filter((price) => !Number.isNaN(price)), Number.POSITIVE_INFINITY);
}

function reasonOf(bundle: Bundle, instruments: readonly HedgeInstrument[], before: GreekAmounts, after: GreekAmounts): string {
  const legs = instruments.flatMap(({ name }, i) => {
    const size = bundle.trades[i] as number;
    return size === 0 ? [] : [`${size > 0 ? "buy" : "sell"} ${Math.abs(size).toPrecision(4)} ${name}`];
  });
  const cost = bundle.cost + bundle.fixed;
  const figures = `costs ${cost.toFixed(2)} (gas ${bundle.fixed.toFixed(2)}), removes risk worth ${bundle.saves.toFixed(2)}`;
  if (legs.length === 0) return "hold: no trade on offer removes more risk than its own spread or fee costs";
  if (!bundle.isWorthIt) {
    const needed = bundle.hurdle + bundle.cost;
    return `hold: the best bundle (${legs.join(", ")}) ${figures}; it must remove ${needed.toFixed(2)} to be better than waiting`;
  }
  const moved = (["delta", "gamma", "vega"] as const).map(
    (greek) => `${greek} ${before[greek].toPrecision(3)} → ${after[greek].toPrecision(3)}`,
  );
  return `${legs.join(", ")}: ${moved.join(", ")}; ${figures}, more than the ${bundle.hurdle.toFixed(2)} that waiting is worth`;
}
