import { YEAR_SECONDS } from "../risk/book.ts";

/** Exponentially weighted realised variance per year, and the last price seen (at unix seconds). */
export type RealisedVol = { readonly variance: number; readonly price: number; readonly at: number };

/**
 * Realised vol from prices at any spacing: an exponential average of squared log returns per year of elapsed time (RiskMetrics 1996,
 * by time instead of by observation).
 * @param halfLifeSeconds after which a return counts half
 * @param at unix seconds
 */
export function observePrice(
  state: RealisedVol | undefined,
  price: number,
  at: number,
  startVol: number,
  halfLifeSeconds: number,
): RealisedVol {
  if (state === undefined) return { variance: startVol * startVol, price, at };
  const elapsed = at - state.at;
  if (elapsed <= 0) return state;
  const kept = 2 ** (-elapsed / halfLifeSeconds);
  const realised = Math.log(price / state.price) ** 2 / (elapsed / YEAR_SECONDS);
  return { variance: kept * state.variance + (1 - kept) * realised, price, at };
}
