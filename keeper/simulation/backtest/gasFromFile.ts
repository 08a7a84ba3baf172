import { historicalPath } from "../models/historicalPath.ts";
import { pricesFromFile } from "../models/pricesFromFile.ts";

const NAMES = [
  "gas_price_gwei",
  "base_fee_gwei",
  "gasprice",
  "gas_price",
  "value (wei)",
  "gwei",
  "wei",
  "value",
  "close",
  "price",
];
/** No gas price was ever so many gwei, nor so few wei. */
const WEI_FROM = 1e6;

/**
 * Gas prices from a CSV or .csv.gz file with a time and a price, in gwei, or in wei where the figures are above a million.
 * Before the file begins its first price holds, after its end the last.
 * @returns wei per unit of gas at a moment, unix seconds
 * @throws InvalidInputError naming file and line
 */
export function gasFromFile(file: string): (time: number) => number {
  const path = historicalPath(pricesFromFile(file, { prices: NAMES, zero: true }));
  return (time) => {
    const price = path.at(Math.max(path.first, time));
    return price > WEI_FROM ? price : price * 1e9;
  };
}
