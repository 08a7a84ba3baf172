import { median, medianAbsoluteDeviation } from "simple-statistics";
import { InvalidInputError } from "../../errors.ts";
import type { HedgeSample } from "./hedgeSample.ts";

/** A move further from the median than the limit, in robust standard deviations. */
export type Outlier = {
  /** Which move of the sample, and the level at which it ends. */
  readonly move: number;
  readonly end: number;
  readonly side: "spot" | "future";
  readonly value: number;
  readonly deviations: number;
};

/** Makes the median absolute deviation of normal moves their standard deviation. */
const NORMAL = 1.4826;

/**
 * Moves whose distance from the median exceeds `limit` robust standard deviations, 1.4826 × MAD (Iglewicz and Hoaglin 1993). A side of whose
 * moves more than half are equal has no such measure and no outliers.
 * @throws InvalidInputError when the limit is not positive
 */
export function outliers({ spot, future, ends }: HedgeSample, limit: number): Outlier[] {
  if (!(limit > 0))
    throw new InvalidInputError(`The limit of outliers must be a positive number of deviations, got ${limit}`, { limit });
  const ofSide = (side: "spot" | "future", moves: Float64Array): Outlier[] => {
    const values = Array.from(moves);
    const middle = median(values);
    const deviation = NORMAL * medianAbsoluteDeviation(values);
    if (deviation === 0) return [];
    return values.flatMap((value, move) => {
      const deviations = Math.abs(value - middle) / deviation;
      return deviations > limit ? [{ move, end: ends[move] as number, side, value, deviations }] : [];
    });
  };
  return [...ofSide("spot", spot), ...ofSide("future", future)].sort((a, b) => a.move - b.move);
}

/** The sample without these moves; the levels that they end at no longer continue the ones before. */
export function withoutOutliers({ kind, spot, future, ends, levels }: HedgeSample, found: readonly Outlier[]): HedgeSample {
  const moves = new Set(found.map(({ move }) => move));
  const broken = new Set(found.map(({ end }) => end));
  const isKept = (_: number, move: number) => !moves.has(move);
  return {
    kind,
    spot: spot.filter(isKept),
    future: future.filter(isKept),
    ends: ends.filter(isKept),
    levels: { ...levels, isBreak: levels.isBreak.map((isBreak, t) => isBreak || broken.has(t)) },
  };
}
