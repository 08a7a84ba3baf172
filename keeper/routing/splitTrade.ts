import { commonRoot, type DepthCurve, type Side, tradeTo } from "./depthCurve.ts";

/** A venue's depth for one side, and the gas of trading there, quote. */
export type Offer = { readonly curve: DepthCurve; readonly gas: number };

export type Split = {
  /** Units per offer, positive; 0 where nothing is traded. */
  readonly units: readonly number[];
  /** Sum of the units: less than asked where the offers end. */
  readonly filled: number;
  /** Quote paid (buy) or received (sell), fees included. */
  readonly quote: number;
  /** Quote spent on gas by the legs. */
  readonly gas: number;
  readonly legs: number;
};

/** Offers beyond the best so many are not looked at together: the subsets of four are fifteen. */
const MOST_OFFERS = 6;

/**
 * The cheapest way to trade so many units over several offers: in every set of venues all legs end at one marginal price, and the set is taken
 * whose price and gas come to least, so that a leg opens only when it saves its gas. Sets that hold more units come before cheaper ones that hold
 * fewer.
 * @param units  positive
 */
export function splitTrade(offers: readonly Offer[], side: Side, units: number): Split {
  let best: Split = { units: offers.map(() => 0), filled: 0, quote: 0, gas: 0, legs: 0 };
  const usable = offers
    .flatMap(({ curve }, index) => (curve.depths.some((depth) => depth > 0) ? [index] : []))
    .slice(0, MOST_OFFERS);
  for (let set = 1; set < 1 << usable.length; set += 1) {
    const chosen = usable.filter((_, bit) => set & (1 << bit));
    const split = splitOver(offers, chosen, units);
    if (isBetter(split, best, side, units)) best = split;
  }
  return best;
}

function splitOver(offers: readonly Offer[], chosen: readonly number[], units: number): Split {
  const curves = chosen.map((index) => (offers[index] as Offer).curve);
  const root = commonRoot(curves, units);
  const traded = curves.map((curve) => tradeTo(curve, root));
  const each = offers.map(() => 0);
  for (const [i, index] of chosen.entries()) each[index] = traded[i]?.units ?? 0;
  return {
    units: each,
    filled: traded.reduce((sum, leg) => sum + leg.units, 0),
    quote: traded.reduce((sum, leg) => sum + leg.quote, 0),
    gas: chosen.reduce((sum, index) => sum + (offers[index] as Offer).gas, 0),
    legs: chosen.length,
  };
}

/** Rounding of sums of units. */
const SAME = 1e-9;

function isBetter(split: Split, best: Split, side: Side, units: number): boolean {
  if (Math.abs(split.filled - best.filled) > SAME * units) return split.filled > best.filled;
  const paid = ({ quote, gas }: Split) => gas + (side === "buy" ? quote : -quote);
  return paid(split) < paid(best);
}
