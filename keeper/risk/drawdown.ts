import { InvalidInputError } from "../errors.ts";

export type Drawdown = {
  /** Distance below the highest value so far, never negative; the unit of the equity. */
  readonly series: Float64Array;
  readonly maximum: number;
  /** Largest fall as a fraction of the peak it fell from; undefined when equity is not positive throughout. */
  readonly relative: number | undefined;
  /** Index of the high and of the low of the largest fall. */
  readonly peak: number;
  readonly trough: number;
  /** Index at which that high was reached again; undefined while it has not been, or without any fall. */
  readonly recovered: number | undefined;
};

/**
 * Drawdown of an equity curve at every point, and its largest.
 * @throws InvalidInputError when the curve is empty or holds anything but numbers
 */
export function drawdown(equity: ArrayLike<number>): Drawdown {
  if (equity.length === 0) throw new InvalidInputError("A drawdown needs at least one value of equity");
  const series = new Float64Array(equity.length);
  let high = 0;
  let [peak, trough] = [0, 0];
  let relative = 0;
  let isPositive = true;
  for (let i = 0; i < equity.length; i++) {
    const value = equity[i] as number;
    if (!Number.isFinite(value)) throw new InvalidInputError(`Equity at index ${i} is ${value}`, { index: i });
    if (value > (equity[high] as number)) high = i;
    const fall = (equity[high] as number) - value;
    series[i] = fall;
    if (fall > (series[trough] as number)) [peak, trough] = [high, i];
    isPositive &&= value > 0;
    relative = Math.max(relative, fall / (equity[high] as number));
  }
  const after = Array.from(equity).findIndex((value, i) => i > trough && value >= (equity[peak] as number));
  return {
    series,
    maximum: series[trough] as number,
    relative: isPositive ? relative : undefined,
    peak,
    trough,
    recovered: after < 0 || peak === trough ? undefined : after,
  };
}

/**
 * Largest drawdown of what a row of gains and losses adds up to, the start at zero included; their unit.
 * @throws InvalidInputError when one of them is not a number
 */
export function drawdownOfPnl(pnl: readonly number[]): number {
  let equity = 0;
  return drawdown([0, ...pnl.map((each) => (equity += each))]).maximum;
}
