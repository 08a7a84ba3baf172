import { afterAll, describe, expect, it } from "vitest";
import { planHedge } from "../../../../keeper/hedging/planHedge.ts";
import { regionRequest } from "../../../../keeper/hedging/regionRequest.ts";
import { createLog } from "../../../../keeper/service/log.ts";
import { createRegions } from "../../../../keeper/service/solveRegions.ts";
import { backtest } from "../../../../keeper/simulation/backtest/backtest.ts";
import { rollCycles, STRUCTURES } from "../../../../keeper/simulation/backtest/cycles.ts";
import { markCycles } from "../../../../keeper/simulation/backtest/markCycles.ts";
import {
  closedForm,
  hedgeProblem,
  optimal,
  type PolicyMaker,
  type PolicyView,
  whalleyWilmott,
} from "../../../../keeper/simulation/backtest/policies.ts";
import { runPolicy } from "../../../../keeper/simulation/backtest/runPolicy.ts";
import { hourlyMarket } from "./hourlyMarket.ts";

const terms = { feeFraction: 0.0005, depth: 2e8, gasUnits: 400_000, latency: 0, carryRate: 0 };
const programme = { legs: STRUCTURES.straddle, every: "week", notional: 1_000_000 } as const;

describe("the optimal policy", () => {
  const regions = createRegions({ wait: true, log: createLog("fatal") });
  afterAll(() => regions.close());

  it("trades what the keeper's own regions, solved in their worker, would have it trade", async () => {
    const seen: { view: PolicyView; trade: number }[] = [];
    const watched: PolicyMaker = {
      name: "watched",
      create() {
        const policy = optimal.create();
        return {
          name: "watched",
          trade(view) {
            const trade = policy.trade(view);
            seen.push({ view, trade });
            return trade;
          },
        };
      },
    };
    const market = hourlyMarket(3, 0.8, 5);
    runPolicy(market, markCycles(market, rollCycles(market, programme).cycles), terms, 1e-5, watched);
    for (const { view, trade } of seen) {
      const book = {
        underlying: "",
        spot: view.spot,
        now: view.time,
        legs: view.legs,
        smiles: new Map(),
        holdings: 0,
        targetDelta: 0,
      };
      const problem = hedgeProblem(view);
      const request = regionRequest(book, problem);
      if (request === undefined) continue;
      await regions.prepare([request]);
      const answer = regions.lookUp(request);
      expect(planHedge("region" in answer ? { ...problem, optimal: answer.region } : problem).trade).toBe(trade);
    }
    expect(seen.filter(({ trade }) => trade !== 0).length).toBeGreaterThan(10);
  });

  it("costs less than the closed form where fees and risk aversion are high, and less than Whalley and Wilmott everywhere", () => {
    const problem = {
      market: hourlyMarket(150, 0.6, 8),
      programme,
      terms: { ...terms, feeFraction: 0.003 },
      riskAversion: 2e-4,
      seed: 1,
    };
    const policies = [optimal, closedForm, whalleyWilmott];
    const [, second, third] = backtest({ ...problem, policies }).policies;
    expect(second?.againstFirst?.lower).toBeGreaterThan(0);
    expect(third?.againstFirst?.lower).toBeGreaterThan(0);
  });

  it("costs less than the closed form in a usual market", () => {
    const problem = { market: hourlyMarket(150, 0.6, 9), programme, terms, riskAversion: 1e-5, seed: 1 };
    const [, second] = backtest({ ...problem, policies: [optimal, closedForm] }).policies;
    expect(second?.againstFirst?.lower).toBeGreaterThan(0);
  });
});
