import { InvalidInputError } from "../errors.ts";
import type { Book } from "./book.ts";
import { type Shock, shockPnls } from "./revalue.ts";

export type ScenarioAxes = {
  /** Spot is multiplied by each; see `deviationFactor` for moves in standard deviations. */
  readonly spotFactors: readonly number[];
  readonly volMultipliers: readonly number[];
  /** Times passed, seconds. */
  readonly seconds: readonly number[];
};

/** Profit by [time][vol][spot] against the book as it stands, quote. */
export type ScenarioMatrix = readonly (readonly (readonly number[])[])[];

/** The spot axis of percentage jumps. */
export const JUMP_FACTORS: readonly number[] = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6];
/** The spot axis in standard deviations, seven and beyond. */
export const DEVIATIONS: readonly number[] = [-14, -10, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 10, 14];
export const VOL_MULTIPLIERS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5];

/**
 * Profit of one book over a grid of spot, vol and time, by full revaluation.
 * @throws InvalidInputError when an axis holds a value without meaning; StaleDataError when a live leg has no smile
 */
export function scenarioMatrix(book: Book, { spotFactors, volMultipliers, seconds: times }: ScenarioAxes): ScenarioMatrix {
  const shocks = times.flatMap((seconds) =>
    volMultipliers.flatMap((volMultiplier) => spotFactors.map((spotFactor): Shock => ({ spotFactor, volMultiplier, seconds }))),
  );
  const pnls = shockPnls(book, shocks);
  const row = (index: number) => Array.from(pnls.subarray(index * spotFactors.length, (index + 1) * spotFactors.length));
  return times.map((_, time) => volMultipliers.map((_, vol) => row(time * volMultipliers.length + vol)));
}

/**
 * Cell by cell sum of matrices of one shape: every underlying takes the move of the same column at once.
 * @throws InvalidInputError when the shapes differ or there is none
 */
export function sumMatrices(matrices: readonly ScenarioMatrix[]): ScenarioMatrix {
  const [first, ...rest] = matrices;
  if (first === undefined) throw new InvalidInputError("There is no scenario matrix to sum");
  return first.map((vols, time) =>
    vols.map((spots, vol) =>
      spots.map((pnl, spot) =>
        rest.reduce((all, matrix) => {
          const other = matrix[time]?.[vol]?.[spot];
          if (other === undefined) throw new InvalidInputError("Scenario matrices of different shapes cannot be summed");
          return all + other;
        }, pnl),
      ),
    ),
  );
}
