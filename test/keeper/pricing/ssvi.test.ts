import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ssviButterflyBounds, ssviLargestEta, ssviPhi, ssviSlice, ssviTotalVariance } from "../../../keeper/pricing/ssvi.ts";
import { sviTotalVariance } from "../../../keeper/pricing/svi.ts";
import { butterfly } from "../../../keeper/pricing/sviButterfly.ts";
import { calendar } from "../../../keeper/pricing/sviCalendar.ts";

const rho = fc.double({ min: -0.95, max: 0.95, noNaN: true });
const gamma = fc.double({ min: 0, max: 0.5, noNaN: true });
const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const theta = fc.double({ min: 1e-4, max: 2, noNaN: true });

describe("SSVI", () => {
  it("has total variance θ and skew ρφθ at the money", () => {
    const ssvi = { rho: -0.4, eta: 1.2, gamma: 0.4 };
    const h = 1e-6;
    expect(ssviTotalVariance(ssvi, 0.09, 0)).toBeCloseTo(0.09, 15);
    const slope = (ssviTotalVariance(ssvi, 0.09, h) - ssviTotalVariance(ssvi, 0.09, -h)) / (2 * h);
    expect(slope).toBeCloseTo(0.09 * -0.4 * ssviPhi(ssvi, 0.09), 8);
  });

  it("is an SVI slice at every time", () => {
    fc.assert(
      fc.property(rho, gamma, theta, fc.double({ min: -3, max: 3, noNaN: true }), (r, g, level, k) => {
        const ssvi = { rho: r, eta: 1, gamma: g };
        expect(sviTotalVariance(ssviSlice(ssvi, level, 0.37), k, 0.37)).toBeCloseTo(ssviTotalVariance(ssvi, level, k), 12);
      }),
      { seed: 1 },
    );
  });

  it("has no static arbitrage at any θ when η is at most the largest and γ at most one half", () => {
    fc.assert(
      fc.property(rho, gamma, share, theta, theta, (r, g, part, one, other) => {
        const ssvi = { rho: r, eta: part * ssviLargestEta(r), gamma: g };
        const [near, far] = [Math.min(one, other), Math.max(one, other) + 1e-6];
        const { wing, centre } = ssviButterflyBounds(ssvi, near);
        expect(wing).toBeLessThan(4);
        expect(centre).toBeLessThanOrEqual(4 * (1 + 1e-12));
        expect(butterfly(ssviSlice(ssvi, near, 0.5), 0.5).minimum).toBeGreaterThanOrEqual(-1e-9);
        const dated = (level: number, years: number) => ({ slice: ssviSlice(ssvi, level, years), years });
        expect(calendar(dated(near, 0.5), dated(far, 0.6)).minimum).toBeGreaterThanOrEqual(-1e-12);
      }),
      { seed: 2 },
    );
  });

  it("does have butterfly arbitrage well beyond the bound θφ²(1+|ρ|) ≤ 4", () => {
    const ssvi = { rho: -0.7, eta: 6, gamma: 0.5 };
    expect(ssviButterflyBounds(ssvi, 0.01).centre).toBeGreaterThan(4);
    expect(butterfly(ssviSlice(ssvi, 0.01, 0.1), 0.1).minimum).toBeLessThan(0);
  });
});
