import { describe, expect, it } from "vitest";
import { basis, ratioWithBasisRisk } from "../../../../keeper/hedging/ratio/basis.ts";
import { breaksOfContracts, breaksOfRolls, firstMoves, hedgeSample } from "../../../../keeper/hedging/ratio/hedgeSample.ts";
import { valueRatio } from "../../../../keeper/hedging/ratio/naive.ts";
import { ols } from "../../../../keeper/hedging/ratio/ols.ts";
import { outliers, withoutOutliers } from "../../../../keeper/hedging/ratio/outliers.ts";
import { linearPair } from "./simulatedPairs.ts";

const none = (levels: ArrayLike<number>) => Array.from(levels, () => false);

describe("hedgeSample", () => {
  const spot = Float64Array.of(100, 110, 99, 99, 108.9);

  it.each([
    ["log", [Math.log(1.1), Math.log(0.9), 0, Math.log(1.1)]],
    ["simple", [0.1, -0.1, 0, 0.1]],
    ["difference", [10, -11, 0, 9.9]],
    ["level", [100, 110, 99, 99, 108.9]],
  ] as const)("makes %s moves", (kind, expected) => {
    const sample = hedgeSample({ spot, future: spot, isBreak: none(spot) }, kind);
    expect(sample.spot).toHaveLength(expected.length);
    sample.spot.forEach((move, t) => {
      expect(move).toBeCloseTo(expected[t] as number, 12);
    });
  });

  it("takes no move across a roll, and none is lost where the day of the roll stands twice", () => {
    // The March contract gains 1 a day; June stands 50 higher and gains 2. The third day is there in both contracts.
    const days = Float64Array.of(10, 11, 12, 12, 13, 14);
    const future = Float64Array.of(100, 101, 102, 152, 154, 156);
    const isBreak = breaksOfContracts(["H", "H", "H", "M", "M", "M"]);
    const sample = hedgeSample({ spot: days, future, isBreak }, "difference");
    expect([...sample.future]).toEqual([1, 1, 2, 2]);
    expect([...sample.spot]).toEqual([1, 1, 1, 1]);
    expect(sample.ends).toEqual([1, 2, 4, 5]);
  });

  it("finds rolls by date, at the first row on or after it", () => {
    expect(breaksOfRolls([10, 20, 30, 40], [25])).toEqual([false, false, true, false]);
    expect(breaksOfRolls([10, 20, 30, 40], [20, 40])).toEqual([false, true, false, true]);
    expect(() => breaksOfRolls([10, 20], [50])).toThrow(/outside the rows/);
  });

  it("keeps the first moves together with the levels they came from", () => {
    const isBreak = [false, false, true, false, false];
    const sample = firstMoves(hedgeSample({ spot, future: spot, isBreak }, "difference"), 2);
    expect([...sample.spot]).toEqual([10, 0]);
    expect([...sample.levels.spot]).toEqual([100, 110, 99, 99]);
  });

  it("refuses returns of prices that are not positive, and says what to use", () => {
    const future = Float64Array.of(20, 5, -37, 10, 12);
    expect(() => hedgeSample({ spot, future, isBreak: none(spot) }, "log")).toThrow(/Level 3 is not positive.*difference/);
    expect(hedgeSample({ spot, future, isBreak: none(spot) }, "difference").future[1]).toBe(-42);
  });
});

describe("outliers", () => {
  const { spot, future } = linearPair("outliers", 300, 1, 0.002);
  const levels = (moves: Float64Array) =>
    Float64Array.from([0, ...moves]).map((_, t) => 100 * Math.exp(moves.subarray(0, t).reduce((sum, r) => sum + r, 0)));

  it("finds one misprint, which makes two moves, and leaves honest moves alone", () => {
    const printed = levels(spot);
    printed[150] = (printed[150] as number) * 10;
    const sample = hedgeSample({ spot: printed, future: levels(future), isBreak: none(printed) }, "log");
    const found = outliers(sample, 10);
    expect(found.map(({ end, side }) => [end, side])).toEqual([
      [150, "spot"],
      [151, "spot"],
    ]);
    const cleaned = withoutOutliers(sample, found);
    expect(cleaned.spot).toHaveLength(298);
    expect(cleaned.levels.isBreak[150]).toBe(true);
    expect(ols(cleaned.spot, cleaned.future).beta).toBeCloseTo(1, 1);
    expect(ols(sample.spot, sample.future).betaError).toBeGreaterThan(20 * ols(cleaned.spot, cleaned.future).betaError);
  });

  it("measures in robust deviations of a normal: few beyond three, none beyond ten", () => {
    const sample = hedgeSample({ spot: levels(spot), future: levels(future), isBreak: none(levels(spot)) }, "log");
    expect(outliers(sample, 3).length).toBeLessThan(12);
    expect(outliers(sample, 10)).toEqual([]);
  });
});

describe("basis", () => {
  it("is spot less future, its moves not those of a roll", () => {
    const spot = Float64Array.of(10, 11, 12, 13, 14);
    const future = Float64Array.of(9, 11, 11, 53, 53);
    const { first, last, mean, moveVariance } = basis(spot, future, (t) => t === 3);
    expect([first, last]).toEqual([1, -39]);
    expect(mean).toBeCloseTo((1 + 0 + 1 - 40 - 39) / 5, 12);
    // Moves −1, +1, +1 about their mean 1/3.
    expect(moveVariance).toBeCloseTo(4 / 3, 12);
  });

  it("gives the same minimum-variance ratio from basis risk as from the future", () => {
    const { spot, future } = linearPair("basis", 250, 0.7, 0.01);
    const basisMoves = spot.map((s, t) => s - (future[t] as number));
    expect(ratioWithBasisRisk(spot, basisMoves)).toBeCloseTo(ols(spot, future).beta, 10);
    expect(ratioWithBasisRisk(spot, new Float64Array(250))).toBe(1);
  });
});

describe("valueRatio", () => {
  it("turns Hull's jet fuel hedge into contracts: 2 million gallons at 1.94 against 42,000 at 1.99 (example 3.3: 36 contracts)", () => {
    const contracts = (0.7777 * 2_000_000 * valueRatio(1.94, 1.99)) / 42_000;
    expect(contracts).toBeCloseTo(36.1, 1);
    expect(() => valueRatio(0, 1)).toThrow(/positive prices/);
  });
});
