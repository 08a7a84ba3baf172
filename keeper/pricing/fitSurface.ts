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
 * How firmly a slice gives way to the expiry after it: beyond its own quotes before anything is repaired, and at its quotes too where it is
 * repaired, in units of vol error per unit of breach. No one firmness suits every chain: a quiet one wants firm wings, in a crash yielding to
 * the far expiries bends the near ones too much.
 */
const YIELDING = [
  { beyondQuotes: 0.1, inRepair: 0.01 },
  { beyondQuotes: 0.01, inRepair: 0.01 },
  { beyondQuotes: 0.01, inRepair: 0.001 },
] as const;

/**
 * Slices for every expiry, together free of static arbitrage. Each is fitted freely first. Then, latest first, a slice that rises
 * above the next one beyond its own last quotes is refitted below it there: what nobody quotes yields. Then, earliest first,
 * `repairSvi` removes what is left, for certain. That is done with several firmnesses; the surface nearest to the quotes is taken.
 * @param smiles in increasing time to expiry
 * @throws InvalidInputError when the expiries are not increasing, or nothing is quoted
 */
export function fitSurface(smiles: readonly ExpirySmile[]): FittedExpiry[] {
  for (const [i, { years }] of smiles.entries()) {
    const before = smiles[i - 1]?.years ?? 0;
    if (!(years > before)) throw new InvalidInputError("Expiries must be in increasing, positive time", { years, before });
  }
  const global = smiles.some(isThin) ? fitSsvi(smiles) : undefined;
  const fitted = smiles.map((smile, i) => (isThin(smile) ? (global?.slices[i] as SviSlice) : fitSvi(smile)));
  const repairs = YIELDING.map((yielding) => repairInOrder(smiles, fitted, yielding));
  const errors = repairs.map((slices) => totalError(smiles, slices));
  const best = repairs[errors.indexOf(Math.min(...errors))] as SviSlice[];
  return smiles.map((smile, i) => ({
    years: smile.years,
    fitted: fitted[i] as SviSlice,
    slice: best[i] as SviSlice,
    source: isThin(smile) ? "ssvi" : "svi",
  }));
}

function isThin({ quotes }: ExpirySmile): boolean {
  return new Set(quotes.map((q) => q.k)).size < FEWEST_QUOTES;
}

/** One yielding pass from the latest expiry, one repairing pass from the earliest. */
function repairInOrder(
  smiles: readonly ExpirySmile[],
  fitted: readonly SviSlice[],
  { beyondQuotes, inRepair }: (typeof YIELDING)[number],
): SviSlice[] {
  const yielding = [...fitted];
  for (let i = smiles.length - 2; i >= 0; i--) {
    const far = { slice: yielding[i + 1] as SviSlice, years: (smiles[i + 1] as ExpirySmile).years };
    yielding[i] = yieldTo(far, smiles[i] as ExpirySmile, yielding[i] as SviSlice, beyondQuotes);
  }
  let near: DatedSlice | undefined;
  return smiles.map((smile, i) => {
    const { years } = smile;
    const quotes = isThin(smile) ? undefined : smile.quotes;
    const after = smiles[i + 1];
    const far = after && { slice: yielding[i + 1] as SviSlice, years: after.years, strength: inRepair };
    const slice = repairSvi({ slice: yielding[i] as SviSlice, years, quotes, near, far });
    near = { slice, years };
    return slice;
  });
}

/** Mean squared vol error of each expiry, summed: every expiry counts alike. */
function totalError(smiles: readonly ExpirySmile[], slices: readonly SviSlice[]): number {
  let sum = 0;
  for (const [i, { quotes }] of smiles.entries()) {
    let [error, weights] = [0, 0];
    for (const { k, vol, weight } of quotes) {
      error += weight * (Math.sqrt(sviVariance(slices[i] as SviSlice, k)) - vol) ** 2;
      weights += weight;
    }
    if (weights > 0) sum += error / weights;
  }
  return sum;
}

/** The slice refitted below `far` where it has no quotes of its own, or itself when it does not rise above. */
function yieldTo(far: DatedSlice, smile: ExpirySmile, slice: SviSlice, strength: number): SviSlice {
  const { quotes, years } = smile;
  if (isThin(smile) || calendar({ slice, years }, far).minimum >= 0) return slice;
  const strikes = quotes.map((q) => q.k);
  const [lowest, highest] = [Math.min(...strikes), Math.max(...strikes)];
  const bound = boundAt(far, years, 1 - 1e-3, 0, strength);
  const below = { ...bound, variance: (k: number) => (k >= lowest && k <= highest ? Infinity : bound.variance(k)) };
  const constraints = {
    strikes: penaltyStrikes(Math.sqrt(sviVariance(slice, 0) * years)),
    butterfly: 2 * BUTTERFLY_MARGIN,
    below,
  };
  return fitSvi({ quotes, years, start: slice, constraints });
}
