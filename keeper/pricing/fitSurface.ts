import { InvalidInputError } from "../errors.ts";
import { fitSsvi } from "./fitSsvi.ts";
import { FEWEST_QUOTES, fitSvi } from "./fitSvi.ts";
import { BUTTERFLY_MARGIN, boundAt, penaltyStrikes, repairSvi } from "./repairSvi.ts";
import type { ExpirySmile } from "./smileQuote.ts";
import { type SviSlice, sviVariance } from "./svi.ts";
import { calendar, type DatedSlice } from "./sviCalendar.ts";

/** One expiry's slice before and after its arbitrage was removed. */
export type FittedExpiry = {
  readonly years: number;
  /** Nearest to the quotes, or read off an SSVI surface when fewer than five strikes are quoted. */
  readonly fitted: SviSlice;
  /** The slice to use: free of butterfly arbitrage, and of calendar arbitrage against every other. */
  readonly slice: SviSlice;
  readonly source: "svi" | "ssvi";
};

/**
 * Slices for every expiry, together free of static arbitrage. Each is fitted freely first. Then, latest first, a slice that rises
 * above the next one beyond its own last quotes is refitted below it there: what nobody quotes yields. Then, earliest first,
 * `repairSvi` removes what is left, for certain.
 * @param smiles in increasing time to expiry
 * @throws InvalidInputError when the expiries are not increasing, or no expiry has five strikes
 */
export function fitSurface(smiles: readonly ExpirySmile[]): FittedExpiry[] {
  for (const [i, { years }] of smiles.entries()) {
    const before = smiles[i - 1]?.years ?? 0;
    if (!(years > before)) throw new InvalidInputError("Expiries must be in increasing, positive time", { years, before });
  }
  const isThin = ({ quotes }: ExpirySmile) => new Set(quotes.map((q) => q.k)).size < FEWEST_QUOTES;
  const global = smiles.some(isThin) ? fitSsvi(smiles) : undefined;
  const fitted = smiles.map((smile, i) => (isThin(smile) ? (global?.slices[i] as SviSlice) : fitSvi(smile)));
  const yielding = [...fitted];
  for (let i = smiles.length - 2; i >= 0; i--) {
    const far = { slice: yielding[i + 1] as SviSlice, years: (smiles[i + 1] as ExpirySmile).years };
    yielding[i] = yieldTo(far, smiles[i] as ExpirySmile, yielding[i] as SviSlice);
  }
  let near: DatedSlice | undefined;
  return smiles.map((smile, i) => {
    const { years } = smile;
    const quotes = isThin(smile) ? undefined : smile.quotes;
    const after = smiles[i + 1];
    const far = after && { slice: yielding[i + 1] as SviSlice, years: after.years };
    const slice = repairSvi({ slice: yielding[i] as SviSlice, years, quotes, near, far });
    near = { slice, years };
    return { years, fitted: fitted[i] as SviSlice, slice, source: isThin(smile) ? "ssvi" : "svi" };
  });
}

function yieldTo(far: DatedSlice, { quotes, years }: ExpirySmile, slice: SviSlice): SviSlice {
  if (quotes.length < FEWEST_QUOTES || calendar({ slice, years }, far).minimum >= 0) return slice;
  const strikes = quotes.map((q) => q.k);
  const [lowest, highest] = [Math.min(...strikes), Math.max(...strikes)];
  const bound = boundAt(far, years, 1 - 1e-3, 0, YIELDING);
  const below = { ...bound, variance: (k: number) => (k >= lowest && k <= highest ? Infinity : bound.variance(k)) };
  const constraints = {
    strikes: penaltyStrikes(Math.sqrt(sviVariance(slice, 0) * years)),
    butterfly: 2 * BUTTERFLY_MARGIN,
    below,
  };
  return fitSvi({ quotes, years, start: slice, constraints });
}

/** A wing beyond the quotes gives way before a near quote is missed by much. */
const YIELDING = 0.1;
