import { describe, expect, it } from "vitest";
import { blockBootstrap } from "../../../../keeper/simulation/backtest/blockBootstrap.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const meanOf = (series: Float64Array) => (indices: Int32Array) =>
  indices.reduce((sum, index) => sum + (series[index] as number), 0) / indices.length;

describe("the block bootstrap", () => {
  it("gives the mean of independent normals the interval ±1.96 σ/√n", () => {
    const random = createRandom(2, "series");
    const series = Float64Array.from({ length: 900 }, () => 3 + 2 * random.normal());
    const { estimate, lower, upper } = blockBootstrap(900, 1, meanOf(series), createRandom(2, "draws"));
    expect(estimate).toBe(meanOf(series)(Int32Array.from(series.keys())));
    expect((upper - lower) / 2 / ((1.96 * 2) / 30)).toBeGreaterThan(0.9);
    expect((upper - lower) / 2 / ((1.96 * 2) / 30)).toBeLessThan(1.1);
  });

  it("widens for a series that hangs together, as blocks keep it together", () => {
    const random = createRandom(3, "series");
    let state = 0;
    const series = Float64Array.from({ length: 20_000 }, () => {
      state = 0.9 * state + random.normal();
      return state;
    });
    const width = (block: number) => {
      const { lower, upper } = blockBootstrap(20_000, block, meanOf(series), createRandom(3, "draws"), 300);
      return upper - lower;
    };
    // The variance of the mean of this AR(1) is (1+0.9)/(1−0.9) = 19 times what independence says; blocks of 100 keep 17.2 of it.
    const ratio = width(100) / width(1);
    expect(ratio).toBeGreaterThan(3.6);
    expect(ratio).toBeLessThan(4.8);
  });
});
