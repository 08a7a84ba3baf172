import { InvalidInputError } from "../../errors.ts";
import type { RatioModel } from "./ratioModel.ts";

/** Moves that set the first covariance. */
const WARM_UP = 20;

/**
 * Exponentially weighted covariance and variance about zero, weight λ on the past: h = Σλⁱsf/Σλⁱf² (RiskMetrics 1996).
 * @param decay  λ, 0.94 for days
 * @throws InvalidInputError when decay is not between 0 and 1 or there are not more than twenty moves
 */
export function ewmaRatio(spot: Float64Array, decay: number): RatioModel {
  if (!(decay > 0 && decay < 1))
    throw new InvalidInputError(`The decay must lie between 0 and 1, for example 0.94; got ${decay}`, { decay });
  if (spot.length <= WARM_UP) throw new InvalidInputError(`EWMA needs more than ${WARM_UP} moves, got ${spot.length}`);
  return { method: "ewma", standardError: undefined, parameters: { decay }, warnings: [], path: (s, f) => ewmaPath(s, f, decay) };
}

function ewmaPath(spot: Float64Array, future: Float64Array, decay: number): Float64Array {
  const path = new Float64Array(spot.length + 1).fill(Number.NaN);
  let [covariance, variance] = [0, 0];
  for (let t = 0; t < spot.length; t++) {
    const f = future[t] as number;
    const kept = t < WARM_UP ? t / (t + 1) : decay;
    covariance = kept * covariance + (1 - kept) * (spot[t] as number) * f;
    variance = kept * variance + (1 - kept) * f * f;
    if (t + 1 >= WARM_UP && variance > 0) path[t + 1] = covariance / variance;
  }
  return path;
}
