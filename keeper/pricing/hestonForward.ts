import { blackScholes, type OptionType } from "./blackScholes.ts";
import { type HestonProblem, hestonContour } from "./hestonContour.ts";
import { type HestonModel, hestonExponent } from "./hestonExponent.ts";

/** Undiscounted value of an option on the forward and its derivatives at a fixed forward. */
export type HestonForwardValue = {
  price: number;
  /** ∂price/∂forward */
  delta: number;
  gamma: number;
  /** ∂price/∂v0 */
  varianceVega: number;
  /** ∂price/∂years */
  decay: number;
};

export type HestonForwardParameters = {
  type: OptionType;
  forward: number;
  strike: number;
  years: number;
  model: HestonModel;
  /** Total variance of an independent lognormal factor of the price (the jumps of Bates); 0 when absent. */
  lognormalVariance?: number;
};

/** Relative change between a trapezoidal sum and its half-step refinement that proves, squared, full double precision. */
const AGREEMENT = 3e-8;
const REFINEMENTS = 4;
/** The contour parameter at which |z| has grown by e^60: what lies beyond adds nothing to a price, however slow the decay. */
const LAST_NODE = 60;

/**
 * Undiscounted European option on a forward under Heston: the out-of-the-money price, delta, gamma, variance vega and time decay
 * from one pass over the contour, the in-the-money side by parity. Relative precision into the far wings.
 */
export function hestonForward(parameters: HestonForwardParameters): HestonForwardValue {
  const { type, forward, strike, years, lognormalVariance = 0 } = parameters;
  // So slow a reversion is none; its square would leave the range of doubles.
  const model = parameters.model.kappa < 1e-100 ? { ...parameters.model, kappa: 0 } : parameters.model;
  if (years === 0 || (model.v0 === 0 && model.kappa * model.theta === 0)) return lognormalForward(parameters);
  const moneyness = Math.log(forward / strike);
  const value = outOfTheMoney({ model, years, moneyness, lognormalVariance }, forward, strike);
  const outType: OptionType = moneyness <= 0 ? "call" : "put";
  if (type === outType) return value;
  const sign = type === "call" ? 1 : -1;
  return { ...value, price: value.price + sign * (forward - strike), delta: value.delta + sign };
}

/** Without variance of its own the model is Black-Scholes on the lognormal factor. */
function lognormalForward({
  type,
  forward,
  strike,
  years,
  model,
  lognormalVariance = 0,
}: HestonForwardParameters): HestonForwardValue {
  const vol = Math.sqrt(lognormalVariance);
  const { price, delta, gamma } = blackScholes({ type, spot: forward, strike, years: 1, vol });
  const accrual = model.kappa > 0 ? -Math.expm1(-model.kappa * years) / model.kappa : years;
  const varianceVega = accrual > 0 && Number.isFinite(gamma) ? 0.5 * accrual * forward * forward * gamma : 0;
  return { price, delta, gamma, varianceVega, decay: 0 };
}

function outOfTheMoney(problem: HestonProblem, forward: number, strike: number): HestonForwardValue {
  const { model, years, moneyness, lognormalVariance } = problem;
  const contour = hestonContour(problem);
  if (contour === undefined) return { price: 0, delta: 0, gamma: 0, varianceVega: 0, decay: 0 };
  const { centre, scale, angle, isCovered } = contour;
  const sinAngle = Math.sin(angle);
  const cosAngle = Math.cos(angle);
  const out = new Float64Array(6);
  const sums = new Float64Array(5);
  let size = 0;

  const add = (start: number, step: number): void => {
    let heaviest = 0;
    for (let t = start; ; t += step) {
      const grown = Math.exp(t);
      const sinh = (grown - 1 / grown) / 2;
      const cosh = (grown + 1 / grown) / 2;
      // z = i·centre + scale·sinh(t + i·angle), dz/dt = scale·cosh(t + i·angle)
      const zRe = scale * sinh * cosAngle;
      const zIm = centre + scale * cosh * sinAngle;
      const slopeRe = scale * cosh * cosAngle;
      const slopeIm = scale * sinh * sinAngle;
      hestonExponent(model, years, lognormalVariance, zRe, zIm - 1, out);
      const weight = t === 0 ? 0.5 : 1;
      const magnitude = weight * Math.exp((out[0] as number) - zIm * moneyness);
      const phase = (out[1] as number) + zRe * moneyness;
      const factorRe = magnitude * Math.cos(phase);
      const factorIm = magnitude * Math.sin(phase);
      const gRe = factorRe * slopeRe - factorIm * slopeIm;
      const gIm = factorRe * slopeIm + factorIm * slopeRe;
      const z2 = zRe * zRe + zIm * zIm;
      // p = g/(z(z − i))
      const poleRe = zRe * zRe - zIm * (zIm - 1);
      const poleIm = zRe * (2 * zIm - 1);
      const pole2 = poleRe * poleRe + poleIm * poleIm;
      const pRe = (gRe * poleRe + gIm * poleIm) / pole2;
      const pIm = (gIm * poleRe - gRe * poleIm) / pole2;
      sums[0] = (sums[0] as number) + step * pRe;
      sums[1] = (sums[1] as number) + (step * (gRe * zIm - gIm * zRe)) / z2;
      sums[2] = (sums[2] as number) + step * gRe;
      sums[3] = (sums[3] as number) + step * (pRe * (out[2] as number) - pIm * (out[3] as number));
      sums[4] = (sums[4] as number) + step * (pRe * (out[4] as number) - pIm * (out[5] as number));
      size += (step * Math.abs(gRe)) / Math.sqrt(pole2);
      const weightNow = Math.abs(gRe) + Math.abs(gIm);
      if (weightNow > heaviest) heaviest = weightNow;
      else if (weightNow < 1e-17 * heaviest) return;
      if (t > LAST_NODE) return;
    }
  };

  let step = 2 * contour.step;
  add(0, step);
  for (let refinement = 0; refinement < REFINEMENTS; refinement++) {
    const coarse = sums[0] as number;
    add(step / 2, step);
    for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) / 2;
    size /= 2;
    step /= 2;
    if (Math.abs((sums[0] as number) - coarse) <= AGREEMENT * size) break;
  }
  const [price = 0, delta = 0, gamma = 0, varianceVega = 0, decay = 0] = sums;
  const isCall = moneyness <= 0;
  return {
    price: (isCovered ? (isCall ? forward : strike) : 0) - (forward / Math.PI) * price,
    delta: (isCovered && isCall ? 1 : 0) - delta / Math.PI,
    gamma: gamma / (Math.PI * forward),
    varianceVega: (-forward / Math.PI) * varianceVega,
    decay: (-forward / Math.PI) * decay,
  };
}
