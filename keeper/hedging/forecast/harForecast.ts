import { InvalidInputError } from "../../errors.ts";
import { dot, matrixFunction } from "../symmetricEigen.ts";

/** Regression of the coming mean variance on yesterday's, last week's and last month's. */
export type HarModel = {
  readonly isLog: boolean;
  readonly horizonDays: number;
  /** Constant, day, week, month. */
  readonly coefficients: readonly number[];
  readonly residualVariance: number;
};

const [WEEK, MONTH] = [7, 30];
/** A variance forecast never leaves what the sample has seen by more than this factor. */
const INSANITY = 4;

/**
 * Heterogeneous autoregression by least squares, in logs by default: its errors are then near normal and no forecast is negative.
 * Weeks are 7 days and months 30, as crypto markets never close.
 * @param variances  realised variance of each day, oldest first
 * @throws InvalidInputError when there are fewer than 30 days more than month and horizon take, or a variance is not positive
 * @see Corsi 2009
 */
export function fitHar(variances: ArrayLike<number>, horizonDays: number, isLog = true): HarModel {
  const days = variances.length;
  const rows = days - MONTH - horizonDays + 1;
  if (!(Number.isInteger(horizonDays) && horizonDays >= 1 && rows >= 30)) {
    throw new InvalidInputError(
      `A HAR fit over ${horizonDays} days needs at least ${MONTH + horizonDays + 29} days, got ${days}`,
      { days },
    );
  }
  const scale = isLog ? Math.log : (x: number) => x;
  const inputs: number[][] = [];
  const targets: number[] = [];
  for (let end = MONTH; end + horizonDays <= days; end++) {
    inputs.push(regressors(variances, end, isLog));
    targets.push(scale(average(variances, end, end + horizonDays)));
  }
  const normal = [0, 1, 2, 3].map((i) =>
    [0, 1, 2, 3].map((j) => inputs.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0)),
  );
  const moments = [0, 1, 2, 3].map((i) => inputs.reduce((sum, row, k) => sum + (row[i] as number) * (targets[k] as number), 0));
  const largest = Math.max(...normal.map((row, i) => row[i] as number));
  // A regressor that repeats another adds no information: its direction is left out.
  const inverse = matrixFunction(normal, (value) => (value > 1e-12 * largest ? 1 / value : 0));
  const coefficients = inverse.map((row) => dot(row, moments));
  const residualVariance =
    inputs.reduce((sum, row, k) => sum + ((targets[k] as number) - dot(row, coefficients)) ** 2, 0) / (rows - 4);
  return { isLog, horizonDays, coefficients, residualVariance };
}

/** Mean variance per day over the model's horizon, from the days so far (at least a month). */
export function forecastHar({ isLog, coefficients, residualVariance }: HarModel, variances: ArrayLike<number>): number {
  const fitted = dot(regressors(variances, variances.length, isLog), coefficients);
  const forecast = isLog ? Math.exp(fitted + residualVariance / 2) : fitted;
  const recent = Array.from(variances).slice(-MONTH);
  return Math.min(Math.max(forecast, Math.min(...recent) / INSANITY), Math.max(...recent) * INSANITY);
}

/** Loss of a variance forecast that noise in the proxy does not bias (Patton 2011): 0 when right, dearer when too low than when too high. */
export function qlike(realised: number, forecast: number): number {
  return realised / forecast - Math.log(realised / forecast) - 1;
}

function regressors(variances: ArrayLike<number>, end: number, isLog: boolean): number[] {
  if (end < MONTH) throw new InvalidInputError(`A HAR forecast needs ${MONTH} days, got ${end}`, { days: end });
  const means = [1, WEEK, MONTH].map((days) => average(variances, end - days, end));
  return [1, ...(isLog ? means.map(Math.log) : means)];
}

function average(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!(value > 0)) throw new InvalidInputError(`The variance of day ${i} must be positive, got ${value}`, { index: i, value });
    sum += value;
  }
  return sum / (to - from);
}
