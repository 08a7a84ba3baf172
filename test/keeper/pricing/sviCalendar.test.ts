import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sviTotalVariance } from "../../../keeper/pricing/svi.ts";
import { calendar, type DatedSlice } from "../../../keeper/pricing/sviCalendar.ts";
import { anySlice } from "./anySlice.ts";

const anyDated = fc.record({ slice: anySlice, years: fc.double({ min: 0.01, max: 2, noNaN: true }) });
const gap = (near: DatedSlice, far: DatedSlice, k: number) =>
  sviTotalVariance(far.slice, k, far.years) - sviTotalVariance(near.slice, k, near.years);

describe("calendar arbitrage between two slices", () => {
  const slice = { a: 0.04, b: 0.2, rho: -0.4, m: 0.05, sigma: 0.3 };

  it("is absent between equal vols at two times, the gap being smallest at the bottom of the smile", () => {
    const { minimum, at, crossings } = calendar({ slice, years: 0.5 }, { slice, years: 0.75 });
    const bottom = slice.m - (slice.rho * slice.sigma) / Math.sqrt(1 - slice.rho ** 2);
    expect(at).toBeCloseTo(bottom, 8);
    expect(minimum).toBeCloseTo(0.25 * (0.04 + 0.2 * 0.3 * Math.sqrt(1 - 0.16)), 14);
    expect(crossings).toEqual([]);
  });

  it("is the gap itself between parallel smiles", () => {
    const near = { slice, years: 1 };
    expect(calendar(near, { slice: { ...slice, a: slice.a + 0.01 }, years: 1 }).minimum).toBeCloseTo(0.01, 11);
    expect(calendar(near, { slice: { ...slice, a: slice.a - 0.01 }, years: 1 }).minimum).toBeCloseTo(-0.01, 11);
  });

  it("is without end when the later smile has the flatter wing", () => {
    const far = { slice: { ...slice, b: 0.199, a: 1 }, years: 1 };
    const { minimum, crossings } = calendar({ slice, years: 1 }, far);
    expect(minimum).toBe(-Infinity);
    expect(crossings).toHaveLength(2);
  });

  it("crosses where two curves meet by hand", () => {
    // √(k²+1) meets the level 1.2 at k² = 0.44.
    const near = { slice: { a: 0, b: 1, rho: 0, m: 0, sigma: 1 }, years: 1 };
    const far = { slice: { a: 1.2, b: 1e-9, rho: 0, m: 0, sigma: 1 }, years: 1 };
    const { crossings } = calendar(near, far);
    expect(crossings[0]).toBeCloseTo(-Math.sqrt(0.44), 7);
    expect(crossings[1]).toBeCloseTo(Math.sqrt(0.44), 7);
  });

  it("misses no strike: no sampled gap lies below the minimum, which is attained", () => {
    fc.assert(
      fc.property(
        anyDated,
        anyDated,
        fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 60 }),
        (near, far, ks) => {
          const { minimum, at } = calendar(near, far);
          for (const k of ks) expect(gap(near, far, k)).toBeGreaterThanOrEqual(minimum - 1e-12);
          if (Number.isFinite(at)) expect(gap(near, far, at)).toBeCloseTo(minimum, 14);
        },
      ),
      { seed: 1 },
    );
  });

  it("finds every crossing: the sign of the gap changes there and nowhere else", () => {
    fc.assert(
      fc.property(anyDated, anyDated, fc.double({ min: -30, max: 30, noNaN: true }), (near, far, k) => {
        const { crossings } = calendar(near, far);
        for (const root of crossings) expect(Math.abs(gap(near, far, root))).toBeLessThan(1e-9 * (1 + Math.abs(root)));
        if (Math.abs(gap(near, far, k)) < 1e-9) return;
        const below = crossings.filter((root) => root < k).length;
        const startsAbove = gap(near, far, -1e4) > 0;
        expect(gap(near, far, k) > 0).toBe((below % 2 === 0) === startsAbove);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
