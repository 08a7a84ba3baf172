import { InvalidInputError } from "../errors.ts";

/** How tomorrow's variance follows from today's: RiskMetrics' decay, or GARCH(1,1) σ²' = ω + αr² + βσ². */
export type VarianceModel =
  | { readonly kind: "ewma"; readonly decay: number }
  | { readonly kind: "garch"; readonly omega: number; readonly alpha: number; readonly beta: number };

/**
 * One-step-ahead variance of every return and of the one to come: `returns.length + 1` values, each from earlier returns only, the first
 * a given start (GARCH may take its long-run variance, EWMA the sample's).
 * @throws InvalidInputError when a parameter is out of range or `start` is not positive
 */
export function conditionalVariances(returns: ArrayLike<number>, model: VarianceModel, start: number): Float64Array {
  validate(model, start);
  const { omega, alpha, beta } = model.kind === "garch" ? model : { omega: 0, alpha: 1 - model.decay, beta: model.decay };
  const variances = new Float64Array(returns.length + 1);
  variances[0] = start;
  for (let i = 0; i < returns.length; i++) {
    variances[i + 1] = omega + alpha * (returns[i] as number) ** 2 + beta * (variances[i] as number);
  }
  return variances;
}

/**
 * Filtered historical simulation: every past return divided by the vol expected for it then and multiplied by the vol expected now, so
 * that a calm past does not hide a wild present (Hull and White 1998; Barone-Adesi, Giannopoulos and Vosper 1999).
 * @param returns  log returns, oldest first
 * @returns as many returns, each as likely as the others for the step to come
 * @throws InvalidInputError as `conditionalVariances`, or when fewer than two returns are given or none of them moves
 */
export function filteredReturns(returns: ArrayLike<number>, model: VarianceModel): Float64Array {
  const sample = Float64Array.from(returns);
  const square = sample.reduce((all, value) => all + value * value, 0) / sample.length;
  if (sample.length < 2 || !(square > 0)) {
    throw new InvalidInputError("Filtered returns need at least two returns that are not all zero", { count: sample.length });
  }
  const start = model.kind === "garch" ? model.omega / (1 - model.alpha - model.beta) : square;
  const variances = conditionalVariances(sample, model, start);
  const next = variances[sample.length] as number;
  return sample.map((value, i) => value * Math.sqrt(next / (variances[i] as number)));
}

function validate(model: VarianceModel, start: number): void {
  const isFine =
    model.kind === "ewma"
      ? model.decay > 0 && model.decay < 1
      : model.omega > 0 && model.alpha >= 0 && model.beta >= 0 && model.alpha + model.beta < 1;
  if (!isFine) {
    throw new InvalidInputError("EWMA needs a decay between 0 and 1; GARCH needs ω > 0, α ≥ 0, β ≥ 0 and α + β < 1", { model });
  }
  if (!(start > 0)) throw new InvalidInputError(`A starting variance must be positive, got ${start}`, { start });
}
