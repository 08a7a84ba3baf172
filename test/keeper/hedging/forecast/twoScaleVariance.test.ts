import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { twoScaleVariance } from "../../../../keeper/hedging/forecast/twoScaleVariance.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const YEAR = 365 * 86_400;

/** A day of minute prices at 60 % vol, seen through noise of 5 bp. */
function noisyDay(seed: number, noise: number) {
  const random = createRandom(seed, "minutes");
  const times = Float64Array.from({ length: 1441 }, (_, i) => 60 * i);
  let log = Math.log(2000);
  const prices = times.map(() => {
    const seen = Math.exp(log + noise * random.normal());
    log += 0.6 * Math.sqrt(60 / YEAR) * random.normal();
    return seen;
  });
  return { times, prices };
}

describe("twoScaleVariance", () => {
  it("sees the vol behind noise that doubles the naive figure", () => {
    const days = Array.from({ length: 200 }, (_, seed) => noisyDay(seed, 5e-4));
    const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    const naive = days.map(({ prices }) => {
      let sum = 0;
      for (let i = 1; i < prices.length; i++) sum += Math.log((prices[i] as number) / (prices[i - 1] as number)) ** 2;
      return sum * 365;
    });
    const estimates = days.map(({ prices, times }) => twoScaleVariance(prices, times, 10));
    const error = Math.sqrt(mean(estimates.map((x) => (x - mean(estimates)) ** 2)) / days.length);
    expect(mean(naive)).toBeGreaterThan(1.6 * 0.36);
    expect(Math.abs(mean(estimates) - 0.36)).toBeLessThan(3 * error);
    expect(error).toBeLessThan(0.01);
  });

  it("refuses too few prices", () => {
    expect(() => twoScaleVariance([1, 2, 3], [0, 1, 2], 2)).toThrow(InvalidInputError);
  });
});
