import type { PublicClient } from "viem";
import type { OptionLeg } from "../risk/book.ts";
import { aavePoolAbi, aaveV3VenueAbi, priceOracleAbi, uniswapPoolAbi, vaultAbi } from "./abi.ts";
import type { AddressBook, UnderlyingAddresses } from "./addressBook.ts";
import { decodeLeg } from "./decodeLeg.ts";
import type { Pinned, PoolState, UnderlyingSnapshot } from "./snapshot.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

const Q96 = 2 ** 96;

/** What one underlying's snapshot is before the terms of its legs are known. */
export type UnderlyingState = Omit<UnderlyingSnapshot, "smiles">;

/** Reads one underlying at the pinned block: price, holdings, legs, pool and Aave rates. */
export async function readUnderlying(
  client: PublicClient,
  at: Pinned,
  { contracts, aavePool, quote }: AddressBook,
  underlying: UnderlyingAddresses,
): Promise<UnderlyingState> {
  const { address, symbol, decimals, poolFee } = underlying;
  const vault = { address: contracts.vault, abi: vaultAbi } as const;
  const pool = { address: underlying.pool, abi: uniswapPoolAbi } as const;
  const [[priceWad, updatedAt], cash, lentUnits, exposure, words, slot0, liquidity, reserve] = await client.multicall({
    ...at,
    contracts: [
      { address: contracts.priceOracle, abi: priceOracleAbi, functionName: "price", args: [address] },
      { ...vault, functionName: "cashOf", args: [address] },
      { address: contracts.aaveVenue, abi: aaveV3VenueAbi, functionName: "exposure", args: [address] },
      { ...vault, functionName: "exposureOf", args: [address] },
      { ...vault, functionName: "legsOf", args: [address] },
      { ...pool, functionName: "slot0" },
      { ...pool, functionName: "liquidity" },
      { address: aavePool, abi: aavePoolAbi, functionName: "getReserveData", args: [address] },
    ],
  });
  const legs = words.map(decodeLeg);
  const held = fromUnits(cash, decimals);
  const lent = fromUnits(lentUnits, decimals);
  const delta = fromWad(exposure.greeks.delta);
  return {
    address,
    symbol,
    decimals,
    poolFee,
    price: fromWad(priceWad),
    priceUpdatedAt: Number(updatedAt),
    cash: held,
    lent,
    holdings: held + lockedUnits(legs) + lent,
    targetDelta: delta - fromWad(exposure.hedgeError),
    legs,
    pool: poolState(poolFee, slot0[0], liquidity, BigInt(address) < BigInt(quote.address), decimals, quote.decimals),
    supplyRate: Number(reserve.currentLiquidityRate) / RAY,
    borrowRate: Number(reserve.currentVariableBorrowRate) / RAY,
    onChain: {
      delta,
      gamma: fromWad(exposure.greeks.gamma),
      vega: fromWad(exposure.greeks.vega),
      value: fromWad(exposure.greeks.value),
    },
  };
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
