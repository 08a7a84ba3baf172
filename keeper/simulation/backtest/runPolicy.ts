import { YEAR_SECONDS } from "../../risk/book.ts";
import type { MarkedCycle } from "./markCycles.ts";
import { type BacktestMarket, gasCost, type TradingTerms } from "./market.ts";
import type { PolicyMaker } from "./policies.ts";

/** What a policy did and earned, quote; costs positive = paid. */
export type PolicyRun = {
  readonly name: string;
  /** P&L of each cycle, options, hedge and costs together. */
  readonly cyclePnl: Float64Array;
  /** The same by UTC day, days without a cycle left out. */
  readonly dailyPnl: readonly number[];
  readonly costs: { readonly fees: number; readonly impact: number; readonly gas: number; readonly carry: number };
  readonly trades: number;
  /** Quote traded. */
  readonly turnover: number;
  /** Every trade, for charts and for checking: row, units, and the hedge error it answered. */
  readonly fills: readonly { readonly row: number; readonly units: number; readonly error: number }[];
};

const DAY = 86_400;

/**
 * Runs one policy over every cycle: it decides at each row, trades at the price `latency` rows later, and pays fee, impact, gas and carry.
 * A trade on its way counts as exposure. What is held at the end of a cycle stays for the next one, or is sold where the next is missing.
 */
export function runPolicy(
  market: BacktestMarket,
  marked: readonly MarkedCycle[],
  terms: TradingTerms,
  riskAversion: number,
  maker: PolicyMaker,
  onCycle?: (done: number) => void,
): PolicyRun {
  const { times, prices, forecastVol } = market;
  const policy = maker.create();
  const cyclePnl = new Float64Array(marked.length);
  const daily = new Map<number, number>();
  const fills: { row: number; units: number; error: number }[] = [];
  const costs = { fees: 0, impact: 0, gas: 0, carry: 0 };
  let turnover = 0;
  let holdings = 0;
  let earned = 0;

  /** @returns what the trade cost */
  function execute(units: number, row: number): number {
    const value = Math.abs(units) * (prices[row] as number);
    const paid = { fees: value * terms.feeFraction, impact: value ** 2 / terms.depth, gas: gasCost(market, terms, row) };
    holdings += units;
    turnover += value;
    costs.fees += paid.fees;
    costs.impact += paid.impact;
    costs.gas += paid.gas;
    return paid.fees + paid.impact + paid.gas;
  }

  marked.forEach(({ cycle, greeks, optionUnits }, index) => {
    const waiting: { units: number; row: number }[] = [];
    let pnl = 0;
    const earn = (amount: number, row: number) => {
      pnl += amount;
      earned += amount;
      const day = Math.floor((times[row] as number) / DAY);
      daily.set(day, (daily.get(day) ?? 0) + amount);
    };
    for (let row = cycle.first; row < cycle.last; row += 1) {
      const book = greeks[row - cycle.first] as (typeof greeks)[number];
      const spot = prices[row] as number;
      const pending = waiting.reduce((sum, { units }) => sum + units, 0);
      const held = holdings + pending;
      const delta = book.delta + held;
      const stepSeconds = (times[row + 1] as number) - (times[row] as number);
      const units = policy.trade({
        row,
        time: times[row] as number,
        spot,
        greeks: { ...book, delta, hedgeError: delta },
        legs: cycle.legs,
        held,
        earned,
        optionUnits,
        vol: forecastVol[row] as number,
        costs: {
          fixed: gasCost(market, terms, row),
          proportional: spot * terms.feeFraction,
          impact: (spot * spot) / terms.depth,
          carry: spot * terms.carryRate,
        },
        riskAversion,
        stepSeconds,
      });
      if (units !== 0) {
        fills.push({ row, units, error: delta });
        waiting.push({ units, row: row + terms.latency });
      }
      while (waiting[0] !== undefined && waiting[0].row <= row) earn(-execute(waiting.shift()?.units ?? 0, row), row);

      const move = (prices[row + 1] as number) - spot;
      const value = (greeks[row + 1 - cycle.first] as typeof book).value - book.value;
      const carry = holdings * spot * terms.carryRate * (stepSeconds / YEAR_SECONDS);
      costs.carry += carry;
      earn(value + holdings * move - carry, row);
    }
    const isFollowed = marked[index + 1]?.cycle.first === cycle.last;
    for (const { units } of waiting) earn(-execute(units, cycle.last), cycle.last - 1);
    if (!isFollowed && holdings !== 0) earn(-execute(-holdings, cycle.last), cycle.last - 1);
    cyclePnl[index] = pnl;
    onCycle?.(index + 1);
  });
  return { name: maker.name, cyclePnl, dailyPnl: [...daily.values()], costs, trades: fills.length, turnover, fills };
}
