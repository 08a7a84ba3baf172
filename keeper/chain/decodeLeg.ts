import type { OptionLeg } from "../risk/book.ts";
import { MICRO, unpackSeries } from "./seriesId.ts";

const SERIES_BITS = 96n;
const SIZE_BITS = 48;

/** A leg from the word the vault keeps of it (layout in RiskEngine.sol): the low 96 bits of its series, then the signed size in 1e-6. */
export function decodeLeg(word: bigint): OptionLeg {
  const { type, strike, expiry } = unpackSeries(word & ((1n << SERIES_BITS) - 1n));
  return { type, strike, expiry, size: Number(BigInt.asIntN(SIZE_BITS, word >> SERIES_BITS)) / MICRO };
}
