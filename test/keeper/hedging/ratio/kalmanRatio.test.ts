import { describe, expect, it } from "vitest";
import { kalmanRatio } from "../../../../keeper/hedging/ratio/kalmanRatio.ts";
import { ols } from "../../../../keeper/hedging/ratio/ols.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";
import { linearPair } from "./simulatedPairs.ts";

describe("kalmanRatio", () => {
  it("follows a ratio that walks, and finds how fast", () => {
    const random = createRandom(7, "walking ratio");
    const n = 2000;
    const drift = 0.02;
    let ratio = 1;
    const truth = Float64Array.from({ length: n }, () => {
      ratio += drift * random.normal();
      return ratio;
    });
    const future = Float64Array.from({ length: n }, () => 0.02 * random.normal());
    const spot = future.map((f, t) => (truth[t] as number) * f + 0.004 * random.normal());
    const model = kalmanRatio(spot, future);
    expect(Math.sqrt(model.parameters.driftVariance as number)).toBeCloseTo(drift, 2);
    expect(Math.sqrt(model.parameters.noiseVariance as number)).toBeCloseTo(0.004, 3);
    const path = model.path(spot, future);
    const miss = (h: (t: number) => number) =>
      Math.sqrt(truth.slice(100).reduce((sum, b, t) => sum + (b - h(t + 100)) ** 2, 0) / (n - 100));
    expect(miss((t) => path[t] as number)).toBeLessThan(0.15);
    expect(miss(() => ols(spot, future).beta)).toBeGreaterThan(2 * miss((t) => path[t] as number));
    expect(Math.abs((path.at(-1) as number) - (truth.at(-1) as number))).toBeLessThan(3 * (model.standardError as number));
  });

  it("ends at the plain regression, with its error, when the ratio stands still", () => {
    const { spot, future } = linearPair("steady", 500, 0.85, 0.003);
    const model = kalmanRatio(spot, future);
    const plain = ols(spot, future);
    const last = model.path(spot, future).at(-1) as number;
    expect(Math.abs(last - plain.beta)).toBeLessThan(plain.betaError);
    expect((model.standardError as number) / plain.betaError).toBeGreaterThan(0.9);
    expect(model.warnings).toEqual(["no drift of the ratio found: it is constant"]);
    expect(last).toBeCloseTo(plain.beta, 5);
  });
});
