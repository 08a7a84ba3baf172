import type { Book, OptionLeg } from "../../risk/book.ts";
import { bookGreeks, legGreeks } from "../../risk/bookGreeks.ts";
import type { HedgeCosts } from "../noTradeRegion.ts";
import type { Matrix } from "../symmetricEigen.ts";
import { type Bundle, bestBundle, type HedgeInstrument } from "./bestBundle.ts";
import { errorValue } from "./errorValue.ts";
import { greekDynamics, horizon, type MarketMoves } from "./greekDynamics.ts";

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
  readonly orders?: Matrix;
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
  const greeks = bookGreeks(book);
  const centre = -costs.carry / (riskAversion * (moves.vol * book.spot) ** 2);
  const errors = [greeks.hedgeError - centre, greeks.gamma, greeks.vega];
  const offers = situation.offers.filter(
    ({ option, ask, bid }) => option.expiry > book.now && (ask?.size ?? 0) + (bid?.size ?? 0) > 0,
  );
  const options = offers.map((offer) => instrumentOf(situation, offer));
  const dynamics = greekDynamics(situation);
  const cheapest = (greek: number) =>
    Math.min(...options.map(({ exposure, buy, sell }) => cheapestSide(buy, sell) / Math.abs(exposure[greek] as number)));
  // Without an offer gamma and vega cannot be mended: only delta is at stake.
  const count = options.length > 0 ? 3 : 1;
  const cut = (matrix: Matrix) => matrix.slice(0, count).map((row) => row.slice(0, count));
  const value = errorValue({
    diffusion: cut(dynamics.diffusion),
    risk: cut(dynamics.risk),
    fixed: costs.fixed,
    proportional: count === 3 ? [costs.proportional, cheapest(1), cheapest(2)] : [costs.proportional],
    checkEvery,
    years: Math.max(horizon(book), SHORTEST_HORIZON_YEARS),
  });
  const side = { cost: costs.proportional, size: Number.POSITIVE_INFINITY, cash: 0 };
  const spot = { name: "spot", exposure: [1, 0, 0].slice(0, count), buy: side, sell: side, impact: costs.impact };
  const instruments = [spot, ...options];
  const { delta = Number.POSITIVE_INFINITY, gamma = Number.POSITIVE_INFINITY, vega = Number.POSITIVE_INFINITY } = limits ?? {};
  const bundle = bestBundle({
    errors: errors.slice(0, count),
    value,
    instruments,
    fixed: costs.fixed,
    cash,
    limits: [delta, gamma, vega].slice(0, count),
  });
  const [, gammaAfter = greeks.gamma, vegaAfter = greeks.vega] = bundle.after;
  const before = { delta: greeks.hedgeError, gamma: greeks.gamma, vega: greeks.vega };
  const wanted = { delta: (bundle.after[0] as number) + centre, gamma: gammaAfter, vega: vegaAfter };
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

function instrumentOf({ book, optionGas }: BundleSituation, offer: OptionOffer): HedgeInstrument {
  const { option, ask, bid, collateral, lot } = offer;
  const { price, delta, gamma, vega } = legGreeks({ ...option, size: 1 }, book.spot, book.now, book.smiles.get(option.expiry));
  return {
    name: offer.name,
    exposure: [delta, gamma, vega],
    buy: { cost: (ask?.price ?? price) - price, size: ask?.size ?? 0, cash: ask?.price ?? 0 },
    sell: { cost: price - (bid?.price ?? price), size: bid?.size ?? 0, cash: Math.max(0, collateral - (bid?.price ?? 0)) },
    legCost: optionGas,
    ...(lot === undefined ? {} : { lot }),
  };
}

function cheapestSide(...sides: readonly HedgeInstrument["buy"][]): number {
  return Math.max(0, Math.min(...sides.filter(({ size }) => size > 0).map(({ cost }) => cost)));
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
