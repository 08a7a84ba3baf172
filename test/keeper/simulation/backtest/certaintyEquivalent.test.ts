import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certaintyEquivalent } from "../../../../keeper/simulation/backtest/certaintyEquivalent.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

describe("the certainty equivalent", () => {
  it("of two equally likely profits is what exponential utility says", () => {
    expect(certaintyEquivalent([0, 100], 0.01)).toBeCloseTo(-100 * Math.log((1 + Math.exp(-1)) / 2), 12);
  });

  it("of a normal sample is mean less half risk aversion times variance", () => {
    const random = createRandom(5, "normals");
    const sample = Float64Array.from({ length: 400_000 }, () => 50 + 20 * random.normal());
    expect(certaintyEquivalent(sample, 0.02)).toBeCloseTo(50 - (0.02 * 400) / 2, 0);
  });

  it("moves with a sure amount and lies between the worst and the mean, however large the profits", () => {
    const profits = fc.array(fc.double({ min: -1e7, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        profits,
        fc.double({ min: 1e-8, max: 1, noNaN: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (xs, lambda, sure) => {
          const value = certaintyEquivalent(xs, lambda);
          const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
          const slack = 1e-6 * (1 + Math.max(...xs.map(Math.abs)) + (1 / lambda) * 1e-6);
          expect(value).toBeGreaterThanOrEqual(Math.min(...xs) - slack);
          expect(value).toBeLessThanOrEqual(mean + slack);
          const moved = certaintyEquivalent(
            xs.map((x) => x + sure),
            lambda,
          );
          expect(Math.abs(moved - value - sure)).toBeLessThan(slack + 1e-6 * Math.abs(sure));
        },
      ),
      { seed: 1 },
    );
  });

  it("refuses a risk aversion that is not positive", () => {
    expect(() => certaintyEquivalent([1], 0)).toThrow("positive risk aversion");
  });
});
