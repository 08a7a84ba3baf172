import { InvalidInputError } from "../errors.ts";

/** Prices in ascending order of time (unix seconds), such as a user's own file holds. */
export type PriceSeries = { readonly times: ArrayLike<number>; readonly prices: ArrayLike<number> };

/** A stretch of a price series, both ends included. */
export type PriceWindow = {
  readonly start: number;
  readonly end: number;
  /** Log return from start to end. */
  readonly logReturn: number;
};

/**
 * The steepest stretches of at most `seconds`, worst first, none overlapping another. Measured by elapsed time, so gaps in the
 * series shorten a window instead of stretching it.
 * @param direction  "fall" looks for the lowest return, "rise" for the highest
 * @throws InvalidInputError when `seconds` is shorter than every step of the series
 */
export function worstWindows(series: PriceSeries, seconds: number, count: number, direction: "fall" | "rise"): PriceWindow[] {
  const windows = allWindows(series, seconds);
  if (windows.length === 0) {
    throw new InvalidInputError(`No two prices lie within ${seconds} s of each other: give a finer file or a longer window`, {
      seconds,
    });
  }
  const sign = direction === "fall" ? 1 : -1;
  const chosen: PriceWindow[] = [];
  for (let round = 0; round < count; round++) {
    let worst: PriceWindow | undefined;
    for (const window of windows) {
      if (sign * window.logReturn >= sign * (worst?.logReturn ?? 0)) continue;
      if (chosen.every((other) => window.end <= other.start || window.start >= other.end)) worst = window;
    }
    if (worst === undefined) break;
    chosen.push(worst);
  }
  return chosen;
}

/** The stretch that begins with the first price at or after `time`; undefined when the series does not reach across it. */
export function windowFrom(series: PriceSeries, time: number, seconds: number): PriceWindow | undefined {
  if (!((series.times[0] as number) <= time)) return undefined;
  return allWindows(series, seconds).find(({ start }) => (series.times[start] as number) >= time);
}

/**
 * Log returns over consecutive stretches of `seconds`, from the price nearest to one end to the price nearest to the next. A stretch whose
 * true length then differs by a usual step or more, as beside a gap, is left out.
 */
export function stepReturns({ times, prices }: PriceSeries, seconds: number): Float64Array {
  const first = times[0] as number;
  const count = Math.floor(((times[times.length - 1] as number) - first) / seconds);
  const tolerance = Math.min(usualStep(times), seconds);
  const returns: number[] = [];
  let before = 0;
  for (let step = 1; step <= count; step++) {
    const end = first + step * seconds;
    let at = before;
    while (at + 1 < times.length && Math.abs((times[at + 1] as number) - end) <= Math.abs((times[at] as number) - end)) at++;
    const isWhole = Math.abs((times[at] as number) - (times[before] as number) - seconds) < tolerance;
    if (isWhole) returns.push(Math.log((prices[at] as number) / (prices[before] as number)));
    before = at;
  }
  return Float64Array.from(returns);
}

/** Median time between two prices, seconds. */
function usualStep(times: ArrayLike<number>): number {
  const steps = Float64Array.from({ length: times.length - 1 }, (_, i) => (times[i + 1] as number) - (times[i] as number)).sort();
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

/** From every start, the longest stretch that does not exceed `seconds`. */
function allWindows({ times, prices }: PriceSeries, seconds: number): PriceWindow[] {
  const windows: PriceWindow[] = [];
  let end = 0;
  for (let start = 0; start < times.length; start++) {
    while (end + 1 < times.length && (times[end + 1] as number) - (times[start] as number) <= seconds) end++;
    if (end > start) windows.push({ start, end, logReturn: Math.log((prices[end] as number) / (prices[start] as number)) });
  }
  return windows;
}
