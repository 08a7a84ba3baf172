import type { RateCurve, ReserveState, UnderlyingSnapshot } from "../chain/snapshot.ts";

/** Per year. */
export type Rates = { readonly borrow: number; readonly supply: number };

/**
 * A reserve's variable borrow and supply rates at a usage (Aave v3, DefaultReserveInterestRateStrategy.calculateInterestRates without stable
 * debt: two straight lines that meet at the optimal usage).
 */
function ratesAt({ optimalUsage, base, slope1, slope2, reserveFactor }: RateCurve, usage: number): Rates {
  const excess = Math.max(0, usage - optimalUsage) / (1 - optimalUsage);
  const borrow = base + slope1 * Math.min(1, usage / optimalUsage) + slope2 * excess;
  return { borrow, supply: borrow * usage * (1 - reserveFactor) };
}

/** Rates after so many more units are borrowed (negative: repaid) and supplied (negative: withdrawn). */
export function ratesAfter(
  {
    reserve: { available, debt, curve },
    borrowRate,
    supplyRate,
  }: Pick<UnderlyingSnapshot, "reserve" | "borrowRate" | "supplyRate">,
  borrowed: number,
  supplied = 0,
): Rates {
  if (curve === undefined) return { borrow: borrowRate, supply: supplyRate };
  const owed = Math.max(0, debt + borrowed);
  const total = Math.max(owed, debt + available + supplied);
  return ratesAt(curve, total === 0 ? 0 : owed / total);
}

/** Units that can be borrowed before the reserve is empty or its rate passes a limit. */
export function largestLoan({ available, debt, curve }: ReserveState, maxRate: number): number {
  if (curve === undefined) return available;
  const { optimalUsage, base, slope1, slope2 } = curve;
  const gentle = slope1 === 0 ? optimalUsage : (optimalUsage * (maxRate - base)) / slope1;
  const steep = slope2 === 0 ? 1 : optimalUsage + ((1 - optimalUsage) * (maxRate - base - slope1)) / slope2;
  const usage = Math.min(1, gentle <= optimalUsage && maxRate < base + slope1 ? gentle : Math.max(steep, optimalUsage));
  return Math.max(0, Math.min(available, usage * (available + debt) - debt));
}

/**
 * Quote per year that holding `trade` more units (negative: fewer) costs or, when negative, brings, as the bundle would fund it. What is sold
 * from hand bears nothing; what Aave held for the vault stops earning; what is borrowed pays the rate it drives up, on the whole debt, and its
 * proceeds earn quote's supply rate; a purchase repays debt first.
 */
export function carryOfTrade(underlying: UnderlyingSnapshot, quoteSupplyRate: number, trade: number): number {
  const { cash, lent, price, supplyRate } = underlying;
  const owed = Math.max(0, -lent);
  const missing = Math.max(0, -trade - cash);
  const withdrawn = Math.min(missing, Math.max(0, lent));
  const borrowed = trade < 0 ? missing - withdrawn : -Math.min(owed, trade);
  const interest =
    ratesAfter(underlying, borrowed, -withdrawn).borrow * (owed + borrowed) - ratesAfter(underlying, 0).borrow * owed;
  return price * (interest + withdrawn * supplyRate - borrowed * quoteSupplyRate);
}
