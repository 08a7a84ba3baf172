import { InvalidInputError } from "../../errors.ts";

/** Second moments of a pair about their means, divided by n − 1. */
export type Moments = {
  readonly count: number;
  readonly meanSpot: number;
  readonly meanFuture: number;
  readonly varianceSpot: number;
  readonly varianceFuture: number;
  readonly covariance: number;
  readonly correlation: number;
};

/**
 * Sample moments of spot and future moves.
 * @throws InvalidInputError when the lengths differ, fewer than three moves are given, one is no number, or a side never moves
 */
export function moments(spot: Float64Array, future: Float64Array): Moments {
  const count = spot.length;
  if (future.length !== count || count < 3) {
    throw new InvalidInputError(
      `Spot and future need as many moves as each other and at least three; got ${count} and ${future.length}`,
    );
  }
  const meanSpot = spot.reduce(plus) / count;
  const meanFuture = future.reduce(plus) / count;
  let [ss, ff, sf] = [0, 0, 0];
  for (let t = 0; t < count; t++) {
    const s = (spot[t] as number) - meanSpot;
    const f = (future[t] as number) - meanFuture;
    ss += s * s;
    ff += f * f;
    sf += s * f;
  }
  if (!(ss > 0 && ff > 0 && ss + ff < Number.POSITIVE_INFINITY)) {
    throw new InvalidInputError("Spot and future must both move and be finite numbers; check the columns", { ss, ff });
  }
  const divisor = count - 1;
  return {
    count,
    meanSpot,
    meanFuture,
    varianceSpot: ss / divisor,
    varianceFuture: ff / divisor,
    covariance: sf / divisor,
    correlation: sf / Math.sqrt(ss * ff),
  };
}

const plus = (sum: number, value: number): number => sum + value;
