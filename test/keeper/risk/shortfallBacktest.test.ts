import { mean, quantile } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { shortfallBacktest } from "../../../keeper/risk/shortfallBacktest.ts";
import { normalTailRisk } from "../../../keeper/risk/tailRisk.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

describe("shortfallBacktest", () => {
  it("computes Z2 by hand", () => {
    const forecasts = Array.from({ length: 40 }, () => ({ valueAtRisk: 2, expectedShortfall: 3 }));
    const profits = Array.from({ length: 40 }, (_, i) => (i === 7 ? -6 : i === 8 ? -2 : 1));
    // One exception of six where one of three was expected; a loss equal to VaR is none.
    expect(shortfallBacktest(profits, forecasts, 0.975)).toEqual({
      z2: expect.closeTo(-1, 12),
      exceptions: 1,
      expectedExceptions: expect.closeTo(1, 12),
      isRejected: true,
    });
    expect(shortfallBacktest(profits.map(Math.abs), forecasts, 0.975)).toMatchObject({ z2: 1, isRejected: false });
  });

  it("averages zero and has its 5 % point at −0.70 for right forecasts of 250 periods at 97.5 %", () => {
    const random = createRandom(12, "backtest");
    const forecasts = Array.from({ length: 250 }, () => normalTailRisk(0, 1, 0.975));
    const statistics = Array.from({ length: 4000 }, () => {
      const profits = Float64Array.from({ length: 250 }, () => random.normal());
      return shortfallBacktest(profits, forecasts, 0.975).z2;
    });
    // Z2 has a deviation of about 0.4, its mean a standard error of 0.0064.
    expect(Math.abs(mean(statistics))).toBeLessThan(3 * 0.0064);
    expect(Math.abs(quantile(statistics, 0.05) + 0.7)).toBeLessThan(0.05);
  });

  it("rejects forecasts that assume half the vol", () => {
    const random = createRandom(13, "backtest");
    const forecasts = Array.from({ length: 250 }, () => normalTailRisk(0, 0.5, 0.975));
    const profits = Float64Array.from({ length: 250 }, () => random.normal());
    expect(shortfallBacktest(profits, forecasts, 0.975).isRejected).toBe(true);
  });

  it("refuses mismatched lengths and a shortfall that is none", () => {
    expect(() => shortfallBacktest([1, 2], [normalTailRisk(0, 1, 0.975)], 0.975)).toThrow(InvalidInputError);
    expect(() => shortfallBacktest([1], [{ valueAtRisk: 0, expectedShortfall: 0 }], 0.975)).toThrow(InvalidInputError);
  });
});
