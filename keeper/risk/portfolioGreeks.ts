import { type Book, YEAR_SECONDS } from "./book.ts";
import { type BookGreeks, bookGreeks } from "./bookGreeks.ts";
import { type HedgeCoverage, hedgeCoverage } from "./hedgeCoverage.ts";

/** Figures in quote, so that underlyings add up. */
export type CashGreeks = {
  /** Options alone. */
  readonly value: number;
  /** Δ·S, quote. */
  readonly cashDelta: number;
  /** Γ·S²/100: how much cash delta a 1 % move of spot adds, quote. */
  readonly cashGamma: number;
  /** Per 1.00 vol. */
  readonly vega: number;
  /** Theta of one calendar day, quote. */
  readonly thetaPerDay: number;
};

/** One tenor bucket: its longest expiry in days, and the vega it holds per 1.00 vol. */
export type TenorVega = { readonly upToDays: number; readonly vega: number };

type ExpiryGreeks = CashGreeks & {
  /** Unix seconds. */
  readonly expiry: number;
  readonly years: number;
  readonly legs: number;
  /** Units. */
  readonly delta: number;
  /** Units per 1 of price. */
  readonly gamma: number;
};

type UnderlyingGreeks = CashGreeks & {
  readonly underlying: string;
  readonly spot: number;
  readonly greeks: BookGreeks;
  readonly coverage: HedgeCoverage;
  /** Options alone, in order of expiry. */
  readonly expiries: readonly ExpiryGreeks[];
  readonly vegaByTenor: readonly TenorVega[];
};

export type PortfolioGreeks = {
  readonly underlyings: readonly UnderlyingGreeks[];
  readonly total: CashGreeks & { readonly vegaByTenor: readonly TenorVega[] };
};

/** Upper ends of the tenor buckets, days; the last takes the rest. */
export const TENOR_DAYS: readonly number[] = [7, 30, 90, 180, 365, Infinity];

/**
 * Greeks of several underlyings: per expiry, per underlying and in total, with vega by tenor.
 * Cash Greeks add across underlyings; vega adds as if every smile moved in parallel by the same amount.
 * @throws StaleDataError when a live leg has no smile
 */
export function portfolioGreeks(books: readonly Book[]): PortfolioGreeks {
  const underlyings = books.map(underlyingGreeks);
  return { underlyings, total: { ...sum(underlyings), vegaByTenor: bucket(underlyings.flatMap((each) => each.expiries)) } };
}

function underlyingGreeks(book: Book): UnderlyingGreeks {
  const greeks = bookGreeks(book);
  const expiries = [...new Set(book.legs.map((leg) => leg.expiry))]
    .sort((a, b) => a - b)
    .map((expiry) => expiryGreeks(book, expiry));
  return {
    underlying: book.underlying,
    spot: book.spot,
    ...toCash(greeks, book.spot),
    greeks,
    coverage: hedgeCoverage(greeks),
    expiries,
    vegaByTenor: bucket(expiries),
  };
}

function expiryGreeks(book: Book, expiry: number): ExpiryGreeks {
  const legs = book.legs.filter((leg) => leg.expiry === expiry);
  const greeks = bookGreeks({ ...book, legs, holdings: 0, targetDelta: 0 });
  const years = Math.max(0, (expiry - book.now) / YEAR_SECONDS);
  return { expiry, years, legs: legs.length, delta: greeks.delta, gamma: greeks.gamma, ...toCash(greeks, book.spot) };
}

function toCash({ value, delta, gamma, vega, theta }: BookGreeks, spot: number): CashGreeks {
  return { value, cashDelta: delta * spot, cashGamma: (gamma * spot * spot) / 100, vega, thetaPerDay: theta / 365 };
}

function sum(parts: readonly CashGreeks[]): CashGreeks {
  const add = (name: keyof CashGreeks) => parts.reduce((all, part) => all + part[name], 0);
  return {
    value: add("value"),
    cashDelta: add("cashDelta"),
    cashGamma: add("cashGamma"),
    vega: add("vega"),
    thetaPerDay: add("thetaPerDay"),
  };
}

function bucket(expiries: readonly ExpiryGreeks[]): TenorVega[] {
  return TENOR_DAYS.map((upToDays, index) => {
    const afterDays = TENOR_DAYS[index - 1] ?? -1;
    const inside = expiries.filter(({ years }) => years * 365 > afterDays && years * 365 <= upToDays);
    return { upToDays, vega: inside.reduce((all, { vega }) => all + vega, 0) };
  });
}
