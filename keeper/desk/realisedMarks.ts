import { observePrice, type RealisedVol } from "../hedging/realisedVol.ts";
import type { SmileQuote } from "../pricing/smileQuote.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { MarkSource } from "./desk.ts";

/** Strikes quoted, in standard deviations of the log price around the forward. */
export const STRIKES = [-2.4, -1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8, 2.4];
/** Nobody quotes an option's last hour. */
export const SHORTEST_YEARS = 1 / (365 * 24);
const HALF_LIFE_SECONDS = 3 * 86_400;
const FIRST_VOL = 0.7;
/** Option markets ask more than was realised: the usual premium of implied over realised vol. */
const IMPLIED_OVER_REALISED = 1.1;

/** Marks where no option market is in sight: the vol realised by recent prices, flat over strikes. */
export function realisedMarks(volOf: (symbol: string) => number | undefined): MarkSource {
  return async (symbol, expiry, _spot, now) => {
    const vol = volOf(symbol);
    const years = (expiry - now) / YEAR_SECONDS;
    if (vol === undefined || years < SHORTEST_YEARS) return undefined;
    const quotes = STRIKES.map((multiple): SmileQuote => ({ k: multiple * vol * Math.sqrt(years), vol, weight: 1 }));
    return { quotes, carry: 0 };
  };
}

/** The same from the oracle's prices as the keeper sees them; the first hours lean on a lively year's vol. */
export function observedMarks(): { readonly marks: MarkSource; observe(symbol: string, price: number, at: number): void } {
  const realised = new Map<string, RealisedVol>();
  return {
    marks: realisedMarks((symbol) => {
      const state = realised.get(symbol);
      return state && IMPLIED_OVER_REALISED * Math.sqrt(state.variance);
    }),
    observe(symbol, price, at) {
      realised.set(symbol, observePrice(realised.get(symbol), price, at, FIRST_VOL, HALF_LIFE_SECONDS));
    },
  };
}
