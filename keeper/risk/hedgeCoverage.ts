import type { BookGreeks } from "./bookGreeks.ts";

/** How far a book's holdings hedge its options. A ratio is undefined where it would divide by zero. */
export type HedgeCoverage = {
  /** Holdings over the holdings that would bring delta to its target: +1 fully hedged, negative when they add to the exposure. */
  readonly coverage: number | undefined;
  /** H, the options' delta equivalent (less target) over the value of the underlying held: −1 neutral. */
  readonly hedgeRatio: number | undefined;
  readonly isOverHedged: boolean;
};

/** What floating-point sums of many legs may exceed one by without a trade being wrong. */
const ROUNDING = 1e-9;

/** Coverage ratio and hedge ratio H of one underlying; coverage · H = −1 wherever both exist. */
export function hedgeCoverage(greeks: Pick<BookGreeks, "optionDelta" | "delta" | "hedgeError">): HedgeCoverage {
  const held = greeks.delta - greeks.optionDelta;
  const exposure = greeks.hedgeError - held;
  const coverage = exposure === 0 ? undefined : -held / exposure;
  return {
    coverage,
    hedgeRatio: held === 0 ? undefined : exposure / held,
    isOverHedged: coverage === undefined ? held !== 0 : coverage > 1 + ROUNDING,
  };
}
