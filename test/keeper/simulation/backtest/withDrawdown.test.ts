import { describe, expect, it } from "vitest";
import { defaultDrawdownLimits } from "../../../../keeper/hedging/forecast/drawdownControl.ts";
import { rollCycles, STRUCTURES } from "../../../../keeper/simulation/backtest/cycles.ts";
import { markCycles } from "../../../../keeper/simulation/backtest/markCycles.ts";
import { closedForm, type PolicyMaker, type PolicyView, unhedged } from "../../../../keeper/simulation/backtest/policies.ts";
import { runPolicy } from "../../../../keeper/simulation/backtest/runPolicy.ts";
import { withDrawdown } from "../../../../keeper/simulation/backtest/withDrawdown.ts";
import { hourlyMarket } from "./hourlyMarket.ts";

const terms = { feeFraction: 0.0005, depth: 2e8, gasUnits: 400_000, latency: 0, carryRate: 0 };
const market = hourlyMarket(30, 0.8, 3);
const programme = { legs: STRUCTURES.straddle, every: "week", notional: 1_000_000 } as const;
const marked = markCycles(market, rollCycles(market, programme).cycles);

/** What a policy saw and traded at every row. */
function follow(maker: PolicyMaker) {
  const seen: { view: PolicyView; trade: number }[] = [];
  const watched: PolicyMaker = {
    name: maker.name,
    create() {
      const policy = maker.create();
      return {
        name: maker.name,
        trade(view) {
          const trade = policy.trade(view);
          seen.push({ view, trade });
          return trade;
        },
      };
    },
  };
  return { run: runPolicy(market, marked, terms, 1e-5, watched), seen };
}

describe("a policy under drawdown control", () => {
  it("leaves a policy alone until equity has fallen by the soft limit, then covers what the fall asks for", () => {
    const capital = 400_000;
    const { seen } = follow(withDrawdown(unhedged, capital));
    let peak = capital;
    let emergencies = 0;
    let free = 0;
    for (const { view, trade } of seen) {
      const equity = capital + view.earned;
      peak = Math.max(peak, equity);
      const fall = 1 - equity / peak;
      const exposure = view.greeks.delta - view.held;
      if (fall < defaultDrawdownLimits.release) {
        if (fall < defaultDrawdownLimits.soft) expect(trade).toBe(0);
        free += 1;
      }
      if (fall < defaultDrawdownLimits.hard || exposure === 0) continue;
      emergencies += 1;
      expect(-(view.held + trade) / exposure).toBeGreaterThan(1 - 1e-9);
    }
    expect(emergencies).toBeGreaterThan(50);
    expect(free).toBeGreaterThan(50);
  });

  it("saves an unhedged book from the depth of its fall", () => {
    const worst = (maker: PolicyMaker) => Math.min(...follow(maker).run.cyclePnl);
    expect(worst(withDrawdown(unhedged, 400_000))).toBeGreaterThan(0.7 * worst(unhedged));
  });

  it("trades as the plain policy with capital no loss can dent, and more with little", () => {
    const plain = follow(closedForm).run;
    const rich = follow(withDrawdown(closedForm, 1e12)).run;
    expect(rich.fills).toEqual(plain.fills);
    expect(follow(withDrawdown(closedForm, 300_000)).run.trades).toBeGreaterThan(plain.trades);
  });
});
