import { InvalidInputError } from "../errors.ts";
import type { TailRisk } from "./tailRisk.ts";

export type ShortfallBacktest = {
  /** Zero on average when the forecasts are right, negative when they are too small; −1 when losses beyond VaR weigh twice what was forecast. */
  readonly z2: number;
  /** Periods whose loss exceeded its VaR. */
  readonly exceptions: number;
  readonly expectedExceptions: number;
  readonly isRejected: boolean;
};

/** Z2 below which forecasts at 97.5 % over 250 periods are rejected at the 5 % level, whatever the tails (Acerbi and Székely 2014, table 2). */
const CRITICAL_Z2 = -0.7;

/**
 * Acerbi and Székely's second test of expected shortfall: Z2 = Σ X_t·1{X_t + VaR_t < 0} / (T·α·ES_t) + 1, X the profit.
 * @param forecasts  one per period, made before it, at the same confidence
 * @throws InvalidInputError when the lengths differ or are zero, or a forecast of ES is not positive
 */
export function shortfallBacktest(
  profits: ArrayLike<number>,
  forecasts: readonly TailRisk[],
  confidence: number,
): ShortfallBacktest {
  if (forecasts.length === 0 || forecasts.length !== profits.length) {
    throw new InvalidInputError(`${forecasts.length} forecasts cannot be tested on ${profits.length} profits`);
  }
  const expectedExceptions = forecasts.length * (1 - confidence);
  let exceptions = 0;
  let sum = 0;
  forecasts.forEach(({ valueAtRisk, expectedShortfall }, period) => {
    if (!(expectedShortfall > 0)) {
      throw new InvalidInputError(`Expected shortfall of period ${period} is ${expectedShortfall}; it must be positive`, {
        period,
      });
    }
    const profit = profits[period] as number;
    if (!(profit + valueAtRisk < 0)) return;
    exceptions++;
    sum += profit / expectedShortfall;
  });
  const z2 = sum / expectedExceptions + 1;
  return { z2, exceptions, expectedExceptions, isRejected: z2 < CRITICAL_Z2 };
}
