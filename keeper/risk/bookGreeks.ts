import { StaleDataError } from "../errors.ts";
import { blackScholes, type OptionValue } from "../pricing/blackScholes.ts";
import { sviVol } from "../pricing/svi.ts";
import { type Book, type OptionLeg, type Smile, YEAR_SECONDS } from "./book.ts";

/** Value and Greeks of one underlying's book. Value in quote; delta in units; gamma units per 1 of price; vega per 1.00 vol; theta per year. */
export type BookGreeks = {
  /** Options alone. */
  readonly value: number;
  readonly optionDelta: number;
  /** Options and holdings. */
  readonly delta: number;
  /** delta − target. */
  readonly hedgeError: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  /** Years to the last live expiry; 0 without a live leg. */
  readonly horizonYears: number;
};

/** One leg's price and Greeks per whole option, as the contract's RiskEngine sees it: no discounting of quote, intrinsic from expiry on. */
export function legGreeks(leg: OptionLeg, spot: number, now: number, smile: Smile | undefined): OptionValue {
  const years = Math.max(0, (leg.expiry - now) / YEAR_SECONDS);
  if (years === 0) return payoff(leg, leg.settlementPrice ?? spot);
  if (smile === undefined) {
    throw new StaleDataError(
      `No smile for expiry ${new Date(leg.expiry * 1000).toISOString()}: post a slice for it before hedging`,
      { leg },
    );
  }
  const forward = spot * Math.exp(smile.carry * years);
  const vol = sviVol(smile.slice, Math.log(leg.strike / forward));
  return blackScholes({ type: leg.type, spot, strike: leg.strike, years, vol, rate: 0, yield: -smile.carry });
}

/** From expiry on a leg is worth its payoff, at the oracle's price until it is settled; the market no longer moves it. */
function payoff({ type, strike }: OptionLeg, at: number): OptionValue {
  const price = Math.max(0, type === "call" ? at - strike : strike - at);
  return { price, delta: 0, gamma: 0, vega: 0, theta: 0, rho: 0, vanna: 0, volga: 0, charm: 0 };
}

/**
 * Sums a book: options on the posted surface plus holdings.
 * @throws StaleDataError when a live leg has no smile
 */
export function bookGreeks(book: Book): BookGreeks {
  let value = 0;
  let optionDelta = 0;
  let gamma = 0;
  let vega = 0;
  let theta = 0;
  let horizonYears = 0;
  for (const leg of book.legs) {
    const greeks = legGreeks(leg, book.spot, book.now, book.smiles.get(leg.expiry));
    value += leg.size * greeks.price;
    optionDelta += leg.size * greeks.delta;
    gamma += leg.size * greeks.gamma;
    vega += leg.size * greeks.vega;
    theta += leg.size * greeks.theta;
    horizonYears = Math.max(horizonYears, (leg.expiry - book.now) / YEAR_SECONDS);
  }
  const delta = optionDelta + book.holdings;
  return { value, optionDelta, delta, hedgeError: delta - book.targetDelta, gamma, vega, theta, horizonYears };
}
