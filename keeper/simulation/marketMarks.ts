import type { MarkSource } from "../desk/desk.ts";
import { bates } from "../pricing/bates.ts";
import type { HestonModel } from "../pricing/hestonExponent.ts";
import { impliedVol } from "../pricing/impliedVol.ts";
import type { SmileQuote } from "../pricing/smileQuote.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { JumpSize } from "./models/batesPath.ts";

/** The model one underlying follows now, its variance as it stands. */
export type ModelState = { readonly heston: HestonModel; readonly jump: JumpSize; readonly jumpsPerYear: number };

/** Strikes quoted, in standard deviations of the log price around the forward. */
const STRIKES = [-2.4, -1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8, 2.4];
const SHORTEST_YEARS = 1 / (365 * 24);

/** Marks a market that knows the true model would quote: prices by Bates' formula at the variance of the moment, no carry. */
export function modelMarks(stateOf: (symbol: string) => ModelState | undefined): MarkSource {
  return async (symbol, expiry, _spot, now) => {
    const state = stateOf(symbol);
    const years = (expiry - now) / YEAR_SECONDS;
    if (state === undefined || years < SHORTEST_YEARS) return undefined;
    const { heston, jump, jumpsPerYear } = state;
    const deviation = Math.sqrt(Math.max(heston.v0, heston.theta / 4) * years);
    const quotes = STRIKES.flatMap((multiple): SmileQuote[] => {
      const k = multiple * deviation;
      const type = k < 0 ? "put" : "call";
      const option = { type, spot: 1, strike: Math.exp(k), years } as const;
      const { price } = bates({ ...option, ...heston, lambda: jumpsPerYear, jumpMean: jump.mean, jumpSd: jump.deviation });
      const implied = impliedVol({ ...option, price });
      return implied.ok ? [{ k, vol: implied.vol, weight: Math.exp(-multiple * multiple) }] : [];
    });
    return { quotes, carry: 0 };
  };
}

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
