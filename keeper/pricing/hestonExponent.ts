/** State and coefficients of dS/S = √v dW, dv = κ(θ − v)dt + σ√v dB, d⟨W,B⟩ = ρ dt. Variances are annualised (0.64 = 80 % vol). */
export type HestonModel = {
  readonly v0: number;
  readonly kappa: number;
  readonly theta: number;
  /** Volatility of variance. */
  readonly sigma: number;
  readonly rho: number;
};

/**
 * Logarithm of φ(u) = E[(S_T/F)^{iu}] under Heston times an independent lognormal factor, for complex u.
 * Writes six numbers to `out`: ln φ, its derivative in v0, its derivative in years; real part, then imaginary part of each.
 * Continuous for Re u > 0 (principal branch of Lord & Kahl 2010, formula 2), written so that neither σ → 0 nor |ρ| → 1 cancels.
 * The derivative in years follows from the Riccati equations B' = ½σ²B² − βB − ½(u² + iu), A' = B.
 * @param lognormalVariance total variance of the independent factor (0 for plain Heston)
 */
export function hestonExponent(
  model: HestonModel,
  years: number,
  lognormalVariance: number,
  uRe: number,
  uIm: number,
  out: Float64Array,
): void {
  const { v0, kappa, theta, sigma, rho } = model;
  const sigma2 = sigma * sigma;
  const qRe = uRe * uRe - uIm * uIm - uIm;
  const qIm = 2 * uRe * uIm + uRe;
  const betaRe = kappa + rho * sigma * uIm;
  const betaIm = -rho * sigma * uRe;

  // d² = β² + σ²(u² + iu), expanded so that 1 − ρ² is taken before anything large is subtracted.
  const spread = sigma2 * (1 - rho) * (1 + rho);
  const tilt = sigma * (sigma - 2 * kappa * rho);
  const squareRe = kappa * kappa + spread * (uRe * uRe - uIm * uIm) - tilt * uIm;
  const squareIm = 2 * spread * uRe * uIm + tilt * uRe;
  const modulus = Math.sqrt(squareRe * squareRe + squareIm * squareIm);
  let dRe: number;
  let dIm: number;
  if (squareRe >= 0) {
    dRe = Math.sqrt((modulus + squareRe) / 2);
    dIm = dRe > 0 ? squareIm / (2 * dRe) : 0;
  } else {
    dIm = Math.sqrt((modulus - squareRe) / 2);
    if (squareIm < 0) dIm = -dIm;
    dRe = squareIm / (2 * dIm);
  }

  // e = exp(−d·years); ratio = (1 − e)/d.
  const decay = Math.exp(-dRe * years);
  const angle = dIm * years;
  const sinHalf = Math.sin(angle / 2);
  const eRe = decay * (1 - 2 * sinHalf * sinHalf);
  const eIm = -decay * Math.sin(angle);
  const oneMinusRe = 2 * decay * sinHalf * sinHalf - Math.expm1(-dRe * years);
  const d2 = dRe * dRe + dIm * dIm;
  const ratioRe = d2 > 0 ? (oneMinusRe * dRe - eIm * dIm) / d2 : years;
  const ratioIm = d2 > 0 ? (-eIm * dRe - oneMinusRe * dIm) / d2 : 0;

  // B = −(u² + iu)·ratio / (1 + e + β·ratio)
  const denominatorRe = 1 + eRe + betaRe * ratioRe - betaIm * ratioIm;
  const denominatorIm = eIm + betaRe * ratioIm + betaIm * ratioRe;
  const denominator2 = denominatorRe * denominatorRe + denominatorIm * denominatorIm;
  const numeratorRe = qIm * ratioIm - qRe * ratioRe;
  const numeratorIm = -qRe * ratioIm - qIm * ratioRe;
  const bRe = (numeratorRe * denominatorRe + numeratorIm * denominatorIm) / denominator2;
  const bIm = (numeratorIm * denominatorRe - numeratorRe * denominatorIm) / denominator2;

  let logRe = v0 * bRe - 0.5 * lognormalVariance * qRe;
  let logIm = v0 * bIm - 0.5 * lognormalVariance * qIm;
  const pull = kappa * theta;
  if (pull > 0) {
    // root = (β − d)/σ², by whichever of its two forms does not subtract near-equal numbers.
    const sumRe = betaRe + dRe;
    const sumIm = betaIm + dIm;
    const sum2 = sumRe * sumRe + sumIm * sumIm;
    const differenceRe = betaRe - dRe;
    const differenceIm = betaIm - dIm;
    let rootRe: number;
    let rootIm: number;
    if (sum2 >= differenceRe * differenceRe + differenceIm * differenceIm) {
      rootRe = -(qRe * sumRe + qIm * sumIm) / sum2;
      rootIm = -(qIm * sumRe - qRe * sumIm) / sum2;
    } else {
      rootRe = differenceRe / sigma2;
      rootIm = differenceIm / sigma2;
    }
    // A = root·years − (2/σ²)·ln(1 + x), x = σ²·root·ratio/2; ln(1 + x)/x keeps σ → 0 finite.
    const productRe = rootRe * ratioRe - rootIm * ratioIm;
    const productIm = rootRe * ratioIm + rootIm * ratioRe;
    const xRe = 0.5 * sigma2 * productRe;
    const xIm = 0.5 * sigma2 * productIm;
    const x2 = xRe * xRe + xIm * xIm;
    let aRe = rootRe * years;
    let aIm = rootIm * years;
    if (x2 < 1e-16) {
      aRe -= productRe - 0.5 * (productRe * xRe - productIm * xIm);
      aIm -= productIm - 0.5 * (productRe * xIm + productIm * xRe);
    } else {
      aRe -= (x2 < 0.25 ? Math.log1p(2 * xRe + x2) : Math.log((1 + xRe) * (1 + xRe) + xIm * xIm)) / sigma2;
      aIm -= (2 * Math.atan2(xIm, 1 + xRe)) / sigma2;
    }
    logRe += pull * aRe;
    logIm += pull * aIm;
  }

  out[0] = logRe;
  out[1] = logIm;
  out[2] = bRe;
  out[3] = bIm;
  out[4] = v0 * (0.5 * sigma2 * (bRe * bRe - bIm * bIm) - betaRe * bRe + betaIm * bIm - 0.5 * qRe) + pull * bRe;
  out[5] = v0 * (sigma2 * bRe * bIm - betaRe * bIm - betaIm * bRe - 0.5 * qIm) + pull * bIm;
}
