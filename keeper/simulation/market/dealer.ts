import { type LocalAccount, zeroAddress } from "viem";
import type { AddressBook } from "../../chain/addressBook.ts";
import { type RfqQuote, type SignedRfqQuote, signRfqQuote } from "../../chain/rfqQuote.ts";
import { MICRO, packSeries, unpackSeries } from "../../chain/seriesId.ts";
import type { MarkSource } from "../../desk/desk.ts";
import { cycleExpiry, type Programme } from "../../desk/programme.ts";
import { blackScholes } from "../../pricing/blackScholes.ts";
import { fitSvi } from "../../pricing/fitSvi.ts";
import { repairSvi } from "../../pricing/repairSvi.ts";
import { sviVol } from "../../pricing/svi.ts";
import { YEAR_SECONDS } from "../../risk/book.ts";

export type DealerParameters = {
  readonly account: LocalAccount;
  readonly addresses: AddressBook;
  /** Whose expiries and strike steps it quotes, by symbol. */
  readonly programmes: ReadonlyMap<string, Programme>;
  /** The market's true smile. */
  readonly marks: MarkSource;
  /** Seconds a quote stands. */
  readonly validSeconds: number;
};

export type Dealer = {
  /** What it shows at a time, unix seconds, and true prices. */
  quotes(now: number, prices: Readonly<Record<string, number>>): Promise<readonly SignedRfqQuote[]>;
  /** Told what it has written: it bids for that. */
  wrote(series: bigint): void;
};

const REQUOTE_SECONDS = 2 * 3600;
const MONEYNESS = [0.9, 0.95, 1, 1.05, 1.1];
/** Half the width of a quote, vol. */
const SPREAD_VOL = 0.02;
/** Underlying behind one quote, USD. */
const SIZE_USD = 75_000;
const SIZE_STEP = 0.01;
const LEAST_VOL = 0.01;
const LEAST_LIFE_SECONDS = 86_400;
/** Move of spot, of the logarithm, after which it shows a ladder no more. */
const WITHDRAWN_AFTER = 0.002;

/**
 * A dealer that signs quotes every other hour around the true smile: it asks for a ladder of five strikes, out of the money, of the expiry the
 * programmes sell, and bids for what it has written. Its quotes are firm until their deadline; it shows them while spot has hardly moved.
 */
export function createDealer({ account, addresses, programmes, marks, validSeconds }: DealerParameters): Dealer {
  const { chainId, contracts, quote: money } = addresses;
  const written = new Set<bigint>();
  let quotedAt = Number.NEGATIVE_INFINITY;
  let ladders: readonly { readonly symbol: string; readonly spot: number; readonly quotes: readonly SignedRfqQuote[] }[] = [];

  async function quotesOn(symbol: string, spot: number, now: number): Promise<readonly SignedRfqQuote[]> {
    const programme = programmes.get(symbol);
    const underlying = addresses.underlyings.find((each) => each.symbol === symbol);
    if (programme === undefined || underlying === undefined) return [];
    const expiry = cycleExpiry(programme, now);
    const years = (expiry - now) / YEAR_SECONDS;
    if (expiry - now < LEAST_LIFE_SECONDS + validSeconds) return [];
    const market = await marks(symbol, expiry, spot, now);
    if (market === undefined) return [];
    const slice = repairSvi({ slice: fitSvi({ quotes: market.quotes, years }), years, quotes: market.quotes });
    const forward = spot * Math.exp(market.carry * years);
    const strikes = MONEYNESS.map((each) => Math.round((each * spot) / programme.strikeStep) * programme.strikeStep);
    const series = [...new Set(strikes)].map((strike) =>
      packSeries({ underlying: underlying.address, type: strike < spot ? "put" : "call", strike, expiry }),
    );
    const bid = [...written].filter(
      (id) => unpackSeries(id).underlying === underlying.address && unpackSeries(id).expiry === expiry,
    );
    const size = BigInt(Math.round(Math.ceil(SIZE_USD / spot / SIZE_STEP) * SIZE_STEP * MICRO));
    const quoteOf = (id: bigint, makerSells: boolean): RfqQuote => {
      const { type, strike } = unpackSeries(id);
      const vol = sviVol(slice, Math.log(strike / forward)) + (makerSells ? SPREAD_VOL : -SPREAD_VOL);
      const terms = { type, spot, strike, years, vol: Math.max(LEAST_VOL, vol), rate: 0, yield: -market.carry };
      const units = blackScholes(terms).price * 10 ** money.decimals;
      const price = BigInt(makerSells ? Math.ceil(units) : Math.floor(units));
      const firm = { series: id, makerSells, price, size, nonce: BigInt(now), deadline: BigInt(now + validSeconds) };
      return { maker: account.address, taker: zeroAddress, ...firm };
    };
    const quotes = [...series.map((id) => quoteOf(id, true)), ...bid.map((id) => quoteOf(id, false))];
    return Promise.all(
      quotes.map(async (quote) => ({ quote, signature: await signRfqQuote(account, chainId, contracts.optionMarket, quote) })),
    );
  }

  return {
    async quotes(now, prices) {
      if (Math.floor(now / REQUOTE_SECONDS) !== Math.floor(quotedAt / REQUOTE_SECONDS)) {
        quotedAt = now;
        ladders = await Promise.all(
          [...programmes.keys()].map(async (symbol) => {
            const spot = prices[symbol] ?? 0;
            return { symbol, spot, quotes: await quotesOn(symbol, spot, now) };
          }),
        );
      }
      const isShown = ({ symbol, spot }: { symbol: string; spot: number }) =>
        Math.abs(Math.log((prices[symbol] ?? 0) / spot)) < WITHDRAWN_AFTER;
      return ladders.filter(isShown).flatMap(({ quotes }) => quotes);
    },
    wrote(series) {
      written.add(series);
    },
  };
}
