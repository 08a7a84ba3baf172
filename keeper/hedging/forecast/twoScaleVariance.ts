import { InvalidInputError } from "../../errors.ts";
import { YEAR_SECONDS } from "../../risk/book.ts";

/**
 * Realised variance per year from closely spaced, noisy prices: the mean over `grids` interleaved coarse grids, less the noise that the fine grid
 * shows. Without the correction a price that flickers by half a spread looks like vol, the more so the closer one looks.
 * @param times  unix seconds, increasing
 * @throws InvalidInputError when there are not at least three prices per grid
 * @see Zhang, Mykland and Aït-Sahalia 2005, eq. 55 and 64 (small-sample correction)
 */
export function twoScaleVariance(prices: ArrayLike<number>, times: ArrayLike<number>, grids: number): number {
  const moves = prices.length - 1;
  if (!(Number.isInteger(grids) && grids >= 2 && moves >= 3 * grids && times.length === prices.length)) {
    throw new InvalidInputError("Two scales need a time per price, two or more grids and three moves in each", { moves, grids });
  }
  const logs = Float64Array.from(prices, Math.log);
  const squares = (stride: number) => {
    let sum = 0;
    for (let i = stride; i <= moves; i++) sum += ((logs[i] as number) - (logs[i - stride] as number)) ** 2;
    return sum;
  };
  const perGrid = (moves - grids + 1) / grids;
  const corrected = squares(grids) / grids - (perGrid / moves) * squares(1);
  const years = ((times[moves] as number) - (times[0] as number)) / YEAR_SECONDS;
  return Math.max(0, corrected) / (1 - perGrid / moves) / years;
}
