/** Mean and variance equation x = μ + ε, h' = ω + αε² + βh. */
export type GarchParameters = { readonly mu: number; readonly omega: number; readonly alpha: number; readonly beta: number };

export type GarchLikelihood = {
  readonly logLikelihood: number;
  /** Along μ, ω, α, β. */
  readonly gradient: Float64Array;
};

/**
 * Gaussian log-likelihood of a GARCH(1,1) and its analytic gradient; both presample values, ε₀² and h₀, are the mean squared residual, which
 * is the convention of the published benchmark (Bollerslev 1986; Fiorentini, Calzolari and Panattoni 1996).
 */
export function garchLikelihood(x: Float64Array, { mu, omega, alpha, beta }: GarchParameters): GarchLikelihood {
  const n = x.length;
  let [first, second] = [0, 0];
  for (let t = 0; t < n; t++) {
    const e = (x[t] as number) - mu;
    first += e;
    second += e * e;
  }
  let square = second / n;
  let h = square;
  // What precedes the sample is as steep in μ as the mean squared residual.
  let squareByMu = (-2 * first) / n;
  let [hMu, hOmega, hAlpha, hBeta] = [squareByMu, 0, 0, 0];
  let logLikelihood = (-n / 2) * Math.log(2 * Math.PI);
  let [gMu, gOmega, gAlpha, gBeta] = [0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    hMu = alpha * squareByMu + beta * hMu;
    hOmega = 1 + beta * hOmega;
    hAlpha = square + beta * hAlpha;
    hBeta = h + beta * hBeta;
    h = omega + alpha * square + beta * h;
    const e = (x[t] as number) - mu;
    square = e * e;
    squareByMu = -2 * e;
    logLikelihood -= 0.5 * (Math.log(h) + square / h);
    const pull = (0.5 * (square / h - 1)) / h;
    gMu += pull * hMu + e / h;
    gOmega += pull * hOmega;
    gAlpha += pull * hAlpha;
    gBeta += pull * hBeta;
  }
  return { logLikelihood, gradient: Float64Array.of(gMu, gOmega, gAlpha, gBeta) };
}
