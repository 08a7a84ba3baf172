import { describe, expect, it } from "vitest";
import { rollCycles, STRUCTURES } from "../../../../keeper/simulation/backtest/cycles.ts";
import { markCycles } from "../../../../keeper/simulation/backtest/markCycles.ts";
import type { TradingTerms } from "../../../../keeper/simulation/backtest/market.ts";
import {
  closedForm,
  everySeconds,
  fixedBand,
  type PolicyMaker,
  unhedged,
} from "../../../../keeper/simulation/backtest/policies.ts";
import { runPolicy } from "../../../../keeper/simulation/backtest/runPolicy.ts";
import { hourlyMarket } from "./hourlyMarket.ts";

const market = hourlyMarket(4, 0.6, 7);
const marked = markCycles(market, rollCycles(market, { legs: STRUCTURES.straddle, every: "week", notional: 1_000_000 }).cycles);
const terms: TradingTerms = { feeFraction: 0.0005, depth: 1e8, gasUnits: 400_000, latency: 0, carryRate: 0 };
const free: TradingTerms = { feeFraction: 0, depth: Number.POSITIVE_INFINITY, gasUnits: 0, latency: 0, carryRate: 0 };
const run = (maker: PolicyMaker, on = terms) => runPolicy(market, marked, on, 1e-5, maker);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Premium received less payoff of one unhedged straddle, from the prices alone. */
function straddlePnl({ cycle, greeks }: (typeof marked)[number]): number {
  const call = cycle.legs[0] as (typeof cycle.legs)[number];
  const premium = -(greeks[0] as { value: number }).value;
  return premium + call.size * Math.abs((market.prices[cycle.last] as number) - call.strike);
}

describe("a policy over a market", () => {
  it("earns premium less payoff when it never trades", () => {
    const { cyclePnl, trades, turnover } = run(unhedged);
    expect([trades, turnover]).toEqual([0, 0]);
    marked.forEach((each, index) => {
      expect(cyclePnl[index]).toBeCloseTo(straddlePnl(each), 4);
    });
  });

  it("adds exactly the gains of what it held and takes off exactly what it paid", () => {
    const { cyclePnl, dailyPnl, costs, fills } = run(closedForm);
    let hedgeGains = 0;
    let paid = 0;
    for (const { row, units } of fills) {
      const price = market.prices[row] as number;
      // Each trade earns from where it was made to the end of the run, where all is sold.
      hedgeGains += units * ((market.prices.at(-1) as number) - price);
      paid += Math.abs(units) * price * 0.0005 + (units * price) ** 2 / 1e8 + 20e9 * 1e-18 * 400_000 * price;
    }
    const left = sum(fills.map(({ units }) => units));
    const end = market.prices.at(-1) as number;
    paid += Math.abs(left) * end * 0.0005 + (left * end) ** 2 / 1e8 + 20e9 * 1e-18 * 400_000 * end;
    expect(costs.fees + costs.impact + costs.gas).toBeCloseTo(paid, 6);
    expect(sum(cyclePnl)).toBeCloseTo(sum(marked.map(straddlePnl)) + hedgeGains - paid, 4);
    expect(sum(dailyPnl)).toBeCloseTo(sum(cyclePnl), 6);
  });

  it("leaves a quarter of the deviation when it hedges sixteen times as often for nothing", () => {
    const fine = hourlyMarket(200, 0.6, 3, 20, 1_800);
    const cycles = markCycles(fine, rollCycles(fine, { legs: STRUCTURES.straddle, every: "week", notional: 1e6 }).cycles);
    const deviation = (seconds: number) => {
      const { cyclePnl } = runPolicy(fine, cycles, free, 1e-5, everySeconds("", seconds));
      const mean = sum(cyclePnl) / cyclePnl.length;
      return Math.sqrt(sum(cyclePnl.map((pnl) => (pnl - mean) ** 2)) / cyclePnl.length);
    };
    // Discrete hedging leaves a deviation that falls with the square root of the number of hedges (Boyle and Emanuel 1980).
    const ratio = deviation(8 * 3600) / deviation(1_800);
    expect(ratio).toBeGreaterThan(3.2);
    expect(ratio).toBeLessThan(4.8);
  });

  it("counts a trade on its way as exposure and does not send it twice", () => {
    const late = run(fixedBand(0.05), { ...terms, latency: 3 });
    for (const [index, { row }] of late.fills.entries()) {
      const next = late.fills[index + 1];
      if (next === undefined || next.row > row + 3) continue;
      // Inside the latency only a move of the market may ask for more, never the error already answered.
      expect(Math.abs(next.error)).toBeLessThan(Math.abs((late.fills[index] as { error: number }).error) * 3);
      expect(next.error).not.toBeCloseTo((late.fills[index] as { error: number }).error, 6);
    }
    expect(late.trades).toBeGreaterThan(10);
  });

  it("charges carry on what is held for as long as it is held", () => {
    const { costs, fills } = run(fixedBand(0.05), { ...terms, carryRate: 0.1 });
    let held = 0;
    let expected = 0;
    const units = new Map(fills.map((fill) => [fill.row, fill.units]));
    for (let row = 0; row < market.times.length - 1; row += 1) {
      held += units.get(row) ?? 0;
      expected += (held * (market.prices[row] as number) * 0.1) / 8_760;
    }
    expect(costs.carry).toBeCloseTo(expected, 6);
  });
});
