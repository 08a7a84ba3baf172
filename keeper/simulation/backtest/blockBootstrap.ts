import { quantileSorted } from "simple-statistics";
import type { Random } from "../random.ts";

/** An estimate and its interval; without bounds where the series is too short for one. */
export type Interval = { readonly estimate: number; readonly lower?: number; readonly upper?: number };

/**
 * Confidence interval of a statistic of a series by the circular block bootstrap (Politis and Romano 1992): blocks keep what follows each
 * other together. Several series are paired by resampling indices, which the statistic looks up in each. A series shorter than two blocks
 * has no interval: its one block would only be rotated.
 * @param length of the series
 * @param block  length of a block
 * @param statistic of a sample of indices into the series
 * @param confidence e.g. 0.95, two-sided percentiles
 */
export function blockBootstrap(
  length: number,
  block: number,
  statistic: (indices: Int32Array) => number,
  random: Random,
  draws = 2_000,
  confidence = 0.95,
): Interval {
  const indices = Int32Array.from({ length }, (_, i) => i);
  const estimate = statistic(indices);
  if (length < 2 * block) return { estimate };
  const values = Array.from({ length: draws }, () => {
    for (let i = 0; i < length; i += 1) {
      const isStart = i % block === 0;
      indices[i] = isStart ? Math.floor(random.uniform() * length) : ((indices[i - 1] as number) + 1) % length;
    }
    return statistic(indices);
  }).sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { estimate, lower: quantileSorted(values, tail), upper: quantileSorted(values, 1 - tail) };
}
