import { InvalidInputError } from "../../errors.ts";
import { bestDrift } from "./bestDrift.ts";
import { coefficientFilter, filterLikelihood, mostLikelyNoise } from "./coefficientFilter.ts";
import { minimise, withDifferences } from "./minimise.ts";

export type LocalLevel = { readonly noiseVariance: number; readonly driftVariance: number; readonly logLikelihood: number };

const LEAST = 20;

/**
 * Local level y = m + ε, m' = m + η by maximum likelihood, the simplest of these models and the published check on the filter (Durbin and Koopman
 * 2012, ch. 2). The first value only tells where the level begins.
 * @param priorVariance  of the level about zero before the first value, for packages that say one (10⁶ is common); otherwise nothing is known
 * @throws InvalidInputError when there are fewer than twenty values
 */
export function localLevel(y: Float64Array, priorVariance?: number): LocalLevel {
  if (y.length < LEAST) throw new InvalidInputError(`A local level needs at least ${LEAST} values, got ${y.length}`);
  const ones = new Float64Array(y.length).fill(1);
  const drift = bestDrift((q) => coefficientFilter(y, ones, [q]));
  const fitted = coefficientFilter(y, ones, [drift]);
  const noise = mostLikelyNoise(fitted);
  if (priorVariance === undefined)
    return { noiseVariance: noise, driftVariance: drift * noise, logLikelihood: filterLikelihood(fitted, noise) };
  // A stated prior has a unit, so noise no longer factors out of the likelihood.
  const likelihood = (e: number, q: number) => filterLikelihood(coefficientFilter(y, ones, [q / e], priorVariance / e), e);
  const [logNoise, logDrift] = minimise(
    withDifferences(([e, q]) => -likelihood(Math.exp(e as number), Math.exp(q as number))),
    Float64Array.of(Math.log(noise), Math.log(drift * noise)),
  );
  const [noiseVariance, driftVariance] = [Math.exp(logNoise as number), Math.exp(logDrift as number)];
  return { noiseVariance, driftVariance, logLikelihood: likelihood(noiseVariance, driftVariance) };
}
