import { describe, expect, it } from "vitest";
import { closedForm, everySeconds, whalleyWilmott } from "../../../../keeper/simulation/backtest/policies.ts";
import { simulatePaths } from "../../../../keeper/simulation/backtest/simulatePaths.ts";

const terms = { feeFraction: 0.0005, depth: 2e8, gasUnits: 400_000, latency: 0, carryRate: 0 };
const problem = {
  model: "bates",
  volOfVol: 1,
  paths: 60,
  days: 14,
  blockSeconds: 1_800,
  sizes: new Map([["WETH", 60] as const, ["WBTC", 2] as const]),
  terms,
  riskAversion: 0.0005,
  policies: [closedForm, whalleyWilmott, everySeconds("hourly", 3600)],
  seed: 4,
} as const;

describe("a simulation over model paths", () => {
  const result = simulatePaths(problem);

  it("cuts the variance of daily P&L by at least 85 % at vol-of-vol 1, lower bound of the 95 % interval", () => {
    expect(result.varianceReduction["closed-form"]?.lower).toBeGreaterThan(0.85);
  });

  it("costs less than hedging every hour", () => {
    expect(result.policies[2]?.againstFirst?.lower).toBeGreaterThan(0);
  });

  it("states the drawdown of a path, which does not grow with their number", () => {
    const drawdownOver = (paths: number) => simulatePaths({ ...problem, paths, policies: [closedForm] }).policies[0]?.maxDrawdown;
    const [few, many] = [drawdownOver(10) ?? Number.NaN, result.policies[0]?.maxDrawdown ?? Number.NaN];
    expect(many).toBeGreaterThan(few / 2);
    expect(many).toBeLessThan(few * 2);
  });

  it("gives the same figures for the same seed", () => {
    const small = { ...problem, paths: 4 };
    expect(simulatePaths(small)).toEqual(simulatePaths(small));
    expect(simulatePaths({ ...small, seed: 5 }).policies[0]?.meanPnl).not.toBe(simulatePaths(small).policies[0]?.meanPnl);
  });

  it("gives one path no interval over paths", () => {
    const { varianceReduction } = simulatePaths({ ...problem, paths: 1, policies: [closedForm] });
    expect(varianceReduction["closed-form"]).toEqual({ estimate: expect.closeTo(0.9, 0) });
  });

  it("cuts nothing where nothing is sold", () => {
    const { varianceReduction } = simulatePaths({ ...problem, sizes: new Map([["WETH", 0]]), paths: 2, policies: [closedForm] });
    expect(varianceReduction["closed-form"]?.estimate).toBe(0);
  });

  // Where vol itself jumps between two states, delta hedging leaves the vega of the marks.
  it.each([
    ["gbm", 0.95],
    ["heston", 0.9],
    ["regime", 0.6],
  ] as const)("knows the model %s", (model, least) => {
    const { varianceReduction } = simulatePaths({ ...problem, model, volOfVol: undefined, paths: 10, policies: [closedForm] });
    expect(varianceReduction["closed-form"]?.estimate).toBeGreaterThan(least);
  });
});
