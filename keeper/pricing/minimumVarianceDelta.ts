import { InvalidInputError } from "../errors.ts";

/** δ_MV = δ_BS + ν_BS·(a + b·δ_BS + c·δ_BS²)/(S·√T). */
export type MinimumVarianceCoefficients = { readonly a: number; readonly b: number; readonly c: number };

/** One option over one interval: Black-Scholes Greeks at its start, and what happened. */
export type DeltaObservation = {
  readonly spot: number;
  readonly years: number;
  readonly delta: number;
  /** Per 1.00 vol. */
  readonly vega: number;
  readonly spotChange: number;
  readonly priceChange: number;
};

/**
 * Delta that minimises the variance of the hedged option when vol moves with spot.
 * @see Hull and White 2017, "Optimal delta hedging for options", equation 5
 */
export function minimumVarianceDelta(
  { a, b, c }: MinimumVarianceCoefficients,
  { spot, years, delta, vega }: Pick<DeltaObservation, "spot" | "years" | "delta" | "vega">,
): number {
  return delta + (vega * (a + delta * (b + delta * c))) / (spot * Math.sqrt(years));
}

/**
 * Fits a, b, c to observations by least squares of priceChange − delta·spotChange.
 * @returns the coefficients, and the gain 1 − SSE_MV/SSE_BS in the same sample
 * @throws InvalidInputError when the observations do not determine three coefficients
 */
export function fitMinimumVarianceDelta(
  observations: readonly DeltaObservation[],
): MinimumVarianceCoefficients & { gain: number } {
  const scale = observations.map(({ spot, years, vega, spotChange }) => (vega * spotChange) / (spot * Math.sqrt(years)));
  const target = observations.map(({ delta, spotChange, priceChange }) => priceChange - delta * spotChange);
  const columns = [0, 1, 2].map((power) => observations.map(({ delta }, row) => (scale[row] as number) * delta ** power));
  // Modified Gram-Schmidt: powers of delta are nearly collinear, and normal equations would square that.
  const upper = columns.map(() => new Float64Array(4));
  columns.forEach((column, i) => {
    const before = Math.sqrt(dot(column, column));
    for (let j = 0; j < i; j++) orthogonalise(columns[j] as number[], column, upper[j] as Float64Array, i);
    const length = Math.sqrt(dot(column, column));
    if (!(length > 1e-10 * before)) {
      throw new InvalidInputError(
        "the observations do not determine a, b and c: they need three different deltas with moving spot",
        {
          observations: observations.length,
        },
      );
    }
    (upper[i] as Float64Array)[i] = length;
    column.forEach((value, row) => {
      column[row] = value / length;
    });
  });
  columns.forEach((column, i) => {
    orthogonalise(column, target, upper[i] as Float64Array, 3);
  });
  const at = (i: number, j: number) => (upper[i] as Float64Array)[j] as number;
  const c = at(2, 3) / at(2, 2);
  const b = (at(1, 3) - at(1, 2) * c) / at(1, 1);
  const a = (at(0, 3) - at(0, 1) * b - at(0, 2) * c) / at(0, 0);
  return { a, b, c, gain: minimumVarianceGain({ a, b, c }, observations) };
}

/** 1 − SSE of the minimum-variance delta / SSE of the Black-Scholes delta, over any sample. */
export function minimumVarianceGain(
  coefficients: MinimumVarianceCoefficients,
  observations: readonly DeltaObservation[],
): number {
  let [adjusted, plain] = [0, 0];
  for (const observation of observations) {
    const { delta, spotChange, priceChange } = observation;
    adjusted += (priceChange - minimumVarianceDelta(coefficients, observation) * spotChange) ** 2;
    plain += (priceChange - delta * spotChange) ** 2;
  }
  return 1 - adjusted / plain;
}

/** Takes the part along a unit vector out of `from` and notes its size in `sizes[place]`. */
function orthogonalise(unit: readonly number[], from: number[], sizes: Float64Array, place: number): void {
  const size = dot(unit, from);
  sizes[place] = size;
  from.forEach((value, row) => {
    from[row] = value - size * (unit[row] as number);
  });
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}
