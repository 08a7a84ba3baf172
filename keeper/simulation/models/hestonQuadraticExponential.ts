import { InvalidInputError } from "../../errors.ts";
import type { HestonModel } from "../../pricing/hestonExponent.ts";
import { normalCdf } from "../../pricing/normal.ts";

export type HestonState = { readonly logPrice: number; readonly variance: number };

/** Beyond this ratio of variance to squared mean the quadratic form gives way to the exponential one. */
const switchingRatio = 1.5;

/**
 * One step of Heston's model under zero drift: E[S'] = S exactly. v0 of the model is not used: the state carries the variance.
 * @param years      length of the step
 * @param variance   standard normal that moves the variance
 * @param residual   independent standard normal that moves the price beside it
 * @throws InvalidInputError when the step is so long that a positive rho makes the expected price infinite
 * @see Andersen, "Efficient simulation of the Heston stochastic volatility model", 2007: QE (§3.2.4), K0…K4 (33) with γ1 = γ2 = ½, martingale correction (prop. 9)
 */
export function hestonQuadraticExponential(
  state: HestonState,
  { kappa, theta, sigma, rho }: HestonModel,
  years: number,
  shocks: { readonly variance: number; readonly residual: number },
): HestonState {
  const v = state.variance;
  const kept = Math.exp(-kappa * years);
  const lost = -Math.expm1(-kappa * years);
  const mean = theta * lost + v * kept;
  const spread = ((sigma * sigma * lost) / kappa) * (v * kept + 0.5 * theta * lost);
  const k1 = 0.5 * years * ((kappa * rho) / sigma - 0.5) - rho / sigma;
  const k2 = 0.5 * years * ((kappa * rho) / sigma - 0.5) + rho / sigma;
  const k3 = 0.5 * years * (1 - rho * rho);
  const tilt = k2 + 0.5 * k3;
  const ratio = spread / (mean * mean);

  let next: number;
  let logMoment: number;
  if (ratio <= switchingRatio) {
    const b2 = 2 / ratio - 1 + Math.sqrt(2 / ratio) * Math.sqrt(2 / ratio - 1);
    const a = mean / (1 + b2);
    next = a * (Math.sqrt(b2) + shocks.variance) ** 2;
    logMoment = (tilt * b2 * a) / (1 - 2 * tilt * a) - 0.5 * Math.log1p(-2 * tilt * a);
  } else {
    const p = (ratio - 1) / (ratio + 1);
    const beta = (1 - p) / mean;
    const tail = normalCdf(-shocks.variance);
    next = tail < 1 - p ? Math.log((1 - p) / tail) / beta : 0;
    logMoment = Math.log(p + (beta * (1 - p)) / (beta - tilt));
  }
  if (!Number.isFinite(logMoment)) {
    throw new InvalidInputError(
      `A step of ${years} years is too long for rho ${rho} and sigma ${sigma}: the expected price is infinite.`,
      {
        years,
        rho,
        sigma,
      },
    );
  }
  const k0 = -logMoment - (k1 + 0.5 * k3) * v;
  return {
    logPrice: state.logPrice + k0 + k1 * v + k2 * next + Math.sqrt(k3 * (v + next)) * shocks.residual,
    variance: next,
  };
}
