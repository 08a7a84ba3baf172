import { blackScholes, type OptionType } from "../../pricing/blackScholes.ts";
import type { Random } from "../random.ts";
import type { MarketTick } from "./actor.ts";
import type { UnderlyingSymbol } from "./deployPool.ts";

/** A series on sale that a buyer may ask for. */
export type OfferedSeries = {
  readonly underlying: UnderlyingSymbol;
  readonly type: OptionType;
  readonly strike: number;
  /** Unix seconds. */
  readonly expiry: number;
  /** Whole options left. */
  readonly size: number;
};

/** What a buyer asks the desk for. */
export type QuoteRequest = OfferedSeries & {
  /** What one option is worth to this buyer, quote: it pays no more. */
  readonly reservationPrice: number;
};

/** The desk's answer: quote per option, and how to take it. */
export type DeskQuote = { readonly price: number; take(): Promise<void> };

/** The desk as a buyer sees it; undefined when it does not want to trade. */
export type AskQuote = (request: QuoteRequest) => Promise<DeskQuote | undefined>;

export type OptionBuyerParameters = {
  readonly arrivalsPerDay: number;
  /** Median size in USD of underlying and the standard deviation of its logarithm. */
  readonly medianUsd: number;
  readonly logDeviation: number;
  /** What a buyer thinks vol will be against the fair one, in vol: mean and standard deviation over buyers. */
  readonly premium: number;
  readonly premiumDeviation: number;
};

export const defaultOptionBuyers: OptionBuyerParameters = {
  arrivalsPerDay: 12,
  medianUsd: 30_000,
  logDeviation: 0.8,
  premium: 0.04,
  premiumDeviation: 0.06,
};

/** Sizes come in hundredths of an option. */
const sizeStep = 0.01;
const secondsPerYear = 365 * 86_400;

/**
 * Who wants to buy options in this block: Poisson arrivals, each picking one series on sale, a lognormal size and a price of its own.
 * @param offered   what is on sale now
 * @param fairVol   vol at which an option of that life is fair now
 */
export function createOptionBuyers(
  random: Random,
  blockSeconds: number,
  fairVol: (underlying: UnderlyingSymbol, years: number) => number,
  { arrivalsPerDay, medianUsd, logDeviation, premium, premiumDeviation }: OptionBuyerParameters = defaultOptionBuyers,
): (tick: MarketTick, offered: readonly OfferedSeries[]) => readonly QuoteRequest[] {
  return ({ timestamp, prices }, offered) =>
    Array.from({ length: random.poisson((arrivalsPerDay * blockSeconds) / 86_400) }).flatMap((): QuoteRequest[] => {
      const [choice, logSize, opinion] = [random.uniform(), random.normal(), random.normal()];
      const series = offered[Math.floor(choice * offered.length)];
      if (series === undefined || series.expiry <= timestamp) return [];
      const spot = prices[series.underlying] / prices.USDC;
      const wanted = (medianUsd * Math.exp(logDeviation * logSize)) / spot;
      const size = Math.floor(Math.min(wanted, series.size) / sizeStep + 1e-9) * sizeStep;
      if (size <= 0) return [];
      const years = (series.expiry - timestamp) / secondsPerYear;
      const vol = Math.max(0.01, fairVol(series.underlying, years) + premium + premiumDeviation * opinion);
      const reservationPrice = blackScholes({ type: series.type, spot, strike: series.strike, years, vol }).price;
      return [{ ...series, size, reservationPrice }];
    });
}

/** Lets every buyer ask the desk in turn; each takes a quote no dearer than the option is worth to it. Returns the requests that traded. */
export async function visitDesk(requests: readonly QuoteRequest[], askQuote: AskQuote): Promise<readonly QuoteRequest[]> {
  const traded: QuoteRequest[] = [];
  for (const request of requests) {
    const quote = await askQuote(request);
    if (quote === undefined || quote.price > request.reservationPrice) continue;
    await quote.take();
    traded.push(request);
  }
  return traded;
}
