import type { SmileQuote } from "./smileQuote.ts";
import type { SviSlice } from "./svi.ts";

const CENTRES = 13;
const WIDTHS = [0.05, 0.12, 0.25, 0.5, 1, 2, 4, 8];
const STEEPEST = 0.98;

/**
 * The best slice over a coarse grid of (m, σ), the other three parameters found by linear least squares: with y = (k−m)/σ the
 * smile is a + d·y + c·√(y²+1), c = bσ, d = ρbσ. The quasi-explicit calibration of De Marco & Martini (Zeliade 2009), as a start
 * that no local minimum can trap.
 * @param unit length of log-moneyness on which the smile bends, vol·√years
 */
export function sviStart(quotes: readonly SmileQuote[], unit: number): SviSlice {
  let lo = Infinity;
  let hi = -Infinity;
  for (const { k } of quotes) {
    lo = Math.min(lo, k);
    hi = Math.max(hi, k);
  }
  let best: SviSlice | undefined;
  let bestError = Infinity;
  for (let i = 0; i < CENTRES; i++) {
    const m = lo + ((hi - lo) * (i + 0.5)) / CENTRES;
    for (const width of WIDTHS) {
      const { slice, error } = linearFit(quotes, m, width * unit);
      if (error < bestError) [best, bestError] = [slice, error];
    }
  }
  const level = quotes.reduce((sum, q) => sum + q.weight * q.vol ** 2, 0) / quotes.reduce((sum, q) => sum + q.weight, 0);
  return best ?? { a: level, b: 0.01 * (level / unit), rho: 0, m: 0, sigma: unit };
}

/** Weighted least squares for (a, d, c) at a fixed (m, σ), pulled back to |d| < c and positive variance. */
function linearFit(quotes: readonly SmileQuote[], m: number, sigma: number): { slice: SviSlice; error: number } {
  let [s0, sy, sr, syy, syr, srr, t0, ty, tr] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const { k, vol, weight } of quotes) {
    const y = (k - m) / sigma;
    const r = Math.sqrt(y * y + 1);
    const v = vol * vol;
    // A vol error is a variance error over 2·vol.
    const w = weight / (4 * v);
    s0 += w;
    sy += w * y;
    sr += w * r;
    syy += w * y * y;
    syr += w * y * r;
    srr += w * r * r;
    t0 += w * v;
    ty += w * v * y;
    tr += w * v * r;
  }
  // Centred on the mean, two unknowns remain.
  const [my, mr, mt] = [sy / s0, sr / s0, t0 / s0];
  const [cyy, cyr, crr] = [syy - s0 * my * my, syr - s0 * my * mr, srr - s0 * mr * mr];
  const [py, pr] = [ty - s0 * my * mt, tr - s0 * mr * mt];
  const determinant = cyy * crr - cyr * cyr;
  let c = (pr * cyy - py * cyr) / determinant;
  let d = (py * crr - pr * cyr) / determinant;
  if (!(c > 0) || !Number.isFinite(d)) {
    c = 1e-3 * Math.abs(mt);
    d = 0;
  } else if (Math.abs(d) > STEEPEST * c) {
    // On the boundary d = ±0.98·c one unknown remains.
    const side = Math.sign(d) * STEEPEST;
    c = Math.max((side * py + pr) / (side * side * cyy + 2 * side * cyr + crr), 1e-3 * Math.abs(mt));
    d = side * c;
  }
  const b = c / sigma;
  const rho = d / c;
  const floor = 0.01 * mt - b * sigma * Math.sqrt(1 - rho * rho);
  const a = Math.max(mt - d * my - c * mr, floor);
  let error = 0;
  for (const { k, vol, weight } of quotes) {
    const y = (k - m) / sigma;
    const miss = a + d * y + c * Math.sqrt(y * y + 1) - vol * vol;
    error += (weight * miss * miss) / (4 * vol * vol);
  }
  return { slice: { a, b, rho, m, sigma }, error };
}
