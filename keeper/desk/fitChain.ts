import { max, median } from "simple-statistics";
import { InvalidInputError } from "../errors.ts";
import { fitSurface } from "../pricing/fitSurface.ts";
import { carryOf } from "../pricing/forward.ts";
import { type QuoteSide, type SmilePoint, smilePoints } from "../pricing/smileQuote.ts";
import { type SviSlice, sviVariance } from "../pricing/svi.ts";
import { butterfly } from "../pricing/sviButterfly.ts";
import { calendar, type DatedSlice } from "../pricing/sviCalendar.ts";
import type { ChainExpiry, OptionChain } from "./readChain.ts";

/** Static arbitrage of one expiry, as numbers; negative ones pay. */
export type ArbitrageFigures = {
  /** Lowest g(k) over every strike. */
  readonly butterfly: number;
  /** Lowest gap of total variance above the expiry before, over every strike; absent for the first expiry. */
  readonly calendar: number | undefined;
};

/** Absolute vol errors of a slice against its quotes within ±30 % moneyness. */
export type FitError = { readonly median: number; readonly max: number; readonly count: number };

/** One expiry of a chain with the slice and carry that `VolSurface` takes. */
export type FittedChainExpiry = Omit<ChainExpiry, "options"> & {
  readonly carry: number;
  readonly slice: SviSlice;
  readonly fitted: SviSlice;
  readonly source: "svi" | "ssvi";
  readonly points: readonly SmilePoint[];
  /** Absent when nothing is quoted within ±30 % moneyness. */
  readonly error: FitError | undefined;
  readonly before: ArbitrageFigures;
  readonly after: ArbitrageFigures;
};

export type FittedChain = Omit<OptionChain, "expiries"> & { readonly expiries: readonly FittedChainExpiry[] };

/** Moneyness |K/F − 1| within which the error of a fit is judged. */
const NEAR_MONEY = 0.3;

/**
 * The arbitrage-free surface of a whole option chain, with each expiry's carry, fit error and arbitrage before and after repair.
 * @param side the price a fit aims at
 * @throws InvalidInputError when no expiry has a quote on that side
 */
export function fitChain(chain: OptionChain, side: QuoteSide = "mark"): FittedChain {
  const smiles = chain.expiries.map(({ options, forward, years }) => ({
    years,
    quotes: smilePoints(options, forward, years, side),
  }));
  if (smiles.every(({ quotes }) => quotes.length === 0)) {
    throw new InvalidInputError(`no out-of-the-money option on ${chain.currency} has a ${side}; fit another side`, { side });
  }
  const surface = fitSurface(smiles);
  const expiries = chain.expiries.map(({ options: _, ...expiry }, i): FittedChainExpiry => {
    const { years, fitted, slice, source } = surface[i] as (typeof surface)[number];
    const points = (smiles[i] as (typeof smiles)[number]).quotes;
    const previous = surface[i - 1];
    return {
      ...expiry,
      carry: carryOf(expiry.forward, chain.spot, years),
      slice,
      fitted,
      source,
      points,
      error: errorOf(slice, points),
      before: arbitrage({ slice: fitted, years }, previous && { slice: previous.fitted, years: previous.years }),
      after: arbitrage({ slice, years }, previous),
    };
  });
  return { ...chain, expiries };
}

function arbitrage(far: DatedSlice, near: DatedSlice | undefined): ArbitrageFigures {
  return { butterfly: butterfly(far.slice, far.years).minimum, calendar: near && calendar(near, far).minimum };
}

function errorOf(slice: SviSlice, points: readonly SmilePoint[]): FitError | undefined {
  const errors = points
    .filter(({ k }) => Math.abs(Math.exp(k) - 1) <= NEAR_MONEY)
    .map(({ k, vol }) => Math.abs(Math.sqrt(sviVariance(slice, k)) - vol));
  return errors.length === 0 ? undefined : { median: median(errors), max: max(errors), count: errors.length };
}
