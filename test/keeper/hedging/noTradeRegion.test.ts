import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { noTradeRegion, stationaryBand, tradeTo } from "../../../keeper/hedging/noTradeRegion.ts";

const base = { spot: 100, vol: 0.6, gamma: 0.0231067, years: 30 / 365, riskAversion: 0.01 };

describe("stationaryBand", () => {
  // Vectors recomputed for the impulse-control problem at S=100, vol=.6, gamma=.0231067, risk aversion .01; k is a fraction of spot.
  it.each([
    { fixed: 0, k: 0.0005, impact: 0, trigger: 0.158798, target: 0.158798, lossRate: 0.453904 },
    { fixed: 0.05, k: 0, impact: 0, trigger: 0.423065, target: 0, lossRate: 1.073903 },
    { fixed: 0.05, k: 0.0005, impact: 0, trigger: 0.443051, target: 0.037608, lossRate: 1.286225 },
    { fixed: 0.01, k: 0.003, impact: 0, trigger: 0.412277, target: 0.19267, lossRate: 1.719162 },
    { fixed: 0.05, k: 0.0005, impact: 0.5, trigger: 0.439312, target: 0.181117, lossRate: 1.832188 },
  ])("fixed $fixed, proportional $k, impact $impact", ({ fixed, k, impact, ...expected }) => {
    const band = stationaryBand({ ...base, costs: { fixed, proportional: k * 100, impact, carry: 0 } });
    expect(band.trigger).toBeCloseTo(expected.trigger, 5);
    expect(band.target).toBeCloseTo(expected.target, 5);
    expect(band.lossRate).toBeCloseTo(expected.lossRate, 5);
  });

  it("solves both defining equations for any costs", () => {
    const cost = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(cost, cost, cost, fc.double({ min: 1e-8, max: 10, noNaN: true }), (fixed, proportional, impact, gamma) => {
        const riskAversion = 0.001;
        const { trigger: b, target: t } = stationaryBand({
          ...base,
          gamma,
          riskAversion,
          costs: { fixed, proportional, impact, carry: 0 },
        });
        const d = b - t;
        const scale = (gamma * gamma) / riskAversion;
        const right1 = 3 * (proportional + 2 * impact * d) * scale;
        const right2 = 12 * (fixed - impact * d * d) * scale;
        expect(Math.abs(b * t * (b + t) - right1)).toBeLessThanOrEqual(1e-7 * (right1 + b ** 3));
        // d = b − t carries the rounding of b; both sides feel it.
        const rounding = 8 * Number.EPSILON * b * (3 * d * d * (b + t) + 24 * impact * d * scale);
        expect(Math.abs(d ** 3 * (b + t) - right2)).toBeLessThanOrEqual(1e-7 * right2 + rounding);
        expect(t).toBeGreaterThanOrEqual(0);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe("noTradeRegion", () => {
  const costs = { fixed: 0.05, proportional: 0.05, impact: 0, carry: 0 };

  it("widens when gas, fee or impact grows and narrows with risk aversion", () => {
    const width = (changes: Partial<typeof costs>, riskAversion = 0.01) => {
      const region = noTradeRegion({ ...base, riskAversion, costs: { ...costs, ...changes } });
      return region.upper - region.lower;
    };
    const reference = width({});
    expect(width({ fixed: 0.5 })).toBeGreaterThan(reference);
    expect(width({ proportional: 0.5 })).toBeGreaterThan(reference);
    expect(width({}, 0.1)).toBeLessThan(reference);
  });

  it("does not collapse where gamma has gone: it stays out until what is left to lose pays for the trade", () => {
    const years = 1 / 365;
    const region = noTradeRegion({ ...base, gamma: 0, years, costs });
    // Certain cost against certainty-equivalent of holding error D to expiry: ½λσ²S²τD² = c + k(D−t), at the floor's own trigger.
    const risk = 0.01 * (0.6 * 100) ** 2 * years;
    expect(region.targetUpper).toBeCloseTo(0.05 / risk, 12);
    const saved = (risk / 2) * (region.upper ** 2 - region.targetUpper ** 2);
    expect(saved).toBeCloseTo(costs.fixed + costs.proportional * (region.upper - region.targetUpper), 12);
  });

  it("counts impact in that floor too: at its trigger the certain saving equals fee, gas and impact", () => {
    const impact = 0.4;
    const years = 1 / 365;
    const region = noTradeRegion({ ...base, gamma: 0, years, costs: { ...costs, impact } });
    const risk = 0.01 * (0.6 * 100) ** 2 * years;
    const depth = region.upper - region.targetUpper;
    const saved = (risk / 2) * (region.upper ** 2 - region.targetUpper ** 2);
    expect(saved).toBeCloseTo(costs.fixed + costs.proportional * depth + impact * depth ** 2, 12);
    // The target is where one more unit would cost as much as it saves.
    expect(risk * region.targetUpper).toBeCloseTo(costs.proportional + 2 * impact * depth, 12);
  });

  it("shifts its centre against the carry of the hedge", () => {
    const region = noTradeRegion({ ...base, costs: { ...costs, carry: 2 } });
    expect((region.lower + region.upper) / 2).toBeCloseTo(-2 / (0.01 * 3600), 12);
  });

  it("draws the trigger in when it can only look now and then", () => {
    const seldom = noTradeRegion({ ...base, costs, checkEvery: 1 / 365 / 24 });
    const always = noTradeRegion({ ...base, costs });
    expect(always.upper - seldom.upper).toBeCloseTo(0.5 * 0.0231067 * 100 * 0.6 * Math.sqrt(1 / 365 / 24), 12);
    expect(seldom.targetUpper).toBe(always.targetUpper);
  });

  it("refuses a negative cost and names it", () => {
    expect(() => noTradeRegion({ ...base, costs: { ...costs, fixed: -1 } })).toThrow(InvalidInputError);
    expect(() => noTradeRegion({ ...base, costs: { ...costs, fixed: -1 } })).toThrow("fixed cost must not be negative, got -1");
  });
});

describe("tradeTo", () => {
  const region = { lower: -2, targetLower: -1, targetUpper: 0.5, upper: 3 };
  it.each([
    { hedgeError: 3, trade: 0 },
    { hedgeError: 4, trade: -3.5 },
    { hedgeError: -2, trade: 0 },
    { hedgeError: -5, trade: 4 },
  ])("at $hedgeError trades $trade", ({ hedgeError, trade }) => {
    expect(tradeTo(region, hedgeError)).toBe(trade);
  });
});
