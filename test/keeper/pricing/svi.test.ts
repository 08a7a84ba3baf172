import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import {
  assertSviSlice,
  sviCurvature,
  sviFromTotalVariance,
  sviMinimumVariance,
  sviPoint,
  sviSlope,
  sviToTotalVariance,
  sviTotalVariance,
  sviVariance,
  sviVol,
} from "../../../keeper/pricing/svi.ts";
import { anySlice } from "./anySlice.ts";

describe("an SVI slice", () => {
  it("has the value, slope and curvature of the hyperbola at hand-made points", () => {
    // 3-4-5: k−m = 3, σ = 4, root 5.
    const slice = { a: 1, b: 2, rho: 0.5, m: 1, sigma: 4 };
    expect(sviVariance(slice, 4)).toBe(1 + 2 * (0.5 * 3 + 5));
    expect(sviSlope(slice, 4)).toBeCloseTo(2 * (0.5 + 3 / 5), 15);
    expect(sviCurvature(slice, 4)).toBeCloseTo((2 * 16) / 125, 15);
    expect(sviTotalVariance(slice, 4, 0.25)).toBe(3.5);
  });

  it("has the derivatives that differences of its values show", () => {
    fc.assert(
      fc.property(anySlice, fc.double({ min: -2, max: 2, noNaN: true }), (slice, k) => {
        const h = 1e-3 * slice.sigma;
        const [down, here, up] = [sviVariance(slice, k - h), sviVariance(slice, k), sviVariance(slice, k + h)];
        const point = sviPoint(slice, k);
        expect(point.variance).toBe(here);
        expect(Math.abs(point.slope - (up - down) / (2 * h))).toBeLessThan(1e-5 * slice.b);
        expect(Math.abs(point.curvature - (up - 2 * here + down) / (h * h))).toBeLessThan(
          (1e-4 * slice.b) / slice.sigma + 1e-9 / (h * h),
        );
        expect(point.slope).toBe(sviSlope(slice, k));
        expect(point.curvature).toBeCloseTo(sviCurvature(slice, k), 12);
      }),
      { seed: 1 },
    );
  });

  it("never lies below its minimum variance and touches it", () => {
    fc.assert(
      fc.property(anySlice, fc.double({ min: -5, max: 5, noNaN: true }), (slice, k) => {
        const lowest = sviMinimumVariance(slice);
        expect(sviVariance(slice, k)).toBeGreaterThanOrEqual(lowest - 1e-12);
        const bottom = slice.m - (slice.rho * slice.sigma) / Math.sqrt(1 - slice.rho ** 2);
        expect(sviVariance(slice, bottom)).toBeCloseTo(lowest, 10);
      }),
      { seed: 2 },
    );
  });

  it("converts to total variance and back", () => {
    const slice = { a: 0.1, b: 0.4, rho: -0.3, m: 0.02, sigma: 0.2 };
    const total = sviToTotalVariance(slice, 0.25);
    expect(sviVariance(total, 0.3)).toBeCloseTo(sviTotalVariance(slice, 0.3, 0.25), 15);
    expect(sviFromTotalVariance(total, 0.25)).toEqual(slice);
  });

  it("has no vol where it has no variance", () => {
    const slice = { a: -1, b: 0.1, rho: 0, m: 0, sigma: 0.1 };
    expect(() => sviVol(slice, 0)).toThrow(InvalidInputError);
    expect(sviVol({ ...slice, a: 0.24 }, 0)).toBeCloseTo(0.5, 12);
  });

  it.each([
    ["b", { b: -0.1 }],
    ["rho", { rho: 1 }],
    ["sigma", { sigma: 0 }],
    ["positive variance", { a: -0.2 }],
    ["m is not a finite number", { m: Number.NaN }],
  ])("is refused when it is no smile: %s", (reason, wrong) => {
    expect(() => assertSviSlice({ a: 0.1, b: 0.4, rho: -0.3, m: 0.02, sigma: 0.2, ...wrong })).toThrow(reason);
  });
});
