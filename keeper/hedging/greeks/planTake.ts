import { legGreeks } from "../../risk/bookGreeks.ts";
import { type BundleSituation, type GreekAmounts, type OptionOffer, planBundle } from "./planBundle.ts";

/** An option to trade now, by itself in one transaction. */
export type TakePlan = {
  readonly offer: OptionOffer;
  /** Options, positive = buy at the ask. */
  readonly size: number;
  /** With the spot trade that would follow, quote. */
  readonly cost: number;
  readonly saves: number;
};

/** Sizes are whole thousandths of what is quoted: dust is not worth a digit. */
const PARTS = 1000;
/** Share of a limit left free: price and time move on between a decision and its block. */
const MARGIN = 0.02;

/**
 * The option of the best bundle that is worth most alone, because every option is a transaction of its own that may be the last: never more
 * than the bundle wants, and than the guard admits before spot has followed.
 * @throws InvalidInputError, StaleDataError as `planBundle`
 * @see docs/hedging.md#gamma-and-vega
 */
export function planTake(situation: BundleSituation): { readonly take?: TakePlan; readonly reason: string } {
  const bundle = planBundle(situation);
  let best: { readonly take: TakePlan; readonly reason: string } | undefined;
  for (const { offer, size } of bundle.optionTrades) {
    const most = Math.min(Math.abs(size), room(situation, bundle.before, offer, Math.sign(size)));
    const { cost, saves, optionTrades, reason } = planBundle({ ...situation, offers: [cut(offer, Math.sign(size) * most)] });
    const [trade] = optionTrades;
    const quoted = (size > 0 ? offer.ask?.size : offer.bid?.size) ?? 0;
    const whole = trade === undefined ? 0 : (Math.floor((Math.abs(trade.size) / quoted) * PARTS + 1e-6) / PARTS) * quoted;
    if (whole === 0 || (best !== undefined && saves - cost <= best.take.saves - best.take.cost)) continue;
    const cutBy = most < Math.abs(size) ? `; the guard admits ${most.toPrecision(4)} of ${Math.abs(size).toPrecision(4)}` : "";
    best = { take: { offer, size: Math.sign(size) * whole, cost, saves }, reason: `${reason}${cutBy}` };
  }
  if (best !== undefined) return best;
  const isSpotOnly = bundle.optionTrades.length === 0 && bundle.verdict === "hedge";
  if (isSpotOnly) return { reason: "hold: no option on offer is worth its cost beside spot" };
  return {
    reason: bundle.verdict === "hold" ? bundle.reason : "hold: no option of the best bundle is worth a transaction alone",
  };
}

/** Options of an offer that leave every Greek within its limit, or no further out than it is. */
function room({ book, limits = {} }: BundleSituation, before: GreekAmounts, { option }: OptionOffer, sign: number): number {
  const greeks = legGreeks({ ...option, size: 1 }, book.spot, book.now, book.smiles.get(option.expiry));
  const most = (["delta", "gamma", "vega"] as const).map((greek) => {
    const [limit, error, step] = [limits[greek] ?? Number.POSITIVE_INFINITY, before[greek], sign * greeks[greek]];
    if (step === 0 || limit === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    const reach = Math.max(limit, Math.abs(error)) * (1 - MARGIN);
    return Math.max(0, (reach - Math.sign(step) * error) / Math.abs(step));
  });
  return Math.min(...most);
}

/** The offer with no more than so many options, on the side that is traded. */
function cut({ ask, bid, ...rest }: OptionOffer, size: number): OptionOffer {
  const side = size > 0 ? ask && { ask: { ...ask, size } } : bid && { bid: { ...bid, size: -size } };
  return { ...rest, ...side };
}
