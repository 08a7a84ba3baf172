import type { OptionLeg } from "../risk/book.ts";
import type { AddressBook, UnderlyingAddresses } from "./addressBook.ts";
import { decodeLeg } from "./decodeLeg.ts";
import type { Answers } from "./reads.ts";
import type { PoolState, UnderlyingSnapshot } from "./snapshot.ts";
import type { underlyingReads } from "./stateReads.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

const Q96 = 2 ** 96;

/** What one underlying's snapshot is before the terms of its legs are known. */
export type UnderlyingState = Omit<UnderlyingSnapshot, "smiles">;

type UnderlyingAnswers = Answers<ReturnType<typeof underlyingReads>>;

/** One underlying's state from the answers to its reads. */
export function underlyingState(
  { address, symbol, decimals, poolFee }: UnderlyingAddresses,
  quote: AddressBook["quote"],
  [cash, lentUnits, exposure, words, boundaries, slot0, liquidity, reserve]: UnderlyingAnswers,
): UnderlyingState {
  const legs = words.map(decodeLeg);
  const held = fromUnits(cash, decimals);
  const lent = fromUnits(lentUnits, decimals);
  const delta = fromWad(exposure.greeks.delta);
  return {
    address,
    symbol,
    decimals,
    poolFee,
    price: fromWad(exposure.priceWad),
    cash: held,
    lent,
    holdings: held + lockedUnits(legs) + lent,
    targetDelta: delta - fromWad(exposure.hedgeError),
    legs,
    pool: poolState(poolFee, slot0[0], liquidity, BigInt(address) < BigInt(quote.address), decimals, quote.decimals),
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

/** Pool price and liquidity in whole tokens: raw amounts scale by 10^decimals, liquidity by the geometric mean of both scales. */
function poolState(
  fee: number,
  sqrtPriceX96: bigint,
  liquidity: bigint,
  underlyingIsToken0: boolean,
  decimals: number,
  quoteDecimals: number,
): PoolState {
  const raw = (Number(sqrtPriceX96) / Q96) ** 2;
  const price = (underlyingIsToken0 ? raw : 1 / raw) * 10 ** (decimals - quoteDecimals);
  return { fee, price, liquidity: Number(liquidity) / 10 ** ((decimals + quoteDecimals) / 2) };
}
