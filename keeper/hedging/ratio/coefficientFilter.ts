/** Random-walk coefficients in units of the noise: y = x'b + ε, b' = b + η, Var(ε) = 1, Var(η) = diag(drift). */
export type CoefficientFilter = {
  /** Coefficients predicted for every observation and the one to come, row by row: (n + 1) × k. */
  readonly predicted: Float64Array;
  /** Variance of each of the last predicted coefficients, over the noise variance. */
  readonly lastVariances: Float64Array;
  /** What the likelihood is made of: observations counted, Σv²/F and Σln F of their surprises. */
  readonly count: number;
  readonly squares: number;
  readonly logs: number;
};

/** Prior variance of a coefficient whose regressor has size one: nothing is known. */
const DIFFUSE = 1e7;

/**
 * Kalman filter of a regression whose coefficients walk. The first k observations only tell where the coefficients
 * begin and stay out of the likelihood (Harvey 1989, §3.4; Durbin and Koopman 2012, §2.9). With x = 1 it is the local-level model.
 * @param x      n × k regressors, row by row
 * @param drift  k variances over the noise variance
 * @param prior  variance of a coefficient at the start, over that of noise, where its regressor has size one
 */
export function coefficientFilter(
  y: Float64Array,
  x: Float64Array,
  drift: readonly number[],
  prior = DIFFUSE,
): CoefficientFilter {
  const k = drift.length;
  const n = y.length;
  const predicted = new Float64Array((n + 1) * k);
  const state = new Float64Array(k);
  const covariance = new Float64Array(k * k);
  for (let i = 0; i < k; i++) covariance[i * k + i] = prior / meanSquare(x, i, k);
  const seen = new Float64Array(k);
  let [squares, logs] = [0, 0];
  for (let t = 0; t < n; t++) {
    predicted.set(state, t * k);
    let variance = 1;
    let surprise = y[t] as number;
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += (covariance[i * k + j] as number) * (x[t * k + j] as number);
      seen[i] = sum;
      variance += (x[t * k + i] as number) * sum;
      surprise -= (x[t * k + i] as number) * (state[i] as number);
    }
    if (t >= k) {
      squares += (surprise * surprise) / variance;
      logs += Math.log(variance);
    }
    for (let i = 0; i < k; i++) {
      const gain = (seen[i] as number) / variance;
      state[i] = (state[i] as number) + gain * surprise;
      for (let j = 0; j < k; j++) covariance[i * k + j] = (covariance[i * k + j] as number) - gain * (seen[j] as number);
      covariance[i * k + i] = (covariance[i * k + i] as number) + (drift[i] as number);
    }
  }
  predicted.set(state, n * k);
  const lastVariances = Float64Array.from(drift, (_, i) => covariance[i * k + i] as number);
  return { predicted, lastVariances, count: n - k, squares, logs };
}

/** Gaussian log-likelihood of a filter's surprises for a noise variance; the greatest is at `mostLikelyNoise`. */
export function filterLikelihood({ count, squares, logs }: CoefficientFilter, noise: number): number {
  return -0.5 * (count * Math.log(2 * Math.PI * noise) + logs + squares / noise);
}

/** Noise variance of the greatest likelihood given the drift. */
export function mostLikelyNoise({ count, squares }: CoefficientFilter): number {
  return squares / count;
}

function meanSquare(x: Float64Array, column: number, k: number): number {
  let sum = 0;
  for (let i = column; i < x.length; i += k) sum += (x[i] as number) ** 2;
  return sum / (x.length / k);
}
