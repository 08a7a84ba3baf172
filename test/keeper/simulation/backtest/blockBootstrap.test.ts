import { describe, expect, it } from "vitest";
import { blockBootstrap, type Interval } from "../../../../keeper/simulation/backtest/blockBootstrap.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const widthOf = ({ lower = Number.NaN, upper = Number.NaN }: Interval) => upper - lower;
const meanOf = (series: Float64Array) => (indices: Int32Array) =>
  indices.reduce((sum, index) => sum + (series[index] as number), 0) / indices.length;

describe("the block bootstrap", () => {
  it("gives the mean of independent normals the interval ±1.96 σ/√n", () => {
    const random = createRandom(2, "series");
    const series = Float64Array.from({ length: 900 }, () => 3 + 2 * random.normal());
    const interval = blockBootstrap(900, 1, meanOf(series), createRandom(2, "draws"));
    expect(interval.estimate).toBe(meanOf(series)(Int32Array.from(series.keys())));
    expect(widthOf(interval) / 2 / ((1.96 * 2) / 30)).toBeGreaterThan(0.9);
    expect(widthOf(interval) / 2 / ((1.96 * 2) / 30)).toBeLessThan(1.1);
  });

  it("widens for a series that hangs together, as blocks keep it together", () => {
    const random = createRandom(3, "series");
    let state = 0;
    const series = Float64Array.from({ length: 20_000 }, () => {
      state = 0.9 * state + random.normal();
      return state;
    });
    const width = (block: number) => widthOf(blockBootstrap(20_000, block, meanOf(series), createRandom(3, "draws"), 300));
    // The variance of the mean of this AR(1) is (1+0.9)/(1−0.9) = 19 times what independence says; blocks of 100 keep 17.2 of it.
    const ratio = width(100) / width(1);
    expect(ratio).toBeGreaterThan(3.6);
    expect(ratio).toBeLessThan(4.8);
  });

  it.each([
    [1, 1, false],
    [2, 1, true],
    [4, 4, false],
    [7, 4, false],
    [8, 4, true],
  ])("of a series of %i in blocks of %i has bounds: %s", (length, block, hasBounds) => {
    const series = Float64Array.from({ length }, (_, index) => index ** 2);
    const interval = blockBootstrap(length, block, meanOf(series), createRandom(4, "draws"));
    expect(Object.keys(interval)).toEqual(hasBounds ? ["estimate", "lower", "upper"] : ["estimate"]);
    if (hasBounds) expect(widthOf(interval)).toBeGreaterThan(0);
  });
});
