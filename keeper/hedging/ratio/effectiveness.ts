import { sampleVariance } from "simple-statistics";
import { InvalidInputError } from "../../errors.ts";

/** From 85 % good, below 70 % weak. */
export type Verdict = "good" | "fair" | "weak";

/** Least moves a variance is worth comparing on. */
const LEAST = 3;

/**
 * Hedging effectiveness 1 − Var(s − h·f)/Var(s) over the moves [from, to) whose ratio is known (Ederington 1979).
 * @returns undefined when fewer than three moves have a ratio or spot does not move over them
 * @throws InvalidInputError when there are fewer ratios than moves
 */
export function effectiveness(
  spot: Float64Array,
  future: Float64Array,
  path: Float64Array,
  from = 0,
  to = spot.length,
): number | undefined {
  if (path.length < to || future.length < to) {
    throw new InvalidInputError(`${to} moves need as many ratios and futures; got ${path.length} and ${future.length}`);
  }
  const hedged: number[] = [];
  const unhedged: number[] = [];
  for (let t = from; t < to; t++) {
    const ratio = path[t] as number;
    if (!Number.isFinite(ratio)) continue;
    unhedged.push(spot[t] as number);
    hedged.push((spot[t] as number) - ratio * (future[t] as number));
  }
  if (unhedged.length < LEAST) return undefined;
  const before = sampleVariance(unhedged);
  return before > 0 ? 1 - sampleVariance(hedged) / before : undefined;
}

/** The usual reading: hedge accounting asks for 80-125 %, practice for 85 %; below 70 % a changing ratio is worth trying. */
export function verdict(effectiveness: number): Verdict {
  return effectiveness >= 0.85 ? "good" : effectiveness >= 0.7 ? "fair" : "weak";
}
