import { InvalidInputError } from "../../errors.ts";
import { constantPath, type RatioModel } from "./ratioModel.ts";

/** One to one: as much of the future as of the exposure. */
export function naiveRatio(): RatioModel {
  return { method: "naive", standardError: undefined, parameters: {}, warnings: [], path: constantPath(1) };
}

/**
 * Value of a unit of spot over value of a unit of the future, V_A/V_F: turns a ratio of returns into one of units, N = h·V_A/V_F (Hull, Options,
 * Futures and Other Derivatives, ch. 3).
 * @throws InvalidInputError when a price is not positive
 */
export function valueRatio(spotPrice: number, futurePrice: number): number {
  if (spotPrice > 0 && futurePrice > 0) return spotPrice / futurePrice;
  throw new InvalidInputError(`A value ratio needs positive prices, got ${spotPrice} and ${futurePrice}`, {
    spotPrice,
    futurePrice,
  });
}
