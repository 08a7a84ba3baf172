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

/**
 * One leg's price and Greeks per whole option, as the contract's RiskEngine sees it: no discounting of quote; from expiry on what the market
 * pays, a put in quote, a call in units of the underlying, which are its delta.
 */
export function legGreeks(leg: OptionLeg, spot: number, now: number, smile: Smile | undefined): OptionValue {
  const years = Math.max(0, (leg.expiry - now) / YEAR_SECONDS);
  if (years === 0) return payoff(leg, spot);
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

/**
 * With P the settlement price, or spot until there is one, a put pays (K − P)⁺ of quote and a call (P − K)⁺/P units of the underlying, whose
 * worth moves on with spot.
 */
function payoff({ type, strike, settlementPrice }: OptionLeg, spot: number): OptionValue {
  const none = { gamma: 0, vega: 0, theta: 0, rho: 0, vanna: 0, volga: 0, charm: 0 };
  const at = settlementPrice ?? spot;
  if (type === "put") return { price: Math.max(0, strike - at), delta: 0, ...none };
  const gain = Math.max(0, at - strike);
  return { price: gain * (spot / at), delta: gain / at, ...none };
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
