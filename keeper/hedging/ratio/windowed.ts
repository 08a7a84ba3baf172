import { InvalidInputError } from "../../errors.ts";
import { ols } from "./ols.ts";
import type { RatioModel } from "./ratioModel.ts";

/**
 * OLS over the last `window` moves, or over all moves so far (recursive, from `window` of them on).
 * @throws InvalidInputError when the window is shorter than 3 or longer than the sample
 */
export function windowedRatio(
  spot: Float64Array,
  future: Float64Array,
  window: number,
  kind: "rolling" | "recursive",
): RatioModel {
  if (!(Number.isSafeInteger(window) && window >= 3))
    throw new InvalidInputError(`A window of ${window} moves is too short; use 3 or more`);
  if (window > spot.length)
    throw new InvalidInputError(`A window of ${window} moves exceeds the ${spot.length} there are; shorten it`);
  const start = (end: number) => (kind === "rolling" ? end - window : 0);
  const last = ols(spot.slice(start(spot.length)), future.slice(start(spot.length)));
  return {
    method: kind,
    standardError: last.betaError,
    parameters: { window, ...last },
    warnings: [],
    path(s, f) {
      const path = new Float64Array(s.length + 1).fill(Number.NaN);
      const sums = [0, 0, 0, 0];
      for (let t = 0; t < s.length; t++) {
        accumulate(sums, s[t] as number, f[t] as number, 1);
        if (kind === "rolling" && t >= window) accumulate(sums, s[t - window] as number, f[t - window] as number, -1);
        if (t + 1 >= window) path[t + 1] = slope(sums, t + 1 - start(t + 1));
      }
      return path;
    },
  };
}

/** Σs, Σf, Σsf, Σf². */
function accumulate(sums: number[], s: number, f: number, sign: 1 | -1): void {
  [s, f, s * f, f * f].forEach((term, i) => {
    sums[i] = (sums[i] as number) + sign * term;
  });
}

function slope([s, f, sf, ff]: readonly number[], count: number): number {
  const spread = (ff as number) - ((f as number) * (f as number)) / count;
  const ratio = ((sf as number) - ((s as number) * (f as number)) / count) / spread;
  // A future that stood still over the window has no ratio, whatever is left of rounding.
  return spread > 1e-12 * (ff as number) ? ratio : Number.NaN;
}
