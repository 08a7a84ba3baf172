import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import {
  type DeltaObservation,
  fitMinimumVarianceDelta,
  minimumVarianceDelta,
  minimumVarianceGain,
} from "../../../keeper/pricing/minimumVarianceDelta.ts";

const truth = { a: -0.25, b: 0.4, c: -0.5 };

/** Options whose price change is what the true minimum-variance delta says, plus noise of that standard deviation. */
function simulated(noise: number): DeltaObservation[] {
  const uniform = fc.double({ min: 0.02, max: 0.98, noNaN: true });
  const draws = fc.sample(fc.tuple(uniform, uniform, uniform, uniform, uniform), { numRuns: 4000, seed: 7 });
  return draws.map(([u1, u2, u3, u4, u5]) => {
    const option = { spot: 2000 + 2000 * u1, years: 0.02 + u2, delta: u3, vega: 800 * Math.sqrt(0.02 + u2) };
    const spotChange = 200 * (u4 - 0.5);
    // A centred uniform of that standard deviation.
    const error = noise * Math.sqrt(12) * (u5 - 0.5);
    return { ...option, spotChange, priceChange: minimumVarianceDelta(truth, option) * spotChange + error };
  });
}

describe("fitMinimumVarianceDelta", () => {
  it("recovers a, b, c exactly without noise, and removes all variance", () => {
    const { a, b, c, gain } = fitMinimumVarianceDelta(simulated(0));
    expect(a).toBeCloseTo(truth.a, 10);
    expect(b).toBeCloseTo(truth.b, 10);
    expect(c).toBeCloseTo(truth.c, 10);
    expect(gain).toBeCloseTo(1, 12);
  });

  it("recovers them within sampling error under noise, and never does worse than Black-Scholes in sample", () => {
    const { a, b, c, gain } = fitMinimumVarianceDelta(simulated(1));
    expect(Math.abs(a - truth.a)).toBeLessThan(0.05);
    expect(Math.abs(b - truth.b)).toBeLessThan(0.2);
    expect(Math.abs(c - truth.c)).toBeLessThan(0.2);
    expect(gain).toBeGreaterThan(0);
    expect(gain).toBeLessThan(1);
  });

  it("refuses observations that cannot tell three coefficients apart", () => {
    const one = simulated(0)[0] as DeltaObservation;
    expect(() => fitMinimumVarianceDelta([])).toThrow(InvalidInputError);
    expect(() => fitMinimumVarianceDelta([one, one, one, one])).toThrow(InvalidInputError);
    expect(() => fitMinimumVarianceDelta(simulated(0).map((row) => ({ ...row, spotChange: 0 })))).toThrow(InvalidInputError);
  });
});

describe("minimumVarianceGain", () => {
  it("is zero for the Black-Scholes delta itself", () => {
    expect(minimumVarianceGain({ a: 0, b: 0, c: 0 }, simulated(1))).toBe(0);
  });
});
