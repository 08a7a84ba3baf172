import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { deviationFactor } from "../../../keeper/risk/deviationFactor.ts";
import { DEVIATIONS, JUMP_FACTORS, scenarioMatrix, sumMatrices, VOL_MULTIPLIERS } from "../../../keeper/risk/scenarioMatrix.ts";
import { DAY, flatBook, now } from "./sampleBook.ts";

const straddle = flatBook([
  { type: "call", strike: 3000, expiry: now + 30 * DAY, size: -10 },
  { type: "put", strike: 3000, expiry: now + 30 * DAY, size: -10 },
]);
const axes = { spotFactors: JUMP_FACTORS, volMultipliers: VOL_MULTIPLIERS, seconds: [0, 7 * DAY] };

describe("scenarioMatrix", () => {
  it("holds zero where nothing moves", () => {
    const matrix = scenarioMatrix(straddle, axes);
    expect(matrix[0]?.[VOL_MULTIPLIERS.indexOf(1)]?.[JUMP_FACTORS.indexOf(1)]).toBe(0);
  });

  it("holds in every cell the difference of exact prices", () => {
    const price = (type: "call" | "put", spot: number, vol: number, days: number) =>
      blackScholes({ type, spot, strike: 3000, years: days / 365, vol }).price;
    const value = (spot: number, vol: number, days: number) =>
      -10 * (price("call", spot, vol, days) + price("put", spot, vol, days));
    const matrix = scenarioMatrix(straddle, axes);
    [30, 23].forEach((days, time) => {
      VOL_MULTIPLIERS.forEach((multiplier, vol) => {
        JUMP_FACTORS.forEach((factor, spot) => {
          const exact = value(3000 * factor, 0.8 * multiplier, days) - value(3000, 0.8, 30);
          expect(matrix[time]?.[vol]?.[spot]).toBeCloseTo(exact, 8);
        });
      });
    });
  });

  it("moves holdings linearly, whatever vol and time do", () => {
    const matrix = scenarioMatrix(flatBook([], { holdings: 2 }), axes);
    for (const rows of matrix) {
      for (const row of rows) {
        row.forEach((pnl, i) => {
          expect(pnl).toBeCloseTo(6000 * ((JUMP_FACTORS[i] as number) - 1), 9);
        });
      }
    }
  });

  it("never lets a long option gain from less vol", () => {
    const long = flatBook([{ type: "call", strike: 3300, expiry: now + 30 * DAY, size: 1 }]);
    for (const rows of scenarioMatrix(long, axes)) {
      rows.slice(1).forEach((row, i) => {
        row.forEach((pnl, spot) => {
          expect(pnl).toBeGreaterThanOrEqual((rows[i]?.[spot] as number) - 1e-9);
        });
      });
    }
  });

  it("shows that delta and gamma alone miss a seven-deviation move", () => {
    const factor = deviationFactor(-7, 0.8, DAY);
    const put = flatBook([{ type: "put", strike: 2400, expiry: now + 7 * DAY, size: -10 }]);
    const full = scenarioMatrix(put, { spotFactors: [factor], volMultipliers: [1], seconds: [0] })[0]?.[0]?.[0] as number;
    const { delta, gamma } = blackScholes({ type: "put", spot: 3000, strike: 2400, years: 7 / 365, vol: 0.8 });
    const move = 3000 * (factor - 1);
    const local = -10 * (delta * move + (gamma * move * move) / 2);
    expect(Math.abs(local - full)).toBeGreaterThan(0.25 * Math.abs(full));
  });

  it("adds matrices cell by cell and refuses different shapes", () => {
    const one = scenarioMatrix(straddle, axes);
    const doubled = sumMatrices([one, one]);
    expect(doubled[1]?.[2]?.[3]).toBe(2 * (one[1]?.[2]?.[3] as number));
    expect(() => sumMatrices([])).toThrow(InvalidInputError);
    expect(() => sumMatrices([one, one.slice(0, 1)])).toThrow(InvalidInputError);
  });

  it("reaches seven deviations and beyond, and jumps of 60 %", () => {
    expect(Math.min(...DEVIATIONS)).toBeLessThan(-7);
    expect(DEVIATIONS).toEqual(expect.arrayContaining([-7, 0, 7]));
    expect(JUMP_FACTORS).toEqual(expect.arrayContaining([0.4, 0.8, 1, 1.2, 1.6]));
    // A move of n deviations has the log-return nσ√Δt.
    expect(Math.log(deviationFactor(-7, 0.8, DAY))).toBeCloseTo(-7 * 0.8 * Math.sqrt(1 / 365), 12);
  });
});
