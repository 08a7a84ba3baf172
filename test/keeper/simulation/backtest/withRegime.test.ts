import { describe, expect, it } from "vitest";
import { rollCycles, STRUCTURES } from "../../../../keeper/simulation/backtest/cycles.ts";
import { markCycles } from "../../../../keeper/simulation/backtest/markCycles.ts";
import type { BacktestMarket } from "../../../../keeper/simulation/backtest/market.ts";
import { closedForm, type PolicyMaker } from "../../../../keeper/simulation/backtest/policies.ts";
import { runPolicy } from "../../../../keeper/simulation/backtest/runPolicy.ts";
import { withRegime } from "../../../../keeper/simulation/backtest/withRegime.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";
import { FRIDAY } from "./hourlyMarket.ts";

const terms = { feeFraction: 0.0005, depth: 2e8, gasUnits: 400_000, latency: 0, carryRate: 0 };
const HOURS_A_WEEK = 168;
const programme = { legs: STRUCTURES.straddle, every: "week", notional: 1_000_000 } as const;

/** Weeks of calm at 40 % vol with two storms of four weeks at 160 %, after weeks 20 and 50; options are sold at 60 % throughout. */
function stormyMarket(weeks: number): BacktestMarket {
  const random = createRandom(6, "storms");
  const rows = weeks * HOURS_A_WEEK + 1;
  const times = Float64Array.from({ length: rows }, (_, row) => FRIDAY + row * 3600);
  let price = 2_000;
  const prices = Float64Array.from(times, (_, row) => {
    const vol = isStorm(row) ? 1.6 : 0.4;
    if (row > 0) price *= Math.exp(vol * Math.sqrt(1 / 8_760) * random.normal());
    return price;
  });
  const flat = times.map(() => 0.6);
  return { times, prices, gasWei: times.map(() => 20e9), impliedVol: flat, forecastVol: flat };
}

function isStorm(row: number): boolean {
  const week = row / HOURS_A_WEEK;
  return (week >= 20 && week < 24) || (week >= 50 && week < 54);
}

describe("a policy with the regime switch", () => {
  const market = stormyMarket(60);
  const marked = markCycles(market, rollCycles(market, programme).cycles);
  const run = (maker: PolicyMaker) => runPolicy(market, marked, terms, 1e-5, maker);
  const plain = run(closedForm);
  const switched = run(withRegime(closedForm, 86_400));
  const count = ({ fills }: typeof plain, from: number, to: number) =>
    fills.filter(({ row }) => row >= from * HOURS_A_WEEK && row < to * HOURS_A_WEEK).length;

  it("trades as the plain policy before it has seen enough", () => {
    const known = ({ fills }: typeof plain) => fills.filter(({ row }) => row < 14 * HOURS_A_WEEK);
    expect(known(switched)).toEqual(known(plain));
  });

  it("hedges closer in a storm, once it has told it from calm, and only there", () => {
    expect(count(switched, 51, 54)).toBeGreaterThan(1.1 * count(plain, 51, 54));
    expect(Math.abs(count(switched, 30, 50) - count(plain, 30, 50))).toBeLessThan(0.1 * count(plain, 30, 50));
  });

  it("knows nothing of prices to come", () => {
    const short = stormyMarket(60);
    for (let row = 40 * HOURS_A_WEEK + 1; row < short.prices.length; row += 1)
      short.prices[row] = 2 * (short.prices[row] as number);
    const other = runPolicy(
      short,
      markCycles(short, rollCycles(short, programme).cycles),
      terms,
      1e-5,
      withRegime(closedForm, 86_400),
    );
    const before = ({ fills }: typeof plain) => fills.filter(({ row }) => row < 40 * HOURS_A_WEEK);
    expect(before(other)).toEqual(before(switched));
  });
});
