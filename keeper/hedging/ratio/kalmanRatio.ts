import { InvalidInputError } from "../../errors.ts";
import { bestDrift, LEAST_DRIFT } from "./bestDrift.ts";
import { coefficientFilter, filterLikelihood, mostLikelyNoise } from "./coefficientFilter.ts";
import { moments } from "./moments.ts";
import type { RatioModel } from "./ratioModel.ts";

const LEAST = 20;

/**
 * s = α + β_t·f + ε with β a random walk and α constant, drift by maximum likelihood; the ratio for a move is β predicted before it.
 * @throws InvalidInputError when there are fewer than twenty moves, or as `moments`
 */
export function kalmanRatio(spot: Float64Array, future: Float64Array): RatioModel {
  if (spot.length < LEAST) throw new InvalidInputError(`A Kalman ratio needs at least ${LEAST} moves, got ${spot.length}`);
  // Scaling the future makes drift a share of the noise per step whatever the data's unit.
  const unit = Math.sqrt(moments(spot, future).varianceFuture);
  const filter = (s: Float64Array, f: Float64Array, drift: number) => coefficientFilter(s, regressors(f, unit), [0, drift]);
  const drift = bestDrift((q) => filter(spot, future, q));
  const fitted = filter(spot, future, drift);
  const noise = mostLikelyNoise(fitted);
  const isConstant = drift < 4 * LEAST_DRIFT;
  return {
    method: "kalman",
    standardError: Math.sqrt((fitted.lastVariances[1] as number) * noise) / unit,
    parameters: {
      alpha: fitted.predicted.at(-2),
      noiseVariance: noise,
      driftVariance: (isConstant ? 0 : drift * noise) / (unit * unit),
      logLikelihood: filterLikelihood(fitted, noise),
    },
    warnings: isConstant ? ["no drift of the ratio found: it is constant"] : [],
    path: (s, f) => {
      const states = filter(s, f, drift).predicted;
      return Float64Array.from({ length: s.length + 1 }, (_, t) =>
        t < LEAST / 2 ? Number.NaN : (states[2 * t + 1] as number) / unit,
      );
    },
  };
}

function regressors(future: Float64Array, unit: number): Float64Array {
  const x = new Float64Array(2 * future.length);
  future.forEach((f, t) => {
    x[2 * t] = 1;
    x[2 * t + 1] = f / unit;
  });
  return x;
}
