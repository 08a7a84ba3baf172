import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { type SviSlice, sviFromTotalVariance, sviVol } from "../../../keeper/pricing/svi.ts";
import { butterfly, butterflyDensity, wingSlopes } from "../../../keeper/pricing/sviButterfly.ts";
import { anySlice } from "./anySlice.ts";

const vogt: SviSlice = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
const years = fc.double({ min: 0.005, max: 2, noNaN: true });

describe("butterfly arbitrage of Vogt's smile", () => {
  it("is found to the printed digits", () => {
    const { minimum, at, negative } = butterfly(vogt, 1);
    expect(minimum).toBeCloseTo(-0.0328636, 7);
    expect(at).toBeCloseTo(0.87926, 5);
    expect(negative).toHaveLength(1);
    expect(negative[0]?.[0]).toBeCloseTo(0.64241, 5);
    expect(negative[0]?.[1]).toBeCloseTo(1.25691, 5);
  });

  it("is the same at any time, for the same total variance", () => {
    expect(butterfly(sviFromTotalVariance(vogt, 0.1), 0.1).minimum).toBeCloseTo(-0.0328636, 7);
  });

  it("is a butterfly of calls with a negative price, and only there", () => {
    const call = (strike: number) =>
      blackScholes({ type: "call", spot: 1, strike, years: 1, vol: sviVol(vogt, Math.log(strike)) }).price;
    const butterflyPrice = (k: number) => {
      const [strike, h] = [Math.exp(k), 1e-3];
      return call(strike - h) - 2 * call(strike) + call(strike + h);
    };
    for (const k of [0.65, 0.88, 1.25]) expect(butterflyPrice(k)).toBeLessThan(0);
    for (const k of [-0.5, 0, 0.63, 1.27]) expect(butterflyPrice(k)).toBeGreaterThan(0);
  });
});

describe("the butterfly search", () => {
  it("is 1 everywhere for a flat smile", () => {
    expect(butterfly({ a: 0.3, b: 0, rho: 0, m: 0, sigma: 0.1 }, 1)).toEqual({ minimum: 1, at: 0, negative: [] });
  });

  it("misses no strike: no sampled g lies below the minimum, and the minimum is attained", () => {
    fc.assert(
      fc.property(anySlice, years, fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 50 }), (slice, t, us) => {
        const { minimum, at } = butterfly(slice, t);
        for (const u of us) {
          const k = slice.m + slice.sigma * Math.sinh(u);
          expect(butterflyDensity(slice, k, t)).toBeGreaterThanOrEqual(minimum - 1e-9 * (1 + Math.abs(minimum)));
        }
        if (Number.isFinite(at)) expect(butterflyDensity(slice, at, t)).toBe(minimum);
      }),
      { seed: 1 },
    );
  });

  it("reports exactly the stretches where g is negative", () => {
    fc.assert(
      fc.property(anySlice, years, fc.double({ min: -3, max: 3, noNaN: true }), (slice, t, k) => {
        const { negative } = butterfly(slice, t);
        const g = butterflyDensity(slice, k, t);
        if (Math.abs(g) < 1e-9) return;
        expect(negative.some(([from, to]) => k > from && k < to)).toBe(g < 0);
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  it("finds a dip much narrower than the smile, where the variance almost vanishes", () => {
    const lowest = 1e-7;
    const slice = { a: lowest - 0.4 * 0.2, b: 0.4, rho: 0, m: 0.3, sigma: 0.2 };
    const { minimum } = butterfly(slice, 1);
    let sampled = Infinity;
    for (let i = -4000; i <= 4000; i++) sampled = Math.min(sampled, butterflyDensity(slice, 0.3 + i * 1e-6, 1));
    expect(minimum).toBeLessThanOrEqual(sampled);
  });

  it("holds wings steeper than Lee's bound of 2 to be arbitrage", () => {
    const slice = { a: 0.1, b: 1.5, rho: 0.5, m: 0, sigma: 0.3 };
    expect(wingSlopes(slice, 1)).toEqual({ left: 0.75, right: 2.25 });
    const { minimum, negative } = butterfly(slice, 1);
    expect(minimum).toBeLessThanOrEqual((4 - 2.25 ** 2) / 16);
    expect(negative.at(-1)?.[1]).toBe(Infinity);
  });

  it("counts a smile with negative variance as arbitrage without end", () => {
    expect(butterfly({ a: -0.1, b: 0.1, rho: 0, m: 0, sigma: 0.1 }, 1).minimum).toBe(-Infinity);
  });

  it("never grows by ageing: a slice free of it stays so as its time runs out", () => {
    fc.assert(
      fc.property(anySlice, years, fc.double({ min: 0.01, max: 1, noNaN: true }), (slice, t, share) => {
        fc.pre(butterfly(slice, t).minimum >= 0);
        expect(butterfly(slice, t * share).minimum).toBeGreaterThanOrEqual(-1e-12);
      }),
      { seed: 3 },
    );
  });
});
