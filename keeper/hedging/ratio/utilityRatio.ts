import { InvalidInputError } from "../../errors.ts";
import { moments } from "./moments.ts";
import { ols } from "./ols.ts";
import { constantPath, type RatioModel } from "./ratioModel.ts";

/**
 * The ratio that maximises E[s − h·f] − (A/2)·Var(s − h·f): h = Cov/Var(f) − μf/(A·Var(f)) (Anderson and Danthine 1981). Where the future has no drift, or
 * A is large, it is the minimum-variance ratio.
 * @param riskAversion  A, in 1 / unit of the moves
 * @throws InvalidInputError when risk aversion is not positive, or as `moments`
 */
export function utilityRatio(spot: Float64Array, future: Float64Array, riskAversion: number): RatioModel {
  if (!(riskAversion > 0))
    throw new InvalidInputError(`The mean-variance ratio needs a positive risk aversion, got ${riskAversion}`, { riskAversion });
  const { meanFuture, varianceFuture, varianceSpot, meanSpot, count } = moments(spot, future);
  const { beta, betaError, sigma } = ols(spot, future);
  const speculative = -meanFuture / (riskAversion * varianceFuture);
  const ratio = beta + speculative;
  // Slope and mean of a regressor are independent estimates; the mean's own variance is Var(f)/n.
  const standardError = Math.hypot(betaError, 1 / (riskAversion * Math.sqrt(count * varianceFuture)));
  const hedgedVariance = ((count - 2) / (count - 1)) * sigma * sigma + speculative * speculative * varianceFuture;
  const utility = meanSpot - ratio * meanFuture - (riskAversion / 2) * hedgedVariance;
  return {
    method: "utility",
    standardError,
    parameters: {
      riskAversion,
      minimumVariance: beta,
      speculative,
      utility,
      unhedgedUtility: meanSpot - (riskAversion / 2) * varianceSpot,
    },
    warnings: [],
    path: constantPath(ratio),
  };
}
