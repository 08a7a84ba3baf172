import { describe, expect, it } from "vitest";
import { compareRatios, fitRatio, type RatioComparison } from "../../../../keeper/hedging/ratio/compareRatios.ts";
import { effectiveness, verdict } from "../../../../keeper/hedging/ratio/effectiveness.ts";
import { firstMoves, type HedgeSample, hedgeSample } from "../../../../keeper/hedging/ratio/hedgeSample.ts";
import { RATIO_METHODS } from "../../../../keeper/hedging/ratio/ratioModel.ts";
import { historicalTailRisk } from "../../../../keeper/risk/tailRisk.ts";
import { cointegratedPair, linearPair, type Pair } from "./simulatedPairs.ts";

const settings = { window: 60, decay: 0.94, lags: 1, seasons: 0, confidence: 0.975, riskAversion: 3, split: 0.7 };

function sampleOf({ spot, future }: Pair): HedgeSample {
  return hedgeSample({ spot: spot.map(Math.exp), future: future.map(Math.exp), isBreak: Array.from(spot, () => false) }, "log");
}

const sample = sampleOf(cointegratedPair("compared", 500, 1, 0.3));

describe("compareRatios", () => {
  const compared = compareRatios(sample, RATIO_METHODS, settings);

  it("fits every method near the true ratio of 0.8 and judges it on moves it has not seen", () => {
    expect(compared.map(({ method }) => method)).toEqual(RATIO_METHODS);
    for (const each of compared as RatioComparison[]) {
      if (each.method === "naive" || each.method === "utility") continue;
      expect(Math.abs(each.ratio - 0.8)).toBeLessThan(0.15);
      expect(each.outOfSample).toBeGreaterThan(0.7);
      expect(each.path).toHaveLength(sample.spot.length + 1);
    }
  });

  it("judges OLS after the split by the ratio fitted before it", () => {
    const ratio = fitRatio("ols", firstMoves(sample, 349), settings).path(sample.spot, sample.future);
    const found = compared.find(({ method }) => method === "ols") as RatioComparison;
    expect(found.outOfSample).toBe(effectiveness(sample.spot, sample.future, ratio, 349));
    expect(found.inSample).toBeGreaterThanOrEqual((compared[0] as RatioComparison).inSample as number);
  });

  it.each(RATIO_METHODS)("%s knows nothing of the future: later moves change no earlier ratio", (method) => {
    const model = fitRatio(method, firstMoves(sample, 300), settings);
    const path = model.path(sample.spot, sample.future);
    const wild = (moves: Float64Array, by: number) => moves.map((move, t) => (t < 400 ? move : by * move));
    const changed = model.path(wild(sample.spot, -2), wild(sample.future, 3));
    path.slice(0, 401).forEach((ratio, t) => {
      if (Number.isNaN(ratio)) expect(changed[t]).toBeNaN();
      else expect(changed[t]).toBeCloseTo(ratio, 5);
    });
  });

  it("says why a method cannot be fitted, and goes on with the others", () => {
    const short = compareRatios(firstMoves(sample, 15), ["ols", "garch-dcc", "rolling"], settings);
    expect(short[0]).toHaveProperty("ratio");
    expect(short[1]).toMatchObject({ refused: expect.stringMatching(/at least 50 moves.*got 15/) });
    expect(short[2]).toMatchObject({ refused: expect.stringMatching(/window of 60/) });
  });

  it("warns of a low correlation and sends a weak static ratio to a dynamic one", () => {
    const weak = linearPair("weak", 300, 0.3, 0.02);
    const isBreak = Array.from(weak.spot, () => false);
    const [ols, ewma] = compareRatios(hedgeSample({ ...weak, isBreak }, "level"), ["ols", "ewma"], settings) as [
      RatioComparison,
      RatioComparison,
    ];
    expect(ols.verdict).toBe("weak");
    expect(ols.warnings.join()).toMatch(/correlation 0\.\d\d is below 0\.60.*below 70 %: try a dynamic ratio/);
    expect(ewma.warnings.join()).toMatch(/look for an instrument closer/);
  });

  it("hedges a series by itself one to one", () => {
    const same = { ...sample, future: sample.spot, levels: { ...sample.levels, future: sample.levels.spot } };
    for (const each of compareRatios(same, RATIO_METHODS, { ...settings, riskAversion: 1e9 })) {
      if ("refused" in each)
        expect(each).toMatchObject({ method: "vecm", refused: expect.stringMatching(/depend on each other/) });
      else expect(each.ratio).toBeCloseTo(1, 6);
    }
  });
});

describe("shortfall and utility", () => {
  const { spot, future } = sample;
  const last = (method: "shortfall" | "utility" | "ols", changed = {}) =>
    fitRatio(method, sample, { ...settings, ...changed })
      .path(spot, future)
      .at(-1) as number;

  it("has the least expected shortfall of all ratios", () => {
    const shortfall = (h: number) =>
      historicalTailRisk(
        spot.map((s, t) => s - h * (future[t] as number)),
        0.975,
      ).expectedShortfall;
    const least = shortfall(last("shortfall"));
    for (let h = -1; h <= 2; h += 0.01) expect(shortfall(h)).toBeGreaterThanOrEqual(least - 1e-9);
  });

  it("has the greatest mean-variance utility of all ratios, and is the minimum-variance ratio of the very averse", () => {
    const utility = (h: number) => {
      const hedged = spot.map((s, t) => s - h * (future[t] as number));
      const mean = hedged.reduce((sum, x) => sum + x, 0) / hedged.length;
      return mean - 1.5 * (hedged.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (hedged.length - 1));
    };
    const best = last("utility");
    const { parameters } = fitRatio("utility", sample, settings);
    expect(parameters.utility).toBeCloseTo(utility(best), 10);
    for (const step of [-0.1, -0.01, 0.01, 0.1]) expect(utility(best + step)).toBeLessThan(utility(best));
    expect(last("utility", { riskAversion: 1e9 })).toBeCloseTo(last("ols"), 6);
  });
});

describe("effectiveness", () => {
  it("is one for a perfect hedge, zero for none, below zero for one that adds risk", () => {
    const moves = Float64Array.of(1, -2, 3, -1, 2);
    const at = (h: number) => effectiveness(moves, moves, new Float64Array(6).fill(h));
    expect([at(1), at(0), at(-1)]).toEqual([1, 0, -3]);
    expect(effectiveness(moves, moves, new Float64Array(6).fill(Number.NaN))).toBeUndefined();
  });

  it.each([
    [0.85, "good"],
    [0.8499, "fair"],
    [0.7, "fair"],
    [0.6999, "weak"],
  ])("reads %d as %s", (value, word) => {
    expect(verdict(value)).toBe(word);
  });
});
