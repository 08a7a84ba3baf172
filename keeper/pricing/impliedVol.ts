import { InvalidInputError } from "../errors.ts";
import { type BlackScholesParameters, logRatio } from "./blackScholes.ts";
import { impliedDeviation } from "./impliedDeviation.ts";

export type ImpliedVolParameters = Omit<BlackScholesParameters, "vol"> & { price: number };

/**
 * Why no vol explains a price: it is below parity value (`below-intrinsic`), at it within rounding (`no-time-value`), at or
 * above what an option can be worth (`above-maximum`), or the option has no time left (`expired`).
 */
export type ImpliedVol =
  | { ok: true; vol: number }
  | { ok: false; reason: "below-intrinsic" | "no-time-value" | "above-maximum" | "expired" };

/**
 * The Black-Scholes-Merton vol at which an option is worth `price`, to the precision the price carries, in a bounded number
 * of steps. In-the-money prices are first reduced by parity to their time value.
 * @throws InvalidInputError when an input is NaN or infinite, or spot, strike or years is negative
 */
export function impliedVol(option: ImpliedVolParameters): ImpliedVol {
  const { type, price, spot, strike, years, rate = 0, yield: q = 0 } = option;
  if (!(spot >= 0 && strike >= 0 && years >= 0 && Number.isFinite(price + spot + strike + years + rate + q))) {
    throw new InvalidInputError("an option needs finite numbers, with spot, strike and years not negative", { ...option });
  }
  if (years === 0) return { ok: false, reason: "expired" };
  const forwardLeg = spot * Math.exp(-q * years);
  const strikeLeg = strike * Math.exp(-rate * years);
  const exerciseValue = type === "call" ? forwardLeg - strikeLeg : strikeLeg - forwardLeg;
  const timeValue = price - Math.max(exerciseValue, 0);
  const noise = exerciseValue > 0 ? 2 * Number.EPSILON * Math.max(forwardLeg, strikeLeg) : 0;
  if (timeValue < -noise) return { ok: false, reason: "below-intrinsic" };
  if (timeValue <= noise) return { ok: false, reason: "no-time-value" };
  const greatest = Math.min(forwardLeg, strikeLeg);
  if (timeValue >= greatest) return { ok: false, reason: "above-maximum" };
  const moneyness = Math.abs(logRatio(spot, strike) + (rate - q) * years);
  const deviation = impliedDeviation(moneyness, timeValue / greatest, (greatest - timeValue) / greatest);
  return { ok: true, vol: deviation / Math.sqrt(years) };
}
