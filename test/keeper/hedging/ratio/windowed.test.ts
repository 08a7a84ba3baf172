import { describe, expect, it } from "vitest";
import { ewmaRatio } from "../../../../keeper/hedging/ratio/ewma.ts";
import { ols } from "../../../../keeper/hedging/ratio/ols.ts";
import { windowedRatio } from "../../../../keeper/hedging/ratio/windowed.ts";
import { linearPair } from "./simulatedPairs.ts";

const { spot, future } = linearPair("windows", 150, 0.9, 0.01);

describe("windowedRatio", () => {
  it.each([
    ["rolling", (t: number) => t - 30],
    ["recursive", () => 0],
  ] as const)("%s is OLS over its moves, ending before the move it hedges", (kind, from) => {
    const { path, standardError } = windowedRatio(spot, future, 30, kind);
    const ratios = path(spot, future);
    expect(ratios.slice(0, 30).every(Number.isNaN)).toBe(true);
    for (const t of [30, 31, 77, 150])
      expect(ratios[t]).toBeCloseTo(ols(spot.slice(from(t), t), future.slice(from(t), t)).beta, 10);
    expect(standardError).toBeCloseTo(ols(spot.slice(from(150)), future.slice(from(150))).betaError, 12);
  });

  it("refuses a window the sample cannot fill", () => {
    expect(() => windowedRatio(spot, future, 151, "rolling")).toThrow(/exceeds the 150/);
    expect(() => windowedRatio(spot, future, 2, "rolling")).toThrow(/too short/);
  });
});

describe("ewmaRatio", () => {
  it("is the ratio of exponentially weighted products", () => {
    const ratios = ewmaRatio(spot, 0.9).path(spot, future);
    // After 130 moves the twenty that set the start weigh 0.9^130 of what they did.
    let [sf, ff] = [0, 0];
    for (let i = 0; i < 130; i++) {
      const [s, f] = [spot[149 - i] as number, future[149 - i] as number];
      sf += 0.9 ** i * s * f;
      ff += 0.9 ** i * f * f;
    }
    expect(ratios.at(-1)).toBeCloseTo(sf / ff, 5);
  });

  it("forgets an old ratio within its memory", () => {
    const turned = spot.map((s, t) => (t < 75 ? s : -s));
    expect(ewmaRatio(spot, 0.9).path(turned, future).at(-1)).toBeLessThan(-0.7);
    expect(() => ewmaRatio(spot, 1)).toThrow(/between 0 and 1/);
  });
});
