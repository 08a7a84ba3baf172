import { scaledTail } from "./scaledTail.ts";

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** Highest odd derivative of the series: with δ below 0.1 the next term is under 1e-17 of the first. */
const ORDERS = 11;
/** Depth of the continued fraction: converged to 1e-17 from z = 3 on. */
const DEPTH = 60;
const ratios = new Float64Array(ORDERS + 1);

/**
 * R(z − δ) − R(z + δ) for R(a) = e^{a²/2} N(−a), z ≥ 0, and z ≥ δ or δ < 0.1: the out-of-the-money price per unit of its
 * density. When δ is small the tails nearly cancel, so there it is the odd Taylor series 2 Σ yₙ δⁿ/n!, yₙ = (−1)ⁿ R⁽ⁿ⁾(z) > 0.
 */
export function tailDifference(z: number, delta: number): number {
  if (delta >= 0.1) return scaledTail(z - delta) - scaledTail(z + delta);
  return z < 3 ? forwardSeries(z, delta) : backwardSeries(z, delta);
}

/** From y₁ = 1/√(2π) − z y₀ upwards by yₙ₊₁ = n yₙ₋₁ − z yₙ, which loses digits as z grows. */
function forwardSeries(z: number, delta: number): number {
  let even = scaledTail(z);
  let odd = INVERSE_SQRT_2PI - z * even;
  let power = delta;
  let sum = odd * power;
  for (let n = 1; n < ORDERS; n += 2) {
    even = n * even - z * odd;
    odd = (n + 1) * odd - z * even;
    power *= (delta * delta) / ((n + 1) * (n + 2));
    sum += odd * power;
  }
  return 2 * sum;
}

/** The same recurrence downwards, yₙ / yₙ₋₁ = n / (z + yₙ₊₁ / yₙ): all terms positive, nothing cancels. */
function backwardSeries(z: number, delta: number): number {
  let ratio = Math.sqrt(DEPTH);
  for (let n = DEPTH; n > 0; n--) {
    ratio = n / (z + ratio);
    if (n <= ORDERS) ratios[n] = ratio;
  }
  let term = scaledTail(z) * ratio * delta;
  let sum = term;
  for (let n = 2; n < ORDERS; n += 2) {
    term *= ((ratios[n] as number) * (ratios[n + 1] as number) * delta * delta) / (n * (n + 1));
    sum += term;
  }
  return 2 * sum;
}
