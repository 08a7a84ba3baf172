import type { StressReport } from "./stressReport.ts";

/**
 * The largest expected shortfall of the estimates that revalue the book. Delta alone is left out: it charges a long straddle for losses its
 * gamma makes good and spares a short one.
 */
export function gravestTail({ tails }: Pick<StressReport, "tails">): StressReport["tails"][number] {
  return tails
    .filter(({ isRevalued }) => isRevalued)
    .reduce((most, each) => (each.expectedShortfall > most.expectedShortfall ? each : most));
}
