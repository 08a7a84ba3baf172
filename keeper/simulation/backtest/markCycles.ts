import type { Smile } from "../../risk/book.ts";
import { type BookGreeks, bookGreeks } from "../../risk/bookGreeks.ts";
import type { Cycle } from "./cycles.ts";
import type { BacktestMarket } from "./market.ts";

/** The option book of one cycle at each of its rows, first to last, without any hedge. */
export type MarkedCycle = { readonly cycle: Cycle; readonly greeks: readonly BookGreeks[]; readonly optionUnits: number };

/** Values every cycle once for all policies, on the market's implied vol, flat over strikes, and at the price of its last row when it expires. */
export function markCycles(market: BacktestMarket, cycles: readonly Cycle[]): readonly MarkedCycle[] {
  return cycles.map((cycle) => {
    const rows = Array.from({ length: cycle.last - cycle.first + 1 }, (_, i) => cycle.first + i);
    const expiry = (cycle.legs[0] as { expiry: number }).expiry;
    const greeks = rows.map((row) => {
      const vol = market.impliedVol[row] as number;
      const now = row === cycle.last ? expiry : (market.times[row] as number);
      const spot = market.prices[row] as number;
      const smiles = new Map([[expiry, flatSmile(vol)]]);
      return bookGreeks({ underlying: "", spot, now, legs: cycle.legs, smiles, holdings: 0, targetDelta: 0 });
    });
    return { cycle, greeks, optionUnits: cycle.legs.reduce((sum, { size }) => sum + Math.abs(size), 0) };
  });
}

/** One vol at every strike, as a slice. */
function flatSmile(vol: number): Smile {
  return { slice: { a: vol * vol, b: 0, rho: 0, m: 0, sigma: 1 }, carry: 0 };
}
