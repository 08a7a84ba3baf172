import type { OptionLeg } from "../risk/book.ts";
import type { UnderlyingAddresses } from "./addressBook.ts";
import { decodeLeg } from "./decodeLeg.ts";
import type { Answers } from "./reads.ts";
import type { UnderlyingSnapshot } from "./snapshot.ts";
import type { underlyingReads } from "./stateReads.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

/** What one underlying's snapshot is before the terms of its legs and the depth of its market are known. */
export type UnderlyingState = Omit<UnderlyingSnapshot, "smiles" | "pools" | "reserve">;

type UnderlyingAnswers = Answers<ReturnType<typeof underlyingReads>>;

/** One underlying's state from the answers to its reads. */
export function underlyingState(
  { address, symbol, decimals }: UnderlyingAddresses,
  [cash, lentUnits, exposure, words, boundaries, reserve, round]: UnderlyingAnswers,
): UnderlyingState {
  const legs = words.map(decodeLeg);
  const held = fromUnits(cash, decimals);
  const lent = fromUnits(lentUnits, decimals);
  const delta = fromWad(exposure.greeks.delta);
  return {
    address,
    symbol,
    decimals,
    price: fromWad(exposure.priceWad),
    oracleAt: Number(round[3]),
    cash: held,
    lent,
    holdings: held + lockedUnits(legs) + lent,
    targetDelta: delta - fromWad(exposure.hedgeError),
    legs,
    supplyRate: Number(reserve.currentLiquidityRate) / RAY,
    borrowRate: Number(reserve.currentVariableBorrowRate) / RAY,
    liquidationThreshold: liquidationThreshold(reserve.configuration.data),
    limits: { delta: fromWad(boundaries.delta), gamma: fromWad(boundaries.gamma), vega: fromWad(boundaries.vega) },
    onChain: {
      delta,
      gamma: fromWad(exposure.greeks.gamma),
      vega: fromWad(exposure.greeks.vega),
      value: fromWad(exposure.greeks.value),
    },
  };
}

/** Bits 16 to 31 of Aave v3's reserve configuration, in basis points (DataTypes.ReserveConfigurationMap). */
export function liquidationThreshold(configuration: bigint): number {
  return Number((configuration >> 16n) & 0xffffn) / 10_000;
}

/** Shorts are fully collateralised: one unit of the underlying is locked for every call written. */
function lockedUnits(legs: readonly OptionLeg[]): number {
  return legs.reduce((sum, leg) => (leg.type === "call" && leg.size < 0 ? sum - leg.size : sum), 0);
}
