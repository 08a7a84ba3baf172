import { InvalidInputError } from "../../errors.ts";
import type { OptionLeg } from "../../risk/book.ts";
import type { BacktestMarket } from "./market.ts";

/** One leg of a programme: strike = spot·(1 + moneyness), size = units per unit of notional sold (negative) or bought. */
export type ProgrammeLeg = { readonly type: "call" | "put"; readonly moneyness: number; readonly size: number };

export type RolledProgramme = {
  readonly legs: readonly ProgrammeLeg[];
  /** Expiry every Friday, or the last Friday of a month, at 08:00 UTC. */
  readonly every: "week" | "month";
  /** Quote of underlying that each cycle is written on. */
  readonly notional: number;
};

/** The rows of one cycle, `first` where it is sold and `last` where it is settled, and its legs in whole options. */
export type Cycle = { readonly first: number; readonly last: number; readonly legs: readonly OptionLeg[] };

const DAY = 86_400;
const FRIDAY = 5;
const EXPIRY_SECONDS = 8 * 3600;
/** A cycle whose expiry has no price within this time is left out: nothing is invented. */
const LONGEST_GAP_SECONDS = 6 * 3600;

/** Structures by name, one option of each leg per unit of notional. */
export const STRUCTURES: Readonly<Record<"straddle" | "strangle" | "covered-call" | "put", readonly ProgrammeLeg[]>> = {
  straddle: [
    { type: "call", moneyness: 0, size: -1 },
    { type: "put", moneyness: 0, size: -1 },
  ],
  strangle: [
    { type: "call", moneyness: 0.1, size: -1 },
    { type: "put", moneyness: -0.1, size: -1 },
  ],
  "covered-call": [{ type: "call", moneyness: 0.05, size: -1 }],
  put: [{ type: "put", moneyness: -0.05, size: -1 }],
};

/**
 * Rolls a programme over a market: at each expiry the next cycle is sold at the price of that row.
 * Cycles that a gap in the prices leaves without a beginning or an end are skipped and counted.
 * @throws InvalidInputError when not one whole cycle fits
 */
export function rollCycles(market: BacktestMarket, programme: RolledProgramme): { cycles: readonly Cycle[]; skipped: number } {
  const { times, prices } = market;
  const cycles: Cycle[] = [];
  let skipped = 0;
  const expiries = expiriesBetween(times[0] as number, times.at(-1) as number, programme.every);
  for (let i = 0; i + 1 < expiries.length; i += 1) {
    const [start, expiry] = [expiries[i] as number, expiries[i + 1] as number];
    const [first, last] = [rowAt(times, start), rowAt(times, expiry)];
    const isWhole =
      start - (times[first] as number) <= LONGEST_GAP_SECONDS && expiry - (times[last] as number) <= LONGEST_GAP_SECONDS;
    if (!isWhole || last - first < 2) {
      skipped += 1;
      continue;
    }
    const spot = prices[first] as number;
    const units = programme.notional / spot;
    const legs = programme.legs.map(({ type, moneyness, size }) => ({
      type,
      strike: spot * (1 + moneyness),
      expiry,
      size: size * units,
    }));
    cycles.push({ first, last, legs });
  }
  if (cycles.length === 0) {
    const cause =
      skipped === 0
        ? `The prices hold no whole ${programme.every} from one expiry to the next: give a longer period`
        : `No ${programme.every} has a price within 6 h before both its expiries, Fridays 08:00 UTC: give prices every hour or finer`;
    throw new InvalidInputError(cause, { from: times[0], to: times.at(-1), skipped });
  }
  return { cycles, skipped };
}

/** Expiries strictly inside (from, to], unix seconds. */
function expiriesBetween(from: number, to: number, every: "week" | "month"): number[] {
  const expiries: number[] = [];
  for (let day = Math.floor(from / DAY) * DAY; day <= to; day += DAY) {
    const date = new Date(day * 1000);
    const isExpiry =
      date.getUTCDay() === FRIDAY && (every === "week" || new Date((day + 7 * DAY) * 1000).getUTCMonth() !== date.getUTCMonth());
    const expiry = day + EXPIRY_SECONDS;
    if (isExpiry && expiry >= from && expiry <= to) expiries.push(expiry);
  }
  return expiries;
}

/** The last row at or before a moment. */
function rowAt(times: Float64Array, moment: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((times[middle] as number) <= moment) low = middle;
    else high = middle - 1;
  }
  return low;
}
