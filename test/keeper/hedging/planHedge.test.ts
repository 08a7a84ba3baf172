import { describe, expect, it } from "vitest";
import { planHedge } from "../../../keeper/hedging/planHedge.ts";

const greeks = {
  value: -1000,
  optionDelta: 0,
  delta: 0,
  hedgeError: 0,
  gamma: -0.01,
  vega: -3000,
  theta: 10_000,
  horizonYears: 0.05,
};
const problem = {
  underlying: "WETH",
  spot: 3000,
  greeks,
  hedgeError: 20,
  belief: "sticky-moneyness",
  vol: 0.7,
  riskAversion: 0.0005,
  costs: { fixed: 5, proportional: 1.5, impact: 0.01, carry: 0 },
  checkEvery: 600 / 31_536_000,
};

describe("a plan", () => {
  it("trades on the belief's error to the nearer target, and names the belief", () => {
    const { trade, region, reason, verdict } = planHedge(problem);
    expect(verdict).toBe("hedge");
    expect(20 + trade).toBeCloseTo(region.targetUpper, 12);
    expect(reason).toMatch(/^sell [\d.]+: sticky-moneyness error 20\.000 outside/);
    expect(reason).not.toMatch(/guard/);
  });

  it("holds inside the region whatever the guard measures", () => {
    const plan = planHedge({ ...problem, hedgeError: 0, greeks: { ...greeks, hedgeError: 20 } });
    expect(plan).toMatchObject({ verdict: "hold", trade: 0, cost: 0 });
    expect(plan.reason).toMatch(/^hold: sticky-moneyness error 0\.000 inside/);
  });

  it("goes as far as the guard admits and says so", () => {
    const whole = planHedge(problem);
    const { trade, saves, reason } = planHedge({ ...problem, room: { lowest: -8, highest: 3, because: "limit 5" } });
    expect(trade).toBe(-8);
    expect(saves).toBeLessThan(whole.saves);
    expect(reason).toMatch(/^sell 8\.000: .*; the guard admits sell 8\.000 of sell [\d.]+: limit 5$/);
  });

  it("holds when the guard admits nothing, or too little to be worth its cost", () => {
    const nothing = planHedge({ ...problem, room: { lowest: 0, highest: 3, because: "limit 5" } });
    expect(nothing).toMatchObject({ verdict: "hold", trade: 0, saves: 0 });
    expect(nothing.reason).toMatch(/^hold: .* outside .*; the guard admits nothing of sell [\d.]+: limit 5$/);
    const little = planHedge({ ...problem, room: { lowest: -1e-6, highest: 3, because: "limit 5" } });
    expect(little.trade).toBe(0);
  });
});
