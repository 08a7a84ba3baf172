import { describe, expect, it } from "vitest";
import { type BatesModel, createBatesPath, defaultBatesModel } from "../../../../keeper/simulation/models/batesPath.ts";

const day = 86_400;
const secondsPerYear = 365 * day;

type One = BatesModel<"X">;
const heston = { v0: 0.36, kappa: 4, theta: 0.36, sigma: 1, rho: -0.4 };
const withoutJumps: One = {
  underlyings: { X: { heston, jump: { mean: 0, deviation: 0 } } },
  correlation: 0,
  jumpsPerYear: 0,
  drift: 0,
};

/** Log returns of independent paths. */
function logReturns(model: One, paths: number, seconds: number, steps: number): number[] {
  return Array.from({ length: paths }, (_, seed) => {
    const path = createBatesPath(model, { timestamp: 0, prices: { X: 1 } }, seed);
    let price = 1;
    for (let step = 1; step <= steps; step++) price = path.next((seconds * step) / steps).X;
    return Math.log(price);
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Distance of a sample mean from its expectation in standard errors. */
function standardErrors(values: readonly number[], expected: number): number {
  const average = mean(values);
  return Math.abs(average - expected) / Math.sqrt(mean(values.map((value) => (value - average) ** 2)) / values.length);
}

describe("createBatesPath", () => {
  it("has Heston's mean and variance of the log return", () => {
    const { kappa, theta, sigma, rho } = heston;
    const years = 0.25;
    const returns = logReturns(withoutJumps, 8_000, years * secondsPerYear, 20);
    // With v0 = θ: x = ∫√v dW − ½∫v, whose moments follow from ∫v = θT + (σ/κ)∫(1 − e^{−κ(T−s)})√v dW'.
    const e1 = (1 - Math.exp(-kappa * years)) / kappa;
    const e2 = (1 - Math.exp(-2 * kappa * years)) / (2 * kappa);
    const expectedMean = -0.5 * theta * years;
    const varianceOfIntegral = ((theta * sigma * sigma) / kappa ** 2) * (years - 2 * e1 + e2);
    const covariance = ((rho * sigma * theta) / kappa) * (years - e1);
    const expectedVariance = theta * years + 0.25 * varianceOfIntegral - covariance;
    expect(standardErrors(returns, expectedMean)).toBeLessThan(3);
    expect(
      standardErrors(
        returns.map((value) => (value - expectedMean) ** 2),
        expectedVariance,
      ),
    ).toBeLessThan(3);
  });

  it("keeps the price a martingale, jumps included", () => {
    const jumping: One = {
      ...withoutJumps,
      jumpsPerYear: 10,
      underlyings: { X: { heston, jump: { mean: -0.02, deviation: 0.05 } } },
    };
    expect(standardErrors(logReturns(jumping, 8_000, 0.5 * secondsPerYear, 6).map(Math.exp), 1)).toBeLessThan(3);
  });

  it("prices Andersen's case I: ten years, correlation -0.9, K = 100 at 13.08467014", () => {
    const caseOne: One = {
      ...withoutJumps,
      underlyings: { X: { heston: { v0: 0.04, kappa: 0.5, theta: 0.04, sigma: 1, rho: -0.9 }, jump: { mean: 0, deviation: 0 } } },
    };
    const payoffs = logReturns(caseOne, 5_000, 10 * secondsPerYear, 80).map((value) => 100 * Math.max(0, Math.exp(value) - 1));
    expect(standardErrors(payoffs, 13.08467014)).toBeLessThan(3);
  });

  it("jumps as often as a Poisson process of its intensity", () => {
    const years = 400;
    const path = createBatesPath({ ...withoutJumps, jumpsPerYear: 10 }, { timestamp: 0, prices: { X: 1 } }, 3);
    for (let step = 1; step <= years * 52; step++) path.next((secondsPerYear * step) / 52);
    expect(Math.abs(path.jumps() - 10 * years) / Math.sqrt(10 * years)).toBeLessThan(3);
  });

  it("moves two underlyings together by the given correlation", () => {
    const model = { ...defaultBatesModel, correlation: 0.7, jumpsPerYear: 0 };
    const path = createBatesPath(model, { timestamp: 0, prices: { WETH: 3000, WBTC: 90_000 } }, 11);
    const count = 20_000;
    const moments = { ab: 0, aa: 0, bb: 0 };
    let before = { WETH: 3000, WBTC: 90_000 };
    for (let step = 1; step <= count; step++) {
      const now = path.next(step * 12);
      const [a, b] = [Math.log(now.WETH / before.WETH), Math.log(now.WBTC / before.WBTC)];
      moments.ab += a * b;
      moments.aa += a * a;
      moments.bb += b * b;
      before = now;
    }
    const correlation = moments.ab / Math.sqrt(moments.aa * moments.bb);
    expect(Math.abs(Math.atanh(correlation) - Math.atanh(0.7)) * Math.sqrt(count)).toBeLessThan(3 * 1.5);
  });

  it("calls the stationary vol fair over a long life and today's over a short one", () => {
    const hot: One = { ...withoutJumps, underlyings: { X: { heston: { ...heston, v0: 1 }, jump: { mean: 0, deviation: 0 } } } };
    const path = createBatesPath(hot, { timestamp: 0, prices: { X: 1 } }, 1);
    expect(path.fairVol("X", 0)).toBe(1);
    expect(path.fairVol("X", 1000)).toBeCloseTo(0.6, 3);
  });

  it("repeats itself for the same seed only", () => {
    const run = (seed: number) => createBatesPath(withoutJumps, { timestamp: 0, prices: { X: 1 } }, seed).next(day).X;
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });

  it("refuses what has no meaning", () => {
    const start = { timestamp: 10, prices: { X: 1 } };
    expect(() => createBatesPath({ ...withoutJumps, correlation: 1.1 }, start, 1)).toThrow("|correlation| ≤ 1");
    expect(() => createBatesPath(withoutJumps, { timestamp: 0, prices: { X: 0 } }, 1)).toThrow("price of X");
    expect(() => createBatesPath(withoutJumps, start, 1).next(9)).toThrow("cannot go back");
  });
});
