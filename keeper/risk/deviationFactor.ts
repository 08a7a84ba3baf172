import { YEAR_SECONDS } from "./book.ts";

/** What spot is multiplied by in a move of so many standard deviations, e^{n·σ√Δt}: it never goes below zero, whatever n. */
export function deviationFactor(deviations: number, vol: number, seconds: number): number {
  return Math.exp(deviations * vol * Math.sqrt(seconds / YEAR_SECONDS));
}
