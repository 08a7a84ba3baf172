/** Below this a hedge removes at most 36 % of the variance. */
export const LOW_CORRELATION = 0.6;

/** What to say about a pair that hardly moves together. */
export function lowCorrelation(correlation: number): string {
  return `correlation ${correlation.toFixed(2)} is below ${LOW_CORRELATION.toFixed(2)}: a hedge removes at most ${(100 * correlation * correlation).toFixed(0)} % of the variance; look for another instrument`;
}
