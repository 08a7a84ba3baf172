import { InvalidInputError } from "../../errors.ts";
import type { PriceHistory } from "./pricesFromFile.ts";

/** The last price known at each moment of a history; nothing is interpolated. */
export type HistoricalPath = { readonly first: number; readonly last: number; at(timestamp: number): number };

/** Reads a history forward or back at any moment inside it, unix seconds. */
export function historicalPath({ file, times, prices }: PriceHistory): HistoricalPath {
  const [first, last] = [times[0] as number, times.at(-1) as number];
  return {
    first,
    last,
    at(timestamp) {
      if (timestamp < first)
        throw new InvalidInputError(`${file} begins after ${new Date(timestamp * 1000).toISOString()}`, { timestamp, first });
      let [low, high] = [0, times.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((times[middle] as number) <= timestamp) low = middle;
        else high = middle - 1;
      }
      return prices[low] as number;
    },
  };
}
