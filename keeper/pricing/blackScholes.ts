import { InvalidInputError } from "../errors.ts";
import { scaledTail } from "./scaledTail.ts";
import { tailDifference } from "./tailDifference.ts";

export type OptionType = "call" | "put";

export type BlackScholesParameters = {
  type: OptionType;
  spot: number;
  strike: number;
  years: number;
  /** Annualised, 0.80 = 80 %. */
  vol: number;
  /** Continuously compounded; 0 when absent. */
  rate?: number | undefined;
  /** Continuous dividend or funding yield of the underlying; 0 when absent. */
  yield?: number | undefined;
};

/** Price in quote and its derivatives: vega, vanna and volga per 1.00 vol, theta and charm per calendar year, rho per 1.00 rate. */
export type OptionValue = {
  price: number;
  delta: number;
  gamma: number;
  vega: number;
  theta: number;
  rho: number;
  /** ∂delta/∂vol */
  vanna: number;
  /** ∂vega/∂vol */
  volga: number;
  /** ∂delta/∂(calendar time) */
  charm: number;
};

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** Beyond this many standard deviations from the money every tail is zero in double precision. */
const CERTAIN_DEVIATIONS = 1000;

/**
 * European option under Black-Scholes-Merton, to double precision into the far tails: the out-of-the-money price comes from
 * scaled tails (no cancellation), the in-the-money one from parity. At expiry, zero vol, zero spot or zero strike it is the
 * limit from above; exactly at the kink delta is one half and gamma infinite.
 * @throws InvalidInputError when an input is NaN or infinite, or spot, strike, years or vol is negative
 * @see Black and Scholes 1973; Merton 1973; Haug 2007 chapter 2 for the Greeks
 */
export function blackScholes(option: BlackScholesParameters): OptionValue {
  const { type, spot, strike, years, vol, rate = 0, yield: q = 0 } = option;
  if (!(spot >= 0 && strike >= 0 && years >= 0 && vol >= 0 && Number.isFinite(spot + strike + years + vol + rate + q))) {
    throw new InvalidInputError("an option needs finite numbers, with spot, strike, years and vol not negative", { ...option });
  }
  const forwardLeg = spot * Math.exp(-q * years);
  const strikeLeg = strike * Math.exp(-rate * years);
  const rootYears = Math.sqrt(years);
  const deviation = vol * rootYears;
  const moneyness = logRatio(spot, strike) + (rate - q) * years;
  const z = Math.abs(moneyness) / deviation;
  const half = deviation / 2;
  if (!(z < CERTAIN_DEVIATIONS)) return blackScholesLimit({ type, spot, strike, years, vol, rate, yield: q });

  // The option out of the money pays the leg that is worth less (near) and receives nothing for the other (far).
  const lesser = moneyness <= 0 ? forwardLeg : strikeLeg;
  const base = lesser * Math.exp(-0.5 * (z - half) * (z - half));
  const tail = base * scaledTail(Math.abs(z - half));
  const near = z < half ? lesser - tail : tail;
  const far = base * scaledTail(z + half);
  const outPrice = z >= half || half < 0.1 ? base * tailDifference(z, half) : near - far;

  const isCall = type === "call";
  const sign = isCall ? 1 : -1;
  const callIsOut = moneyness <= 0;
  const isOut = isCall === callIsOut;
  const price = isOut ? outPrice : Math.abs(forwardLeg - strikeLeg) + outPrice;
  const [forwardOut, strikeOut] = callIsOut ? [near, far] : [far, near];
  const forwardPart = isOut ? forwardOut : forwardLeg - forwardOut;
  const strikePart = isOut ? strikeOut : strikeLeg - strikeOut;

  const d1 = moneyness / deviation + half;
  const d2 = d1 - deviation;
  const density = base * INVERSE_SQRT_2PI;
  const vega = density * rootYears;
  const delta = (sign * forwardPart) / spot;
  return {
    price,
    delta,
    gamma: density / spot / spot / deviation,
    vega,
    theta: (-density * vol) / (2 * rootYears) + sign * (q * forwardPart - rate * strikePart),
    rho: sign * years * strikePart,
    vanna: ((-density / spot) * d2) / vol,
    volga: (vega * (z - half) * (z + half)) / vol,
    charm: q * delta - (density / spot) * ((rate - q) / deviation - d2 / (2 * years)),
  };
}

/** ln(a/b) without losing the digits of a ratio near one. */
export function logRatio(a: number, b: number): number {
  return Math.abs(a - b) < 0.5 * b ? Math.log1p((a - b) / b) : Math.log(a / b);
}

/** The limits of Black-Scholes-Merton where no uncertainty is left: at expiry, at zero vol, at zero spot or strike. */
function blackScholesLimit(option: BlackScholesParameters & { rate: number; yield: number }): OptionValue {
  const { type, spot, strike, years, vol, rate, yield: q } = option;
  const sign = type === "call" ? 1 : -1;
  const forwardLeg = spot * Math.exp(-q * years);
  const strikeLeg = strike * Math.exp(-rate * years);
  const forwardAndStrike = forwardLeg - strikeLeg;
  // At the kink the limits over vol and over time are those of a spread of standard deviation zero around the money.
  const isKink = forwardAndStrike === 0 && spot > 0;
  const exercised = isKink ? 0.5 : (sign > 0 ? spot > 0 && forwardAndStrike > 0 : strike > 0 && forwardAndStrike < 0) ? 1 : 0;
  const density = isKink ? forwardLeg / Math.sqrt(2 * Math.PI) : 0;
  const drift = years > 0 ? rate - q : vol > 0 ? (rate - q) / (2 * vol) + vol / 4 : rate - q;
  const delta = sign * exercised * Math.exp(-q * years);
  const carry = sign * exercised * (q * forwardLeg - rate * strikeLeg);
  return {
    price: Math.max(sign * forwardAndStrike, 0),
    delta,
    gamma: isKink ? Infinity : 0,
    vega: density * Math.sqrt(years),
    theta: isKink && years === 0 && vol > 0 ? -Infinity : carry,
    rho: sign * exercised * years * strikeLeg,
    vanna: isKink ? (density / spot) * 0.5 * Math.sqrt(years) : 0,
    volga: 0,
    charm: isKink && drift !== 0 ? -Math.sign(drift) * Infinity : q * delta,
  };
}
