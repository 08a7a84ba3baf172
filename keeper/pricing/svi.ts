import { InvalidInputError } from "../errors.ts";

/**
 * One expiry's smile in *annualised* variance, exactly as the contract `VolSurface` takes it:
 * v(k) = a + b·(ρ·(k−m) + √((k−m)² + σ²)), k = ln(K/F). Total variance at `years` is v(k)·years.
 * Raw SVI of Gatheral (2004) divided by time, so a slice keeps its meaning as it ages.
 */
export type SviSlice = {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
};

/** What the contract accepts of a slice, with room for its rounding; fits and repairs stay inside. */
export const SVI_LIMITS = { lowestVariance: 1.1e-4, largestM: 1.99, smallestSigma: 1.1e-4, largestSigma: 4 } as const;

/** Annualised variance at one log-moneyness with its first two derivatives by k. */
export type SviPoint = { readonly variance: number; readonly slope: number; readonly curvature: number };

/** Annualised variance v(k) at log-moneyness k = ln(K/F). */
export function sviVariance(slice: SviSlice, k: number): number {
  const x = k - slice.m;
  return slice.a + slice.b * (slice.rho * x + Math.sqrt(x * x + slice.sigma * slice.sigma));
}

/** dv/dk at log-moneyness k. */
export function sviSlope(slice: SviSlice, k: number): number {
  const x = k - slice.m;
  return slice.b * (slice.rho + x / Math.sqrt(x * x + slice.sigma * slice.sigma));
}

/** d²v/dk² at log-moneyness k; positive wherever b and σ are. */
export function sviCurvature(slice: SviSlice, k: number): number {
  const x = k - slice.m;
  const square = x * x + slice.sigma * slice.sigma;
  return (slice.b * slice.sigma * slice.sigma) / (square * Math.sqrt(square));
}

/** v, dv/dk and d²v/dk² at once, for one square root. */
export function sviPoint(slice: SviSlice, k: number): SviPoint {
  const x = k - slice.m;
  const square = x * x + slice.sigma * slice.sigma;
  const root = Math.sqrt(square);
  return {
    variance: slice.a + slice.b * (slice.rho * x + root),
    slope: slice.b * (slice.rho + x / root),
    curvature: (slice.b * slice.sigma * slice.sigma) / (square * root),
  };
}

/** Total variance w = v(k)·years at log-moneyness k. */
export function sviTotalVariance(slice: SviSlice, k: number, years: number): number {
  return sviVariance(slice, k) * years;
}

/**
 * Annualised vol √v(k) at log-moneyness k.
 * @throws InvalidInputError where the slice has no positive variance
 */
export function sviVol(slice: SviSlice, k: number): number {
  const variance = sviVariance(slice, k);
  if (!(variance > 0))
    throw new InvalidInputError(`The slice has no positive variance at log-moneyness ${k}`, { slice, k, variance });
  return Math.sqrt(variance);
}

/** The lowest annualised variance of the whole slice, a + b·σ·√(1−ρ²). */
export function sviMinimumVariance(slice: SviSlice): number {
  return slice.a + slice.b * slice.sigma * Math.sqrt(1 - slice.rho * slice.rho);
}

/** A slice of total variance at `years` (the literature's raw SVI) as the annualised slice Keel uses. */
export function sviFromTotalVariance(total: SviSlice, years: number): SviSlice {
  return { ...total, a: total.a / years, b: total.b / years };
}

/** The literature's raw SVI of total variance at `years`; inverse of `sviFromTotalVariance`. */
export function sviToTotalVariance(slice: SviSlice, years: number): SviSlice {
  return { ...slice, a: slice.a * years, b: slice.b * years };
}

/**
 * Refuses parameters that are not a smile: finite, b ≥ 0, |ρ| < 1, σ > 0, positive variance at every strike.
 * @throws InvalidInputError naming the parameter
 */
export function assertSviSlice(slice: SviSlice): void {
  for (const name of ["a", "b", "rho", "m", "sigma"] as const) {
    if (!Number.isFinite(slice[name])) throw new InvalidInputError(`SVI parameter ${name} is not a finite number`, { slice });
  }
  if (slice.b < 0) throw new InvalidInputError(`SVI needs b ≥ 0, got ${slice.b}`, { slice });
  if (Math.abs(slice.rho) >= 1) throw new InvalidInputError(`SVI needs |rho| < 1, got ${slice.rho}`, { slice });
  if (slice.sigma <= 0) throw new InvalidInputError(`SVI needs sigma > 0, got ${slice.sigma}`, { slice });
  const minimum = sviMinimumVariance(slice);
  if (!(minimum > 0))
    throw new InvalidInputError(`SVI needs positive variance at every strike, its minimum is ${minimum}`, { slice });
}
