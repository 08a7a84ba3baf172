import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { inverseNormalCdf, normalPdf } from "../../../keeper/pricing/normal.ts";
import { historicalTailRisk, normalTailRisk } from "../../../keeper/risk/tailRisk.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

const profit = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const confidence = fc.double({ min: 0.5, max: 0.999, noNaN: true });

describe("normalTailRisk", () => {
  it.each([
    [0.95, 2.062713],
    [0.975, 2.337803],
    [0.99, 2.665214],
  ])("has the expected shortfall of the standard normal at %f", (level, expected) => {
    expect(normalTailRisk(0, 1, level).expectedShortfall).toBeCloseTo(expected, 6);
  });

  it("has the textbook quantiles and moves with mean and deviation", () => {
    expect(normalTailRisk(0, 1, 0.975).valueAtRisk).toBeCloseTo(1.959963984540054, 12);
    expect(normalTailRisk(3, 2, 0.95).valueAtRisk).toBeCloseTo(2 * 1.6448536269514722 - 3, 12);
    expect(normalTailRisk(3, 2, 0.95).expectedShortfall).toBeCloseTo(2 * 2.062713 - 3, 5);
  });

  it("refuses a confidence outside (0, 1) and a negative deviation", () => {
    for (const level of [0, 1, 97.5, Number.NaN]) expect(() => normalTailRisk(0, 1, level)).toThrow(InvalidInputError);
    expect(() => normalTailRisk(0, -1, 0.95)).toThrow(InvalidInputError);
  });
});

describe("historicalTailRisk", () => {
  it("counts the worst n(1−c) losses, the last one in part", () => {
    const losses = Array.from({ length: 100 }, (_, i) => -(i + 1));
    expect(historicalTailRisk(losses, 0.95)).toEqual({ valueAtRisk: 95, expectedShortfall: 98 });
    // 2.5 losses: 100, 99 and half of 98.
    expect(historicalTailRisk(losses, 0.975).expectedShortfall).toBeCloseTo((100 + 99 + 49) / 2.5, 10);
    expect(historicalTailRisk(losses.slice(0, 10), 0.9)).toEqual({ valueAtRisk: 9, expectedShortfall: 10 });
  });

  it("is never below value at risk", () => {
    fc.assert(
      fc.property(fc.array(profit, { minLength: 1, maxLength: 200 }), confidence, (profits, level) => {
        const { valueAtRisk, expectedShortfall } = historicalTailRisk(profits, level);
        expect(expectedShortfall).toBeGreaterThanOrEqual(valueAtRisk);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it("never punishes diversification: the shortfall of a sum is at most the sum of shortfalls", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(profit, profit), { minLength: 1, maxLength: 100 }), confidence, (pairs, level) => {
        const shortfall = (profits: number[]) => historicalTailRisk(profits, level).expectedShortfall;
        const apart = shortfall(pairs.map(([a]) => a)) + shortfall(pairs.map(([, b]) => b));
        expect(shortfall(pairs.map(([a, b]) => a + b))).toBeLessThanOrEqual(apart + 1e-6);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it("tends to the normal shortfall on a normal sample, within three standard errors", () => {
    const random = createRandom(8, "shortfall");
    const count = 200_000;
    const profits = Float64Array.from({ length: count }, () => random.normal());
    for (const level of [0.95, 0.975, 0.99]) {
      const [tail, z] = [1 - level, inverseNormalCdf(level)];
      const excess = normalPdf(z) - z * tail;
      // Variance of max(L − z, 0), which the estimator's asymptotic error is made of (Acerbi and Tasche 2002).
      const variance = (1 + z * z) * tail - z * normalPdf(z) - excess * excess;
      const standardError = Math.sqrt(variance / count) / tail;
      const error = historicalTailRisk(profits, level).expectedShortfall - normalPdf(z) / tail;
      expect(Math.abs(error)).toBeLessThan(3 * standardError);
    }
  });

  it("refuses an empty sample and one with a hole", () => {
    expect(() => historicalTailRisk([], 0.95)).toThrow(InvalidInputError);
    expect(() => historicalTailRisk([1, Number.NaN, 2], 0.95)).toThrow(InvalidInputError);
  });
});
