import { InvalidInputError } from "../../errors.ts";
import type { VarianceModel } from "../../risk/filteredReturns.ts";

export type GarchModel = Extract<VarianceModel, { kind: "garch" }>;

/**
 * Mean variance per step over the next `steps` steps: V + (σ²₁ − V)(1 − pⁿ)/(n(1 − p)), p = α + β, V = ω/(1 − p).
 * @param next  variance of the coming step, as `conditionalVariances` ends
 * @throws InvalidInputError when the model is not stationary or `steps` is not positive
 * @see Bollerslev 1986
 */
export function garchForecast({ omega, alpha, beta }: GarchModel, next: number, steps: number): number {
  const persistence = alpha + beta;
  if (!(omega > 0 && persistence >= 0 && persistence < 1 && steps > 0)) {
    throw new InvalidInputError("A GARCH forecast needs ω > 0, α + β < 1 and at least one step", { omega, alpha, beta, steps });
  }
  const longRun = omega / (1 - persistence);
  return longRun + ((next - longRun) * (1 - persistence ** steps)) / (steps * (1 - persistence));
}
