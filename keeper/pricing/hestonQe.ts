import { InvalidInputError } from "../errors.ts";
import type { HestonModel } from "./hestonExponent.ts";
import { normalCdf } from "./normal.ts";

/** Where paths stand, one element each: logarithm of the price, annualised variance. */
export type HestonPaths = { readonly logPrice: Float64Array; readonly variance: Float64Array };

/** Independent standard normals of one step, one element for each path. */
export type HestonNormals = { readonly variance: Float64Array; readonly price: Float64Array };

/** What a quadratic-exponential step of one length needs, computed once. */
export type HestonQe = {
  /** E[v'] = meanAtZero + meanSlope·v, Var[v'] = spreadAtZero + spreadSlope·v */
  readonly meanAtZero: number;
  readonly meanSlope: number;
  readonly spreadAtZero: number;
  readonly spreadSlope: number;
  /** Of the log-price on v and v'. */
  readonly k0: number;
  readonly k1: number;
  readonly k2: number;
  readonly k3: number;
};

/** Ratio of variance to squared mean at which the quadratic form gives way to the exponential one. */
const SWITCHING_RATIO = 1.5;

/**
 * Prepares steps of one length.
 * @throws InvalidInputError when the model or the length has no meaning (sigma must be positive here)
 */
export function hestonQe({ kappa, theta, sigma, rho }: HestonModel, years: number): HestonQe {
  if (
    !(kappa >= 0 && theta >= 0 && sigma > 0 && Math.abs(rho) <= 1 && years >= 0 && Number.isFinite(kappa + theta + sigma + years))
  ) {
    throw new InvalidInputError("a Heston step needs kappa, theta, years not negative, sigma positive and |rho| ≤ 1", {
      kappa,
      theta,
      sigma,
      rho,
      years,
    });
  }
  const kept = Math.exp(-kappa * years);
  const accrual = kappa > 0 ? -Math.expm1(-kappa * years) / kappa : years;
  const drift = 0.5 * years * ((kappa * rho) / sigma - 0.5);
  return {
    meanAtZero: theta * kappa * accrual,
    meanSlope: kept,
    spreadAtZero: 0.5 * theta * kappa * sigma * sigma * accrual * accrual,
    spreadSlope: sigma * sigma * kept * accrual,
    k0: -(rho * kappa * theta * years) / sigma,
    k1: drift - rho / sigma,
    k2: drift + rho / sigma,
    k3: 0.5 * years * (1 - rho) * (1 + rho),
  };
}

/**
 * Moves every path by one step in place, without drift: E[S'] = S exactly wherever the step's moment is finite (for rho > 0 it
 * may not be when steps are long; there the uncorrected constant is used). One loop over arrays, so that no number is boxed.
 * @param normals two independent standard normals for each path: one moves the variance, one the price beside it
 * @see Andersen 2008, "Simple and efficient simulation of the Heston stochastic volatility model": QE (§3.2.4), K0…K4 (33) with
 *   γ1 = γ2 = ½, martingale correction (proposition 9)
 */
export function hestonQeStep(qe: HestonQe, paths: HestonPaths, normals: HestonNormals): void {
  const { meanAtZero, meanSlope, spreadAtZero, spreadSlope, k0, k1, k2, k3 } = qe;
  const { logPrice, variance } = paths;
  const tilt = k2 + 0.5 * k3;
  for (let path = 0; path < variance.length; path++) {
    const v = variance[path] as number;
    const varianceNormal = normals.variance[path] as number;
    const mean = meanAtZero + meanSlope * v;
    const ratio = (spreadAtZero + spreadSlope * v) / (mean * mean);
    const uncorrected = -k0 - (k1 + 0.5 * k3) * v;
    let next = 0;
    // ln E[exp(tilt·v')], which must cost nothing on average.
    let logMoment = 0;
    if (ratio <= SWITCHING_RATIO) {
      const inverse = 2 / ratio;
      const b2 = inverse - 1 + Math.sqrt(inverse * (inverse - 1));
      const a = mean / (1 + b2);
      const root = Math.sqrt(b2) + varianceNormal;
      next = a * root * root;
      const width = 1 - 2 * tilt * a;
      logMoment = width > 0 ? (tilt * b2 * a) / width - 0.5 * Math.log(width) : uncorrected;
    } else if (mean > 0) {
      const zeroProbability = (ratio - 1) / (ratio + 1);
      const beta = (1 - zeroProbability) / mean;
      const tail = normalCdf(-varianceNormal);
      if (tail < 1 - zeroProbability) next = Math.log((1 - zeroProbability) / tail) / beta;
      logMoment = beta > tilt ? Math.log(zeroProbability + (beta * (1 - zeroProbability)) / (beta - tilt)) : uncorrected;
    }
    const drift = k2 * next - 0.5 * k3 * v - logMoment;
    logPrice[path] = (logPrice[path] as number) + drift + Math.sqrt(k3 * (v + next)) * (normals.price[path] as number);
    variance[path] = next;
  }
}
