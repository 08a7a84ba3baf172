import { InvalidInputError } from "../errors.ts";
import { scaledTail } from "./scaledTail.ts";

const INVERSE_SQRT_2PI = 0.3989422804014327;
const SQRT_2PI = 2.5066282746310002;

/** e^{−x²/2} to full relative precision: x is split so that the larger part of the square is exact. */
function expMinusHalfSquare(x: number): number {
  const a = Math.min(Math.abs(x), 40);
  const head = Math.round(a * 16) / 16;
  return Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (a - head) * (a + head));
}

/** Standard normal density. */
export function normalPdf(x: number): number {
  return INVERSE_SQRT_2PI * expMinusHalfSquare(x);
}

/** Standard normal distribution function N(x), to 1e-15 relative, in the lower tail too. */
export function normalCdf(x: number): number {
  const tail = expMinusHalfSquare(x) * scaledTail(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
}

/**
 * The x at which N(x) = p, to 1e-15 of max(1, |x|); −∞ at 0 and +∞ at 1.
 * A rational guess (Abramowitz and Stegun 26.2.23, error 4.5e-4) and two Halley steps on ln N, which stays exact in the tail.
 * @throws InvalidInputError when p is not a probability
 */
export function inverseNormalCdf(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new InvalidInputError(`a probability must lie in [0, 1], got ${p}`, { p });
  if (p > 0.5) return p === 1 ? Infinity : -inverseNormalCdf(1 - p);
  if (p === 0) return -Infinity;
  const logP = Math.log(p);
  const t = Math.sqrt(-2 * logP);
  let a = Math.max(0, t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let step = 0; step < 2; step++) {
    const tail = scaledTail(a);
    const hazard = 1 / (SQRT_2PI * tail);
    const excess = (Math.log(tail) - 0.5 * a * a - logP) / hazard;
    a += excess / (1 + 0.5 * excess * (hazard - a));
  }
  return -a;
}
