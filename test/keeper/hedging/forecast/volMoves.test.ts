import { describe, expect, it } from "vitest";
import { firstVolMoves, observeVolMove, USUAL_VOL_MOVES, volMovesOf } from "../../../../keeper/hedging/forecast/volMoves.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const HOUR = 1 / (365 * 24);

describe("how vol moves", () => {
  it("is the usual way before anything was seen", () => {
    const { volDeviation, correlation } = volMovesOf(firstVolMoves(0.7));
    expect(volDeviation).toBeCloseTo(USUAL_VOL_MOVES.volDeviation, 12);
    expect(correlation).toBeCloseTo(USUAL_VOL_MOVES.correlation, 12);
  });

  it("is learnt from what was posted: deviation 1.1 a √year, correlation −0.6", () => {
    const random = createRandom(5, "vol moves");
    let state = firstVolMoves(0.7);
    for (let i = 0; i < 24 * 200; i += 1) {
      const [a, b] = [random.normal(), random.normal()];
      const move = { spotReturn: 0.7 * Math.sqrt(HOUR) * a, volMove: 1.1 * Math.sqrt(HOUR) * (-0.6 * a + 0.8 * b), years: HOUR };
      state = observeVolMove(state, move, 60 / 365);
    }
    const { volDeviation, correlation } = volMovesOf(state);
    expect(volDeviation).toBeGreaterThan(1.05);
    expect(volDeviation).toBeLessThan(1.15);
    expect(correlation).toBeGreaterThan(-0.65);
    expect(correlation).toBeLessThan(-0.55);
  });

  it("counts half of a half-life's surprise, and nothing where no time has passed", () => {
    const first = firstVolMoves(0.7);
    const years = 7 / 365;
    const seen = observeVolMove(first, { spotReturn: 0, volMove: Math.sqrt(years), years }, years);
    expect(seen.volRate).toBeCloseTo((first.volRate + 1) / 2, 12);
    expect(observeVolMove(first, { spotReturn: 1, volMove: 1, years: 0 }, years)).toBe(first);
  });
});
