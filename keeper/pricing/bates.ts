import { InvalidInputError } from "../errors.ts";
import { checkHeston, discountHeston, type HestonParameters, type HestonValue, heston, hestonForwardPrice } from "./heston.ts";
import { type HestonForwardValue, hestonForward } from "./hestonForward.ts";

/** Jumps of the log-price: Poisson arrivals, normal sizes. */
export type MertonJumps = {
  /** Expected number of jumps a year. */
  readonly lambda: number;
  /** Mean of the jump of the log-price, μ_J (−0.1: the median jump is −9.5 %). */
  readonly jumpMean: number;
  /** Standard deviation of the jump of the log-price. */
  readonly jumpSd: number;
};

export type BatesParameters = HestonParameters & MertonJumps;

/** Poisson terms that can move the price by less than this fraction of spot are left out. */
const NEGLIGIBLE = 1e-18;
/** Expected jumps beyond which e^{−λ·years} leaves the range of doubles. */
const MOST_ARRIVALS = 700;

/**
 * European option under Bates (1996): Heston with Merton jumps. Given the number of jumps n the price is Heston's with the forward
 * moved by the jumps' mean and an independent lognormal factor of variance n·jumpSd², so the value is a Poisson mixture.
 * @throws InvalidInputError as heston, and when lambda or jumpSd is negative, a jump figure is not finite, or more than 700 jumps are expected
 */
export function bates(option: BatesParameters): HestonValue {
  const { type, strike, years, lambda, jumpMean, jumpSd } = option;
  checkHeston(option);
  const arrivals = lambda * years;
  if (!(lambda >= 0 && jumpSd >= 0 && Number.isFinite(jumpMean + jumpSd) && arrivals <= MOST_ARRIVALS)) {
    throw new InvalidInputError("jumps need a finite mean, lambda and jumpSd not negative, and at most 700 expected jumps", {
      lambda,
      jumpMean,
      jumpSd,
      years,
    });
  }
  if (arrivals === 0) return heston(option);

  const forward = hestonForwardPrice(option);
  const compensator = lambda * meanJump(option);
  const given = (jumps: number): HestonForwardValue & { shift: number } => {
    const lognormalVariance = jumps * jumpSd * jumpSd;
    const shift = Math.exp(jumps * jumpMean + lognormalVariance / 2 - compensator * years);
    return { shift, ...hestonForward({ type, forward: forward * shift, strike, years, model: option, lognormalVariance }) };
  };

  const sum = { price: 0, delta: 0, gamma: 0, varianceVega: 0, decay: 0 };
  const modes = arrivals * Math.max(1, 1 + meanJump(option));
  let next = given(0);
  let probability = Math.exp(-arrivals);
  for (let jumps = 0; jumps < modes || probability * Math.max(1, next.shift) > NEGLIGIBLE; jumps++) {
    const { shift, price, delta, gamma, varianceVega, decay } = next;
    next = given(jumps + 1);
    sum.price += probability * price;
    sum.delta += probability * shift * delta;
    sum.gamma += probability * shift * shift * gamma;
    sum.varianceVega += probability * varianceVega;
    // More time brings diffusion, a lower compensated forward, and the chance of one more jump.
    sum.decay += probability * (decay - compensator * forward * shift * delta + lambda * (next.price - price));
    probability *= arrivals / (jumps + 1);
  }
  return discountHeston(option, sum);
}

/** Expected relative price change of one jump, E[e^J] − 1. */
export function meanJump({ jumpMean, jumpSd }: Pick<MertonJumps, "jumpMean" | "jumpSd">): number {
  return Math.expm1(jumpMean + (jumpSd * jumpSd) / 2);
}
