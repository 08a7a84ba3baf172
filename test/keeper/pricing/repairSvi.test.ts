import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUTTERFLY_MARGIN, CALENDAR_MARGIN, isArbitrageFree, repairSvi } from "../../../keeper/pricing/repairSvi.ts";
import { ssviSlice } from "../../../keeper/pricing/ssvi.ts";
import { sviMinimumVariance, sviTotalVariance, sviVol } from "../../../keeper/pricing/svi.ts";
import { butterfly } from "../../../keeper/pricing/sviButterfly.ts";
import { calendar } from "../../../keeper/pricing/sviCalendar.ts";
import { anySlice } from "./anySlice.ts";
import { cryptoLike } from "./syntheticSmile.ts";

const vogt = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
const years = fc.double({ min: 0.005, max: 1.5, noNaN: true });

describe("repairing a slice", () => {
  it("cures Vogt's smile and moves it by less than a fifth of a vol point near the money", () => {
    const repaired = repairSvi({ slice: vogt, years: 1 });
    expect(butterfly(repaired, 1).minimum).toBeGreaterThanOrEqual(BUTTERFLY_MARGIN);
    for (const k of [-0.5, -0.2, -0.1, 0, 0.1, 0.2]) {
      expect(Math.abs(sviVol(repaired, k) - sviVol(vogt, k)), `k ${k}`).toBeLessThan(2e-3);
    }
  });

  it("hands back the very slice when it is free of arbitrage", () => {
    let near: { slice: typeof vogt; years: number } | undefined;
    for (const { years: t, theta } of cryptoLike.expiries) {
      const slice = ssviSlice(cryptoLike.ssvi, theta, t);
      expect(repairSvi({ slice, years: t, near })).toBe(slice);
      near = { slice, years: t };
    }
  });

  it("cures any smile, and leaves it alone when there is nothing to cure", () => {
    fc.assert(
      fc.property(anySlice, years, (slice, t) => {
        const repaired = repairSvi({ slice, years: t });
        const { minimum } = butterfly(slice, t);
        if (minimum >= BUTTERFLY_MARGIN) expect(repaired).toBe(slice);
        expect(butterfly(repaired, t).minimum).toBeGreaterThanOrEqual(BUTTERFLY_MARGIN);
        expect(sviMinimumVariance(repaired)).toBeGreaterThan(0);
        expect(repairSvi({ slice: repaired, years: t })).toBe(repaired);
      }),
      { seed: 1 },
    );
  });

  it("cures even a smile with negative variance", () => {
    const broken = { a: -0.1, b: 0.4, rho: -0.5, m: 0.1, sigma: 0.2 };
    expect(sviMinimumVariance(broken)).toBeLessThan(0);
    expect(isArbitrageFree({ slice: repairSvi({ slice: broken, years: 0.2 }), years: 0.2 })).toBe(true);
  });

  it("lifts any smile above the expiry before it, at every strike", () => {
    fc.assert(
      fc.property(anySlice, anySlice, years, fc.double({ min: 0.003, max: 0.5, noNaN: true }), (first, second, t, gap) => {
        const near = { slice: repairSvi({ slice: first, years: t }), years: t };
        const far = t + gap;
        const repaired = repairSvi({ slice: second, years: far, near });
        expect(butterfly(repaired, far).minimum).toBeGreaterThanOrEqual(BUTTERFLY_MARGIN);
        expect(calendar(near, { slice: repaired, years: far }).minimum).toBeGreaterThanOrEqual(CALENDAR_MARGIN);
        for (const k of [-30, -3, -0.4, 0, 0.1, 2, 50]) {
          expect(sviTotalVariance(repaired, k, far)).toBeGreaterThan(sviTotalVariance(near.slice, k, t));
        }
      }),
      { seed: 2 },
    );
  });

  it("leaves room for rounding: parameters cut to nine digits stay free of arbitrage", () => {
    fc.assert(
      fc.property(anySlice, years, (slice, t) => {
        const repaired = repairSvi({ slice, years: t });
        const cut = (value: number) => Math.round(value * 1e9) / 1e9;
        const { a, b, rho, m, sigma } = repaired;
        const rounded = { a: cut(a), b: cut(b), rho: cut(rho), m: cut(m), sigma: cut(sigma) };
        expect(butterfly(rounded, t).minimum).toBeGreaterThan(0);
        expect(sviMinimumVariance(rounded)).toBeGreaterThan(0);
      }),
      { seed: 3 },
    );
  });
});
