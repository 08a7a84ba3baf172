import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { standardScenarios } from "../../../keeper/risk/standardScenarios.ts";
import { type Scenario, type StressedBook, stress } from "../../../keeper/risk/stress.ts";
import { DAY, flatBook, now } from "./sampleBook.ts";

const costs = { fixed: 5, proportional: 1.5, impact: 0.02 };
const calls: StressedBook = {
  book: flatBook([{ type: "call", strike: 3200, expiry: now + 30 * DAY, size: -20 }], { holdings: 6 }),
  costs,
  vol: 0.8,
};
const calm: Scenario = {
  name: "calm",
  spot: { kind: "jump", move: 0 },
  volMultiplier: 1,
  seconds: 0,
  gasMultiplier: 1,
  depthDivisor: 1,
};
const call = (spot: number, vol: number) => blackScholes({ type: "call", spot, strike: 3200, years: 30 / 365, vol });
const run = (change: Partial<Scenario>) => {
  const [outcome] = stress([calls], [{ ...calm, ...change }]);
  if (outcome === undefined) expect.unreachable();
  return outcome;
};

describe("stress", () => {
  it("costs only today's hedge when nothing moves", () => {
    const error = 6 - 20 * call(3000, 0.8).delta;
    const outcome = run({});
    expect(outcome.revaluation).toBe(0);
    expect(outcome.hedgeCost).toBeCloseTo(5 + 1.5 * Math.abs(error) + 0.02 * error * error, 9);
    expect(outcome.total).toBe(-outcome.hedgeCost);
    expect(outcome.underlyings[0]?.unwindCost).toBeCloseTo(5 + 1.5 * 6 + 0.02 * 36, 9);
  });

  it("adds nine gas payments at gas ×10 and nine impacts at depth ÷10", () => {
    const error = 6 - 20 * call(3000, 0.8).delta;
    expect(run({ gasMultiplier: 10 }).hedgeCost - run({}).hedgeCost).toBeCloseTo(9 * 5, 9);
    expect(run({ depthDivisor: 10 }).hedgeCost - run({}).hedgeCost).toBeCloseTo(9 * 0.02 * error * error, 9);
  });

  it("revalues fully and hedges the delta the crash leaves, at the crash's costs, jointly", () => {
    const outcome = run({ spot: { kind: "jump", move: 0.44 }, volMultiplier: 2, gasMultiplier: 10, depthDivisor: 10 });
    const after = call(4320, 1.6);
    const error = 6 - 20 * after.delta;
    expect(outcome.revaluation).toBeCloseTo(-20 * (after.price - call(3000, 0.8).price) + 6 * 1320, 8);
    // A pool of constant liquidity has impact in P^(3/2): 1.44^1.5 = 1.728.
    expect(outcome.hedgeCost).toBeCloseTo(50 + 1.5 * 1.44 * Math.abs(error) + 0.02 * 1.728 * 10 * error * error, 8);
    expect(outcome.total).toBe(outcome.revaluation - outcome.hedgeCost);
  });

  it("measures a deviation by each underlying's own vol and sums underlyings", () => {
    const spot = { kind: "deviations", count: -7, seconds: DAY } as const;
    const calmer: StressedBook = { book: { ...flatBook([], { spot: 100, holdings: 1 }), underlying: "OTHER" }, costs, vol: 0.2 };
    const [outcome] = stress([calls, calmer], [{ ...calm, spot }]);
    const alone = run({ spot });
    const other = 100 * (Math.exp(-7 * 0.2 * Math.sqrt(1 / 365)) - 1);
    expect(outcome?.underlyings[1]?.revaluation).toBeCloseTo(other, 9);
    expect(outcome?.revaluation).toBeCloseTo(alone.revaluation + other, 9);
  });

  it("refuses a jump to zero", () => {
    expect(() => run({ spot: { kind: "jump", move: -1 } })).toThrow(InvalidInputError);
  });
});

describe("standardScenarios", () => {
  it("has the moves, the vols, the drained venues and all of them jointly, each under its own name", () => {
    const scenarios = standardScenarios(DAY);
    const names = scenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["spot −7σ", "spot +7σ", "spot −60 %", "vol ×2.5", "gas ×10", "depth ÷10"]));
    const joint = scenarios.filter((each) => each.gasMultiplier === 10 && each.depthDivisor === 10 && each.volMultiplier > 1);
    expect(joint.some(({ spot }) => spot.kind === "deviations" && spot.count === -7)).toBe(true);
    expect(joint.some(({ spot }) => spot.kind === "jump" && spot.move === -0.6)).toBe(true);
  });
});
