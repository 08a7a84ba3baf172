import { engleGranger } from "./engleGranger.ts";
import type { Levels } from "./hedgeSample.ts";
import { constantPath, type RatioModel } from "./ratioModel.ts";
import { type VecmSettings, vecm } from "./vecm.ts";

/** 1 % value of the trace of rank 1 of two (MacKinnon, Haug and Michelis 1999): beyond it not even one of the series is a walk. */
const STATIONARY = 6.6349;

/**
 * Ratio of what neither error correction nor lags foresee, h = Cov(u_s, u_f)/Var(u_f) (Ghosh 1993; Lien 1996), after Johansen's trace test, with that of
 * Engle and Granger beside it.
 * @param levels  log prices when moves are log returns, prices otherwise
 * @throws InvalidInputError as `vecm`
 */
export function vecmRatio(levels: Levels, settings: VecmSettings): RatioModel {
  const fit = vecm(levels, settings);
  const test = engleGranger(levels, settings.lags);
  const [ss, sf, ff] = fit.covariance;
  const ratio = sf / ff;
  const [none, one] = fit.traces;
  const [noneLimit, oneLimit] = fit.criticalValues;
  const warnings: string[] = [];
  if (none <= noneLimit) {
    warnings.push(
      `not cointegrated: Johansen's trace ${none.toFixed(2)} is below its 5 % value ${noneLimit.toFixed(2)}; there is no error to correct`,
    );
  } else if (one > STATIONARY) {
    warnings.push(
      `both series look stationary: Johansen's second trace ${one.toFixed(2)} exceeds its 1 % value ${STATIONARY.toFixed(2)}; a VECM is for prices, not returns`,
    );
  }
  return {
    method: "vecm",
    standardError: Math.sqrt(Math.max(0, ss / ff - ratio * ratio) / (fit.count - 2)),
    parameters: {
      lags: settings.lags,
      seasons: settings.seasons,
      observations: fit.count,
      alpha: fit.alpha,
      alphaErrors: fit.alphaErrors,
      beta: fit.beta,
      betaError: fit.betaError,
      test: "Johansen trace, rank 0, unrestricted constant, 5 %",
      statistic: none,
      criticalValue: noneLimit,
      isCointegrated: none > noneLimit,
      secondStatistic: one,
      secondCriticalValue: oneLimit,
      eigenvalues: fit.eigenvalues,
      engleGrangerStatistic: test.statistic,
      engleGrangerCriticalValue: test.criticalValue,
      engleGrangerSlope: test.slope,
      residualCovariance: fit.covariance,
      logLikelihood: fit.logLikelihood,
    },
    warnings,
    path: constantPath(ratio),
  };
}
