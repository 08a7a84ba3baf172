import { type SviSlice, sviMinimumVariance, sviPoint } from "./svi.ts";

/** Where and how badly a slice admits butterfly arbitrage. */
export type ButterflyReport = {
  /** The lowest g(k) over every strike, the limits in the wings included; negative where there is arbitrage. */
  readonly minimum: number;
  /** Log-moneyness of that minimum, ±Infinity when it is a wing's limit. */
  readonly at: number;
  /** Stretches of log-moneyness on which g < 0. */
  readonly negative: readonly (readonly [number, number])[];
};

/**
 * Durrleman's function: the density of ln(S_T/F) is g(k)·(a positive factor), so g < 0 is a butterfly that pays to be held.
 * g = (1 − kw'/2w)² − w'²/4·(1/w + 1/4) + w''/2. Gatheral & Jacquier (2014), eq. (2.1).
 */
export function butterflyDensity(slice: SviSlice, k: number, years: number): number {
  const point = sviPoint(slice, k);
  const w = point.variance * years;
  const slope = point.slope * years;
  const head = 1 - (k * slope) / (2 * w);
  return head * head - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * point.curvature * years;
}

/** Slopes of total variance in both wings, as magnitudes; Lee (2004): no call or put survives a slope above 2. */
export function wingSlopes(slice: SviSlice, years: number): { left: number; right: number } {
  const total = slice.b * years;
  return { left: total * (1 - slice.rho), right: total * (1 + slice.rho) };
}

const SCAN_POINTS = 160;
const FAR = 1e4;

/**
 * The exact lowest g(k) of a slice: a scan in u = asinh((k−m)/σ), in which the smile is smooth at every scale, with extra points
 * where the variance is lowest, then golden-section refinement of each dip. The wings' limits are (4 − slope²)/16.
 * A slice without positive variance everywhere has minimum −Infinity.
 */
export function butterfly(slice: SviSlice, years: number): ButterflyReport {
  const lowest = sviMinimumVariance(slice);
  const bottom = -Math.atanh(slice.rho);
  if (!(lowest > 0)) return { minimum: -Infinity, at: toK(slice, bottom), negative: [] };
  if (slice.b === 0) return { minimum: 1, at: 0, negative: [] };
  const g = (u: number) => butterflyDensity(slice, toK(slice, u), years);
  const grid = scanGrid(slice, bottom, lowest);
  const values = grid.map(g);
  const slopes = wingSlopes(slice, years);
  const candidates: [number, number][] = [
    [(4 - slopes.left ** 2) / 16, -Infinity],
    [(4 - slopes.right ** 2) / 16, Infinity],
  ];
  const negative: [number, number][] = [];
  let open = (values[0] as number) < 0 ? -Infinity : Number.NaN;
  for (let i = 1; i < grid.length; i++) {
    const left = grid[i - 1] as number;
    const u = grid[i] as number;
    const here = values[i] as number;
    const before = values[i - 1] as number;
    const after = i + 1 < grid.length ? (values[i + 1] as number) : here;
    if (here <= before && here <= after) {
      const right = grid[Math.min(i + 1, grid.length - 1)] as number;
      const dip = lowestBetween(g, left, right);
      candidates.push([g(dip), toK(slice, dip)]);
      if (here >= 0 && g(dip) < 0) negative.push([toK(slice, crossing(g, left, dip)), toK(slice, crossing(g, dip, right))]);
    }
    if (before >= 0 && here < 0) open = toK(slice, crossing(g, left, u));
    if (before < 0 && here >= 0) {
      negative.push([open, toK(slice, crossing(g, left, u))]);
      open = Number.NaN;
    }
  }
  if (!Number.isNaN(open)) negative.push([open, Infinity]);
  const [minimum, at] = candidates.reduce((best, one) => (one[0] < best[0] ? one : best));
  return { minimum, at, negative };
}

function toK(slice: SviSlice, u: number): number {
  return slice.m + slice.sigma * Math.sinh(u);
}

/** Even in u out to where the wings are straight, and dense around the bottom at the width over which 1/w peaks. */
function scanGrid(slice: SviSlice, bottom: number, lowest: number): number[] {
  const reach = Math.asinh((FAR * (1 + Math.abs(slice.m) + Math.abs(slice.a) / slice.b)) / slice.sigma);
  const width = Math.min(1, Math.sqrt(lowest / (slice.b * slice.sigma)));
  const grid: number[] = [];
  for (let i = 0; i <= SCAN_POINTS; i++) grid.push(-reach + (2 * reach * i) / SCAN_POINTS);
  for (let i = -40; i <= 40; i++) grid.push(bottom + width * Math.sinh(i / 8));
  return grid.sort((x, y) => x - y);
}

function lowestBetween(f: (x: number) => number, left: number, right: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [lo, hi] = [left, right];
  let [x1, x2] = [hi - ratio * (hi - lo), lo + ratio * (hi - lo)];
  let [f1, f2] = [f(x1), f(x2)];
  for (let i = 0; i < 48; i++) {
    if (f1 < f2) {
      [hi, x2, f2] = [x2, x1, f1];
      x1 = hi - ratio * (hi - lo);
      f1 = f(x1);
    } else {
      [lo, x1, f1] = [x1, x2, f2];
      x2 = lo + ratio * (hi - lo);
      f2 = f(x2);
    }
  }
  return (lo + hi) / 2;
}

/** Root of f between two points of opposite sign, by bisection to the last bit. */
function crossing(f: (x: number) => number, left: number, right: number): number {
  const leftSign = f(left) >= 0;
  let [lo, hi] = [left, right];
  for (let i = 0; i < 60; i++) {
    const middle = (lo + hi) / 2;
    if (f(middle) >= 0 === leftSign) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}
