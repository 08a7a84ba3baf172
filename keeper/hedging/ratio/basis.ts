import { mean, sampleStandardDeviation, sampleVariance } from "simple-statistics";
import { InvalidInputError } from "../../errors.ts";
import { moments } from "./moments.ts";

/** Basis = spot − future, level by level and move by move. */
export type Basis = {
  readonly mean: number;
  readonly first: number;
  readonly last: number;
  readonly deviation: number;
  /** Of its moves, the risk that a one-to-one hedge keeps. */
  readonly moveVariance: number;
};

/**
 * Level and risk of the basis.
 * @param spot  levels; `future` as many, `isRoll(t)` true where level t is of another contract than level t − 1 (that move is left out)
 * @throws InvalidInputError when fewer than four levels are given
 */
export function basis(spot: Float64Array, future: Float64Array, isRoll: (t: number) => boolean = () => false): Basis {
  if (spot.length < 4) throw new InvalidInputError(`A basis needs at least four prices, got ${spot.length}`);
  const levels = Array.from(spot, (s, t) => s - (future[t] as number));
  const moves = levels.slice(1).flatMap((level, t) => (isRoll(t + 1) ? [] : [level - (levels[t] as number)]));
  if (moves.length < 2)
    throw new InvalidInputError("A basis needs at least two moves within one contract; check the roll column");
  return {
    mean: mean(levels),
    first: levels[0] as number,
    last: levels.at(-1) as number,
    deviation: sampleStandardDeviation(levels),
    moveVariance: sampleVariance(moves),
  };
}

/**
 * Minimum-variance ratio from the risk of spot and basis moves, future = spot − basis: h* = (σs² − σsb)/(σs² + σb² − 2σsb). With a basis that never
 * moves it is one; a cross hedge has a basis that does.
 * @throws InvalidInputError as `moments`
 */
export function ratioWithBasisRisk(spotMoves: Float64Array, basisMoves: Float64Array): number {
  if (basisMoves.every((move) => move === basisMoves[0])) return 1;
  const { varianceSpot, varianceFuture: varianceBasis, covariance } = moments(spotMoves, basisMoves);
  return (varianceSpot - covariance) / (varianceSpot + varianceBasis - 2 * covariance);
}
