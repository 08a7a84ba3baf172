import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import {
  type DrawdownState,
  defaultDrawdownLimits,
  drawdownControl,
} from "../../../../keeper/hedging/forecast/drawdownControl.ts";
import { emergencyCover } from "../../../../keeper/hedging/forecast/emergencyCover.ts";
import { noTradeRegion } from "../../../../keeper/hedging/noTradeRegion.ts";

const follow = (equities: readonly number[]) => {
  let state: DrawdownState | undefined;
  return equities.map((equity) => {
    state = drawdownControl(state, equity, defaultDrawdownLimits);
    return state;
  });
};

describe("drawdownControl", () => {
  it("narrows the no-trade region as equity falls, and only then", () => {
    const width = (equity: number) => {
      const [, state] = follow([100, equity]) as [DrawdownState, DrawdownState];
      const costs = { fixed: 5, proportional: 1.5, impact: 0, carry: 0 };
      const { lower, upper } = noTradeRegion({
        spot: 3000,
        vol: 0.8,
        gamma: 0.05,
        years: 0.02,
        riskAversion: 1e-4 * state.riskAversionTimes,
        costs,
      });
      return upper - lower;
    };
    expect(width(96)).toBe(width(100));
    expect(width(92)).toBeLessThan(width(96));
    expect(width(86)).toBeLessThan(width(92));
    expect(width(70)).toBe(width(85));
  });

  it("keeps the emergency until the release, measured from the peak", () => {
    const states = follow([100, 120, 103, 101, 105, 107, 109, 121]);
    expect(states.map(({ isEmergency }) => isEmergency)).toEqual([false, false, false, true, true, true, false, false]);
    expect(states.map(({ coverRatio }) => coverRatio > 0)).toEqual([false, false, true, true, true, true, true, false]);
    expect(states[3]).toMatchObject({ peak: 120, coverRatio: 1, riskAversionTimes: 5 });
  });

  it("refuses limits out of order", () => {
    expect(() => drawdownControl(undefined, 100, { ...defaultDrawdownLimits, release: 0.2 })).toThrow(InvalidInputError);
  });
});

describe("emergencyCover", () => {
  it.each([
    { exposure: 10, held: 0, coverRatio: 0.8, trade: -8 },
    { exposure: -10, held: 3, coverRatio: 1, trade: 7 },
    { exposure: -10, held: 9, coverRatio: 0.8, trade: 0 },
    { exposure: 10, held: -15, coverRatio: 1, trade: 0 },
    { exposure: 10, held: 0, coverRatio: 0, trade: 0 },
    { exposure: 0, held: 4, coverRatio: 1, trade: 0 },
  ])("trades $trade at exposure $exposure, holding $held, cover $coverRatio", ({ trade, ...situation }) => {
    expect(emergencyCover(situation)).toBeCloseTo(trade, 12);
  });
});
