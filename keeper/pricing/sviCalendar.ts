import { type SviSlice, sviToTotalVariance, sviVariance } from "./svi.ts";

/** A slice with the time to expiry at which it is meant. */
export type DatedSlice = { readonly slice: SviSlice; readonly years: number };

/** How far the total variance of a later expiry stays above that of an earlier one. */
export type CalendarReport = {
  /** The lowest w_far(k) − w_near(k) over every strike; −Infinity when a wing of the far slice is the flatter one. */
  readonly minimum: number;
  /** Log-moneyness of that minimum, ±Infinity when it is a wing's limit. */
  readonly at: number;
  /** Log-moneyness at which the two slices cross, in increasing order. */
  readonly crossings: readonly number[];
};

/**
 * Compares two slices over every strike at constant forward-moneyness: total variance must not fall with expiry
 * (Gatheral & Jacquier 2014, lemma 2.1). The difference of two slices bends where
 * B₂σ₂²/R₂³ = B₁σ₁²/R₁³, a quadratic in k; between those at most two points its slope is monotone, so every turning
 * point, and between turning points every crossing, is bracketed and found: nothing is sampled.
 */
export function calendar(near: DatedSlice, far: DatedSlice): CalendarReport {
  const n = sviToTotalVariance(near.slice, near.years);
  const f = sviToTotalVariance(far.slice, far.years);
  const gap = (k: number) => sviVariance(f, k) - sviVariance(n, k);
  const slope = (k: number) => slopeOf(f, k) - slopeOf(n, k);
  const leftWing = f.b * (1 - f.rho) - n.b * (1 - n.rho);
  const rightWing = f.b * (1 + f.rho) - n.b * (1 + n.rho);
  const reach = 1e4 * (1 + Math.abs(n.m) + Math.abs(f.m) + n.sigma + f.sigma);

  const bends = bendsOf(n, f).filter((k) => Math.abs(k) < reach);
  const turns = rootsBetween(slope, [-reach, ...bends, reach]);
  const crossings = rootsBetween(gap, [-reach, ...turns, reach]);
  const candidates: [number, number][] = turns.map((k) => [gap(k), k]);
  candidates.push([limit(leftWing, gap(-reach)), -Infinity], [limit(rightWing, gap(reach)), Infinity]);
  const [minimum, at] = candidates.reduce((best, one) => (one[0] < best[0] ? one : best));
  return { minimum, at, crossings };
}

/** Relative difference of wing slopes below which the wings are parallel and their gap finite. */
const PARALLEL = 1e-14;

function limit(wing: number, gapFarOut: number): number {
  if (wing < -PARALLEL) return -Infinity;
  return wing > PARALLEL ? Infinity : gapFarOut;
}

function slopeOf({ b, rho, m, sigma }: SviSlice, k: number): number {
  const x = k - m;
  return b * (rho + x / Math.sqrt(x * x + sigma * sigma));
}

/** Points where both curvatures agree: p·((k−m₁)²+σ₁²) = q·((k−m₂)²+σ₂²) with p = (B₂σ₂²)^⅔, q = (B₁σ₁²)^⅔. */
function bendsOf(n: SviSlice, f: SviSlice): number[] {
  const p = Math.cbrt(f.b * f.sigma * f.sigma) ** 2;
  const q = Math.cbrt(n.b * n.sigma * n.sigma) ** 2;
  const a2 = p - q;
  const a1 = -2 * (p * n.m - q * f.m);
  const a0 = p * (n.m * n.m + n.sigma * n.sigma) - q * (f.m * f.m + f.sigma * f.sigma);
  if (Math.abs(a2) <= 1e-15 * (p + q)) return a1 === 0 ? [] : [-a0 / a1];
  const discriminant = a1 * a1 - 4 * a2 * a0;
  if (discriminant <= 0) return [];
  const half = -0.5 * (a1 + Math.sign(a1 || 1) * Math.sqrt(discriminant));
  return [half / a2, a0 / half].sort((x, y) => x - y);
}

/** The roots of f, given points between which it is monotone, by bisection to the last bit. */
function rootsBetween(f: (x: number) => number, points: readonly number[]): number[] {
  const roots: number[] = [];
  for (let i = 1; i < points.length; i++) {
    let lo = points[i - 1] as number;
    let hi = points[i] as number;
    const startsAbove = f(lo) > 0;
    if (startsAbove === f(hi) > 0) continue;
    for (let step = 0; step < 80; step++) {
      const middle = (lo + hi) / 2;
      if (f(middle) > 0 === startsAbove) lo = middle;
      else hi = middle;
    }
    roots.push((lo + hi) / 2);
  }
  return roots;
}
