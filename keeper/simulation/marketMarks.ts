import type { MarkSource } from "../desk/desk.ts";
import { SHORTEST_YEARS, STRIKES } from "../desk/realisedMarks.ts";
import { bates } from "../pricing/bates.ts";
import type { HestonModel } from "../pricing/hestonExponent.ts";
import { impliedVol } from "../pricing/impliedVol.ts";
import type { SmileQuote } from "../pricing/smileQuote.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { JumpSize } from "./models/batesPath.ts";

/** The model one underlying follows now, its variance as it stands. */
export type ModelState = { readonly heston: HestonModel; readonly jump: JumpSize; readonly jumpsPerYear: number };

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
