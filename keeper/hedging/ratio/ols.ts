import { moments } from "./moments.ts";
import { constantPath, type RatioModel } from "./ratioModel.ts";

export type OlsFit = {
  readonly count: number;
  readonly alpha: number;
  readonly beta: number;
  readonly alphaError: number;
  readonly betaError: number;
  readonly rSquared: number;
  /** Standard error of the regression, divided by n − 2. */
  readonly sigma: number;
};

/**
 * Ordinary least squares s = α + βf + ε; β = Cov/Var(f) is the minimum-variance hedge ratio (Ederington 1979). Classical standard errors.
 * @throws InvalidInputError as `moments`
 */
export function ols(spot: Float64Array, future: Float64Array): OlsFit {
  const { count, meanSpot, meanFuture, varianceSpot, varianceFuture, covariance, correlation } = moments(spot, future);
  const beta = covariance / varianceFuture;
  const rSquared = correlation * correlation;
  const squares = Math.max(0, (varianceSpot - beta * covariance) * (count - 1));
  const sigma = Math.sqrt(squares / (count - 2));
  const spread = varianceFuture * (count - 1);
  return {
    count,
    alpha: meanSpot - beta * meanFuture,
    beta,
    alphaError: sigma * Math.sqrt(1 / count + (meanFuture * meanFuture) / spread),
    betaError: sigma / Math.sqrt(spread),
    rSquared,
    sigma,
  };
}

/** One regression over the whole sample. */
export function olsRatio(spot: Float64Array, future: Float64Array): RatioModel {
  const fit = ols(spot, future);
  return { method: "ols", standardError: fit.betaError, parameters: fit, warnings: [], path: constantPath(fit.beta) };
}
