import { InvalidInputError } from "../errors.ts";

/** A call and a put of one strike and expiry, by the difference of their prices. */
export type ParityPair = {
  readonly strike: number;
  /** Call price less put price, in quote. */
  readonly callMinusPut: number;
  /** How far that difference may be off, in quote; half the sum of the two spreads is a fair measure. */
  readonly uncertainty: number;
};

/**
 * The forward at which put-call parity C − P = D·(F − K) holds best: weighted least squares of C − P on K, F where the line
 * crosses zero. Strikes near the forward decide, whatever the discount factor D is.
 * @throws InvalidInputError when fewer than two strikes are quoted on both sides or the line does not fall
 */
export function forwardFromParity(pairs: readonly ParityPair[]): { forward: number; discount: number } {
  let [weights, strikes, differences] = [0, 0, 0];
  for (const { strike, callMinusPut, uncertainty } of pairs) {
    const weight = 1 / (uncertainty * uncertainty);
    weights += weight;
    strikes += weight * strike;
    differences += weight * callMinusPut;
  }
  const meanStrike = strikes / weights;
  const meanDifference = differences / weights;
  let [square, product] = [0, 0];
  for (const { strike, callMinusPut, uncertainty } of pairs) {
    const weighted = (strike - meanStrike) / (uncertainty * uncertainty);
    square += weighted * (strike - meanStrike);
    product += weighted * (callMinusPut - meanDifference);
  }
  const discount = -product / square;
  if (!(discount > 0)) {
    throw new InvalidInputError("Put-call parity gives no forward: it needs both a call and a put at two strikes or more", {
      pairs: pairs.length,
      discount,
    });
  }
  return { forward: meanStrike + meanDifference / discount, discount };
}

/** The carry that makes F = S·e^{carry·years}, per year. */
export function carryOf(forward: number, spot: number, years: number): number {
  return Math.log(forward / spot) / years;
}
