import fc from "fast-check";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { drawdown, drawdownOfPnl } from "../../../keeper/risk/drawdown.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

describe("drawdown", () => {
  it("measures every point from the high before it", () => {
    const result = drawdown([100, 120, 90, 110, 60, 130, 125]);
    expect(Array.from(result.series)).toEqual([0, 0, 30, 10, 60, 0, 5]);
    expect(result).toMatchObject({ maximum: 60, relative: 0.5, peak: 1, trough: 4, recovered: 5 });
  });

  it("is zero on a curve that only rises, and has no recovery where there is none", () => {
    expect(drawdown([1, 2, 2, 3])).toMatchObject({ maximum: 0, relative: 0, recovered: undefined });
    expect(drawdown([3, 1, 2])).toMatchObject({ maximum: 2, recovered: undefined });
    expect(drawdown([1, -1, 2]).relative).toBeUndefined();
  });

  it("of gains and losses starts at zero", () => {
    expect(drawdownOfPnl([5, -3, 4, -8, 1])).toBe(8);
    expect(drawdownOfPnl([-2, 1])).toBe(2);
    expect(drawdownOfPnl([])).toBe(0);
  });

  it("equals the largest fall over all pairs of points", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 }), (equity) => {
        const falls = equity.flatMap((high, i) => equity.slice(i).map((low) => high - low));
        expect(drawdown(equity).maximum).toBe(Math.max(...falls));
      }),
      { seed: 14, numRuns: 300 },
    );
  });

  it("averages √(π/2)·σ√T on a driftless Brownian motion", () => {
    const random = createRandom(15, "drawdown");
    const [steps, paths, sigma, years] = [1000, 1500, 0.8, 0.5];
    const step = sigma * Math.sqrt(years / steps);
    const maxima = Array.from({ length: paths }, () => {
      const path = new Float64Array(steps + 1);
      for (let i = 0; i < steps; i++) path[i + 1] = (path[i] as number) + step * random.normal();
      return drawdown(path).maximum;
    });
    // Looking only at grid points misses 0.5826 steps at the high and at the low (Broadie, Glasserman and Kou 1997).
    const expected = Math.sqrt(Math.PI / 2) * sigma * Math.sqrt(years) - 2 * 0.5826 * step;
    expect(Math.abs(mean(maxima) - expected)).toBeLessThan((3 * sampleStandardDeviation(maxima)) / Math.sqrt(paths));
  });

  it("refuses no equity and a hole in it", () => {
    expect(() => drawdown([])).toThrow(InvalidInputError);
    expect(() => drawdown([1, Number.NaN])).toThrow(InvalidInputError);
  });
});
