import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { rollCycles, STRUCTURES } from "../../../../keeper/simulation/backtest/cycles.ts";
import type { BacktestMarket } from "../../../../keeper/simulation/backtest/market.ts";
import { FRIDAY, hourlyMarket } from "./hourlyMarket.ts";

const HOUR = 3600;
const WEEK = 7 * 24 * HOUR;
const straddles = { legs: STRUCTURES.straddle, every: "week", notional: 1_000_000 } as const;

/** The market without the hours that `drop` names. */
function without(market: BacktestMarket, drop: (time: number) => boolean): BacktestMarket {
  const rows = [...market.times.keys()].filter((row) => !drop(market.times[row] as number));
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row] as number);
  const { times, prices, gasWei, impliedVol, forecastVol } = market;
  return {
    times: pick(times),
    prices: pick(prices),
    gasWei: pick(gasWei),
    impliedVol: pick(impliedVol),
    forecastVol: pick(forecastVol),
  };
}

describe("rolling a programme", () => {
  it("sells at the money every Friday at 08:00 UTC on the notional asked for", () => {
    const market = hourlyMarket(3, 0.6, 1);
    const { cycles, skipped } = rollCycles(market, straddles);
    expect(skipped).toBe(0);
    expect(cycles.map(({ first, last }) => [market.times[first], market.times[last]])).toEqual([
      [FRIDAY, FRIDAY + WEEK],
      [FRIDAY + WEEK, FRIDAY + 2 * WEEK],
      [FRIDAY + 2 * WEEK, FRIDAY + 3 * WEEK],
    ]);
    for (const { first, legs } of cycles) {
      const spot = market.prices[first] as number;
      expect(legs.map(({ type, strike }) => [type, strike])).toEqual([
        ["call", spot],
        ["put", spot],
      ]);
      for (const { size } of legs) expect(size * spot).toBeCloseTo(-1_000_000, 6);
    }
  });

  it("rolls on the last Friday of each month where that is asked for", () => {
    const market = hourlyMarket(14, 0.6, 1);
    const { cycles } = rollCycles(market, { ...straddles, every: "month" });
    const days = cycles.map(({ last }) => new Date((market.times[last] as number) * 1000).toISOString());
    expect(days).toEqual(["2026-02-27T08:00:00.000Z", "2026-03-27T08:00:00.000Z"]);
  });

  it("leaves out and counts a cycle whose expiry lies in a gap, and the one that would begin there", () => {
    const expiry = FRIDAY + WEEK;
    const market = without(hourlyMarket(4, 0.6, 1), (time) => time > expiry - 10 * HOUR && time < expiry + HOUR);
    const { cycles, skipped } = rollCycles(market, straddles);
    expect(skipped).toBe(2);
    expect(cycles.map(({ first }) => market.times[first])).toEqual([FRIDAY + 2 * WEEK, FRIDAY + 3 * WEEK]);
  });

  it("refuses prices that hold no whole cycle", () => {
    expect(() => rollCycles(hourlyMarket(0.5, 0.6, 1), straddles)).toThrow(InvalidInputError);
    expect(() => rollCycles(hourlyMarket(0.5, 0.6, 1), straddles)).toThrow(/no whole week .* longer period/);
  });

  it("says that the step is at fault where daily prices miss every expiry", () => {
    const midnights = without(hourlyMarket(4, 0.6, 1), (time) => time % (24 * HOUR) !== 0);
    expect(() => rollCycles(midnights, straddles)).toThrow(/within 6 h .* every hour or finer/);
  });
});
