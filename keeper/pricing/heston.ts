import { InvalidInputError } from "../errors.ts";
import type { OptionType } from "./blackScholes.ts";
import type { HestonModel } from "./hestonExponent.ts";
import { type HestonForwardValue, hestonForward } from "./hestonForward.ts";

export type HestonParameters = HestonModel & {
  type: OptionType;
  spot: number;
  strike: number;
  years: number;
  /** Continuously compounded; 0 when absent. */
  rate?: number | undefined;
  /** Continuous dividend or funding yield of the underlying; 0 when absent. */
  yield?: number | undefined;
};

/** Price in quote and its derivatives at a fixed variance state. */
export type HestonValue = {
  price: number;
  delta: number;
  gamma: number;
  /** ∂price/∂√v0: per 1.00 of instantaneous vol, 2√v0·varianceVega. */
  vega: number;
  /** ∂price/∂v0 */
  varianceVega: number;
  /** Per calendar year. */
  theta: number;
  /** Per 1.00 of rate. */
  rho: number;
};

/**
 * European option under Heston (1993), to about 1e-13 of spot and in relative precision out of the money.
 * @throws InvalidInputError when an input is not finite, spot or strike is not positive, years, v0, kappa, theta or sigma is negative,
 *   or |rho| > 1
 */
export function heston(option: HestonParameters): HestonValue {
  checkHeston(option);
  const { type, strike, years } = option;
  return discountHeston(option, hestonForward({ type, forward: hestonForwardPrice(option), strike, years, model: option }));
}

export function hestonForwardPrice({ spot, years, rate = 0, yield: q = 0 }: HestonParameters): number {
  return spot * Math.exp((rate - q) * years);
}

/** Turns an undiscounted value on the forward into today's value on spot. */
export function discountHeston(option: HestonParameters, value: HestonForwardValue): HestonValue {
  const { spot, years, rate = 0, yield: q = 0, v0 } = option;
  const discount = Math.exp(-rate * years);
  const growth = hestonForwardPrice(option) / spot;
  const price = discount * value.price;
  const delta = discount * growth * value.delta;
  const varianceVega = discount * value.varianceVega;
  return {
    price,
    delta,
    gamma: discount * growth * growth * value.gamma,
    vega: 2 * Math.sqrt(v0) * varianceVega,
    varianceVega,
    theta: rate * price - (rate - q) * spot * delta - discount * value.decay,
    rho: years * (spot * delta - price),
  };
}

/** @throws InvalidInputError */
export function checkHeston(option: HestonParameters): void {
  const { spot, strike, years, rate = 0, yield: q = 0, v0, kappa, theta, sigma, rho } = option;
  const areFinite = Number.isFinite(spot + strike + years + rate + q + v0 + kappa + theta + sigma + rho);
  if (
    !(
      areFinite &&
      spot > 0 &&
      strike > 0 &&
      years >= 0 &&
      v0 >= 0 &&
      kappa >= 0 &&
      theta >= 0 &&
      sigma >= 0 &&
      Math.abs(rho) <= 1
    )
  ) {
    throw new InvalidInputError(
      "a Heston option needs finite numbers: spot and strike positive; years, v0, kappa, theta, sigma not negative; |rho| ≤ 1",
      { ...option },
    );
  }
}
