import { InvalidInputError } from "../../errors.ts";
import { LOW_CORRELATION, lowCorrelation } from "./lowCorrelation.ts";

/** Standard deviations of spot and future over one horizon, with either their covariance or their correlation. */
export type GivenMoments = { readonly sdSpot: number; readonly sdFuture: number } & (
  | { readonly covariance: number }
  | { readonly correlation: number }
);

export type MomentsRatio = {
  readonly ratio: number;
  readonly correlation: number;
  readonly covariance: number;
  /** ρ²: the share of the variance that h* removes when the moments hold. */
  readonly effectiveness: number;
  /** Deviation of the hedged position, σs·√(1 − ρ²). */
  readonly residualDeviation: number;
  readonly warnings: readonly string[];
};

/** Rounding of printed moments may carry a perfect correlation this far beyond one. */
const ROUNDING = 1e-9;

/**
 * Minimum-variance hedge ratio h* = Cov/σf² = ρσs/σf from stated moments (Johnson 1960; Ederington 1979).
 * @throws InvalidInputError when a deviation is not positive, or covariance and deviations cannot belong together: |Cov| ≤ σs·σf always
 */
export function ratioFromMoments(given: GivenMoments): MomentsRatio {
  const { sdSpot, sdFuture } = given;
  for (const [name, value] of [
    ["spot", sdSpot],
    ["future", sdFuture],
  ] as const) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new InvalidInputError(`The standard deviation of the ${name} must be a positive number, got ${value}`, {
        sdSpot,
        sdFuture,
      });
    }
  }
  const covariance = "covariance" in given ? given.covariance : given.correlation * sdSpot * sdFuture;
  const correlation = "correlation" in given ? given.correlation : given.covariance / (sdSpot * sdFuture);
  if (!(Math.abs(correlation) <= 1 + ROUNDING)) throw impossible(given, correlation);
  const effectiveness = Math.min(correlation * correlation, 1);
  return {
    ratio: covariance / (sdFuture * sdFuture),
    correlation,
    covariance,
    effectiveness,
    residualDeviation: sdSpot * Math.sqrt(1 - effectiveness),
    warnings: Math.abs(correlation) < LOW_CORRELATION ? [lowCorrelation(correlation)] : [],
  };
}

function impossible(given: GivenMoments, correlation: number): InvalidInputError {
  const { sdSpot, sdFuture } = given;
  const shown = Number(correlation.toFixed(2));
  if ("correlation" in given) {
    return new InvalidInputError(
      `A correlation of ${shown} is impossible: it lies between -1 and 1; check its sign and decimal point`,
      given,
    );
  }
  return new InvalidInputError(
    `A covariance of ${given.covariance} with standard deviations ${sdSpot} and ${sdFuture} would be a correlation of ${shown}, and none exceeds 1 ` +
      `(the covariance is at most ${Number((sdSpot * sdFuture).toPrecision(4))}): check that the deviations are not variances, that all three are of the same moves, ` +
      "in the same unit (fractions or percent) and over the same horizon",
    { ...given, correlation },
  );
}
