import { InvalidInputError } from "../errors.ts";
import { inverseNormalCdf, normalPdf } from "../pricing/normal.ts";

/** Losses are positive, in the unit of the profits they come from. */
export type TailRisk = {
  /** The loss not exceeded with the given confidence. */
  readonly valueAtRisk: number;
  /** The mean of the losses beyond it; never smaller. */
  readonly expectedShortfall: number;
};

const ROUNDING = 1e-9;

/**
 * Tail of a normal profit: VaR = zσ − μ, ES = σ·φ(z)/(1−c) − μ with z = N⁻¹(c).
 * @throws InvalidInputError when confidence is not strictly between 0 and 1, or deviation is negative
 */
export function normalTailRisk(mean: number, deviation: number, confidence: number): TailRisk {
  validate(confidence);
  if (!(deviation >= 0)) throw new InvalidInputError(`A standard deviation cannot be ${deviation}`, { deviation });
  const z = inverseNormalCdf(confidence);
  return {
    valueAtRisk: z * deviation - mean,
    expectedShortfall: (deviation * normalPdf(z)) / (1 - confidence) - mean,
  };
}

/**
 * Tail of a sample of profits. VaR is the loss of rank ⌈nc⌉; ES the mean of the worst n(1−c) losses, the last one counted in part,
 * which keeps it coherent (Acerbi and Tasche 2002).
 * @throws InvalidInputError when the sample is empty or not all numbers, or confidence is not strictly between 0 and 1
 */
export function historicalTailRisk(profits: ArrayLike<number>, confidence: number): TailRisk {
  validate(confidence);
  const sorted = Float64Array.from(profits).sort();
  // Sorting puts NaN last.
  if (sorted.length === 0 || Number.isNaN(sorted.at(-1))) {
    throw new InvalidInputError("A historical tail needs at least one profit, and numbers only", { count: sorted.length });
  }
  const tail = sorted.length * (1 - confidence);
  // 10 · (1 − 0.9) is one, not what binary fractions make of it.
  const worst = Math.abs(tail - Math.round(tail)) < ROUNDING ? Math.round(tail) : tail;
  const whole = Math.min(Math.floor(worst), sorted.length - 1);
  let sum = Math.max(0, worst - whole) * (sorted[whole] as number);
  for (let i = 0; i < whole; i++) sum += sorted[i] as number;
  const valueAtRisk = -(sorted[whole] as number);
  return { valueAtRisk, expectedShortfall: Math.max(valueAtRisk, -sum / worst) };
}

function validate(confidence: number): void {
  if (confidence > 0 && confidence < 1) return;
  throw new InvalidInputError(`Confidence must lie between 0 and 1, for example 0.975; got ${confidence}`, { confidence });
}
