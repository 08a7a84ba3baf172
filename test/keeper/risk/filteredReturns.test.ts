import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { conditionalVariances, filteredReturns } from "../../../keeper/risk/filteredReturns.ts";
import { historicalTailRisk } from "../../../keeper/risk/tailRisk.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

const garch = { kind: "garch", omega: 2e-5, alpha: 0.1, beta: 0.85 } as const;

describe("conditionalVariances", () => {
  it("follows its recursion by hand, from earlier returns only", () => {
    expect(Array.from(conditionalVariances([0.02, -0.01], { kind: "ewma", decay: 0.9 }, 1e-4))).toEqual([
      1e-4,
      expect.closeTo(0.9 * 1e-4 + 0.1 * 4e-4, 15),
      expect.closeTo(0.81 * 1e-4 + 0.09 * 4e-4 + 0.1 * 1e-4, 15),
    ]);
    const longRun = garch.omega / (1 - garch.alpha - garch.beta);
    // A return of exactly one deviation leaves the long-run variance where it is.
    expect(conditionalVariances([Math.sqrt(longRun)], garch, longRun)[1]).toBeCloseTo(longRun, 15);
  });
});

describe("filteredReturns", () => {
  it("changes nothing where vol never changed", () => {
    const returns = [0.01, -0.01, -0.01, 0.01, 0.01];
    filteredReturns(returns, { kind: "ewma", decay: 0.94 }).forEach((value, i) => {
      expect(value).toBeCloseTo(returns[i] as number, 14);
    });
  });

  it("widens a calm past once the present is wild", () => {
    const random = createRandom(9, "regimes");
    const returns = Float64Array.from({ length: 600 }, (_, i) => (i < 500 ? 0.01 : 0.05) * random.normal());
    const filtered = filteredReturns(returns, { kind: "ewma", decay: 0.94 });
    const calm = (sample: Float64Array) => historicalTailRisk(sample.subarray(100, 500), 0.975).expectedShortfall;
    expect(calm(filtered) / calm(returns)).toBeGreaterThan(3);
  });

  it("recovers the normal law of a GARCH path at its next vol, within three standard errors", () => {
    const random = createRandom(10, "garch");
    const returns: number[] = [];
    let variance = garch.omega / (1 - garch.alpha - garch.beta);
    for (let i = 0; i < 50_000; i++) {
      const value = Math.sqrt(variance) * random.normal();
      returns.push(value);
      variance = garch.omega + garch.alpha * value * value + garch.beta * variance;
    }
    const { expectedShortfall } = historicalTailRisk(filteredReturns(returns, garch), 0.975);
    // Standard error of the shortfall of 50,000 normals at 97.5 %, from its asymptotic variance: 0.0136.
    expect(Math.abs(expectedShortfall / Math.sqrt(variance) - 2.337803)).toBeLessThan(3 * 0.0136);
  });

  it("refuses a model that explodes and a sample that does not move", () => {
    expect(() => filteredReturns([0.01, 0.02], { ...garch, beta: 0.9 })).toThrow(InvalidInputError);
    expect(() => filteredReturns([0.01, 0.02], { kind: "ewma", decay: 1 })).toThrow(InvalidInputError);
    expect(() => filteredReturns([0, 0], { kind: "ewma", decay: 0.94 })).toThrow(InvalidInputError);
  });
});
