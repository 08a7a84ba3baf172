import { type Address, BaseError, type Hash, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { OptionLeg, Smile } from "../risk/book.ts";
import {
  aavePoolAbi,
  aaveV3VenueAbi,
  optionMarketAbi,
  priceOracleAbi,
  riskEngineAbi,
  uniswapPoolAbi,
  vaultAbi,
  volSurfaceAbi,
} from "./abi.ts";
import type { AddressBook, UnderlyingAddresses } from "./addressBook.ts";
import { MICRO, unpackSeries } from "./seriesId.ts";
import { fromUnits, fromWad } from "./units.ts";

export type BlockHead = { readonly number: bigint; readonly hash: Hash; readonly timestamp: number; readonly baseFeeWei: bigint };

/** One Uniswap v3 pool as the routing needs it: price in quote per unit, liquidity in whole tokens' terms (√(units·quote)). */
export type PoolState = { readonly fee: number; readonly price: number; readonly liquidity: number };

/** A slice as the contract holds it; times in unix seconds. */
export type PostedSmile = Smile & { readonly expiry: number; readonly postedAt: number };

export type UnderlyingSnapshot = {
  readonly address: Address;
  readonly symbol: string;
  readonly decimals: number;
  readonly poolFee: number;
  /** Quote per unit, and when the oracle last heard it (unix seconds). */
  readonly price: number;
  readonly priceUpdatedAt: number;
  /** Units in the vault's own hands. */
  readonly cash: number;
  /** Units lent (positive) or borrowed (negative) on Aave. */
  readonly lent: number;
  /** Units in every form as the vault itself counts them: cash, locked collateral, lent minus borrowed. */
  readonly holdings: number;
  readonly targetDelta: number;
  readonly legs: readonly OptionLeg[];
  /** In order of expiry; expiries without a posted slice are absent. */
  readonly smiles: readonly PostedSmile[];
  readonly pool: PoolState;
  /** Aave's variable rates for this asset, per year. */
  readonly supplyRate: number;
  readonly borrowRate: number;
  /** The guard's own figures at this block, to be compared with the keeper's. */
  readonly onChain: { readonly delta: number; readonly gamma: number; readonly vega: number; readonly optionValue: number };
};

/** Every figure one decision rests on, read at one block hash. */
export type Snapshot = {
  readonly block: BlockHead;
  readonly vault: Address;
  /** Quote, whole units. */
  readonly equity: number;
  readonly quoteCash: number;
  readonly quoteLent: number;
  readonly quoteSupplyRate: number;
  readonly freeLiquidity: number;
  readonly budgetLeft: number;
  /** Aave health factor; Infinity without debt. */
  readonly health: number;
  readonly underlyings: readonly UnderlyingSnapshot[];
};

const RAY = 1e27;
const Q96 = 2 ** 96;

type Pinned = {
  readonly blockHash: Hash;
  readonly multicallAddress: Address;
  readonly allowFailure: false;
  readonly batchSize: 0;
};

/**
 * Reads the vault and its market at one block hash, in two multicalls (the second for the smiles of the legs the first one found).
 * @param extraExpiries expiries whose smiles are wanted besides those in the book (what the desk sells), unix seconds
 * @throws ChainError when the node cannot answer at that hash
 */
export async function readSnapshot(
  client: PublicClient,
  addresses: AddressBook,
  block: BlockHead,
  extraExpiries: readonly number[] = [],
): Promise<Snapshot> {
  const { contracts, quote } = addresses;
  const at: Pinned = { blockHash: block.hash, multicallAddress: addresses.multicall3, allowFailure: false, batchSize: 0 };
  const vault = { address: contracts.vault, abi: vaultAbi } as const;
  const aave = { address: contracts.aaveVenue, abi: aaveV3VenueAbi } as const;
  const pool = { address: addresses.aavePool, abi: aavePoolAbi } as const;

  try {
    const [shared, ...perUnderlying] = await Promise.all([
      client.multicall({
        ...at,
        contracts: [
          { ...vault, functionName: "equity" },
          { ...vault, functionName: "cashOf", args: [quote.address] },
          { ...vault, functionName: "freeLiquidity" },
          { ...vault, functionName: "budgetLeft" },
          { ...aave, functionName: "exposure", args: [quote.address] },
          { ...aave, functionName: "health" },
          { ...pool, functionName: "getReserveData", args: [quote.address] },
        ],
      }),
      ...addresses.underlyings.map((underlying) => readUnderlying(client, at, addresses, underlying, block.timestamp)),
    ]);
    const [equity, quoteCash, freeLiquidity, budgetLeft, quoteLent, health, quoteReserve] = shared;
    const underlyings = await Promise.all(
      perUnderlying.map(async (found) => ({
        ...found,
        smiles: await readSmiles(client, at, contracts.volSurface, found, block.timestamp, extraExpiries),
      })),
    );
    return {
      block,
      vault: contracts.vault,
      equity: fromWad(equity),
      quoteCash: fromUnits(quoteCash, quote.decimals),
      quoteLent: fromUnits(quoteLent, quote.decimals),
      quoteSupplyRate: Number(quoteReserve.currentLiquidityRate) / RAY,
      freeLiquidity: fromUnits(freeLiquidity, quote.decimals),
      budgetLeft: fromWad(budgetLeft),
      health: health > 10n ** 30n ? Number.POSITIVE_INFINITY : fromWad(health),
      underlyings,
    };
  } catch (cause) {
    throw new ChainError(
      `Block ${block.number} (${block.hash}) could not be read: ${shortMessage(cause)}`,
      { block: block.number },
      { cause },
    );
  }
}

async function readUnderlying(
  client: PublicClient,
  at: Pinned,
  { contracts, aavePool, quote }: AddressBook,
  underlying: UnderlyingAddresses,
  now: number,
): Promise<Omit<UnderlyingSnapshot, "smiles">> {
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
  const decoded = await client.multicall({
    ...at,
    contracts: words.map(
      (word) => ({ address: contracts.riskEngine, abi: riskEngineAbi, functionName: "decode", args: [address, word] }) as const,
    ),
  });
  const live = decoded.map(([series, size]): OptionLeg => {
    const { type, strike, expiry } = unpackSeries(series);
    return { type, strike, expiry, size: Number(size) / MICRO };
  });
  const legs = await withSettlements(client, at, contracts.optionMarket, address, live, now);
  const held = fromUnits(cash, decimals);
  const lent = fromUnits(lentUnits, decimals);
  // Shorts are fully collateralised: one unit of the underlying is locked for every call written.
  const locked = legs.reduce((sum, leg) => (leg.type === "call" && leg.size < 0 ? sum - leg.size : sum), 0);
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
    holdings: held + locked + lent,
    targetDelta: delta - fromWad(exposure.hedgeError),
    legs,
    pool: poolState(poolFee, slot0[0], liquidity, BigInt(address) < BigInt(quote.address), decimals, quote.decimals),
    supplyRate: Number(reserve.currentLiquidityRate) / RAY,
    borrowRate: Number(reserve.currentVariableBorrowRate) / RAY,
    onChain: {
      delta,
      gamma: fromWad(exposure.greeks.gamma),
      vega: fromWad(exposure.greeks.vega),
      optionValue: fromWad(exposure.greeks.value),
    },
  };
}

/** Legs past their expiry take the settlement price, where there is one. */
async function withSettlements(
  client: PublicClient,
  at: Pinned,
  optionMarket: Address,
  underlying: Address,
  legs: readonly OptionLeg[],
  now: number,
): Promise<readonly OptionLeg[]> {
  const expiries = [...new Set(legs.map((leg) => leg.expiry).filter((expiry) => expiry <= now))];
  if (expiries.length === 0) return legs;
  const prices = await client.multicall({
    ...at,
    contracts: expiries.map(
      (expiry) =>
        ({
          address: optionMarket,
          abi: optionMarketAbi,
          functionName: "settlementPrice",
          args: [underlying, BigInt(expiry)],
        }) as const,
    ),
  });
  return legs.map((leg) => {
    const price = prices[expiries.indexOf(leg.expiry)];
    return price === undefined || price === 0n ? leg : { ...leg, settlementPrice: fromWad(price) };
  });
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

async function readSmiles(
  client: PublicClient,
  at: Pinned,
  volSurface: Address,
  { address, legs }: Pick<UnderlyingSnapshot, "address" | "legs">,
  now: number,
  extraExpiries: readonly number[],
): Promise<UnderlyingSnapshot["smiles"]> {
  const expiries = [...new Set([...legs.map((leg) => leg.expiry), ...extraExpiries])]
    .filter((expiry) => expiry > now)
    .sort((a, b) => a - b);
  // A slice that was never posted reverts; it is absent here and missed only by whoever needs it.
  const found = await client.multicall({
    ...at,
    allowFailure: true,
    contracts: expiries.map(
      (expiry) =>
        ({ address: volSurface, abi: volSurfaceAbi, functionName: "sliceOf", args: [address, BigInt(expiry)] }) as const,
    ),
  });
  return found.flatMap((answer, index) => {
    const expiry = expiries[index];
    if (answer.status !== "success" || expiry === undefined) return [];
    const [slice, postedAt] = answer.result;
    const smile: PostedSmile = {
      expiry,
      slice: {
        a: fromWad(slice.a),
        b: fromWad(slice.b),
        rho: fromWad(slice.rho),
        m: fromWad(slice.m),
        sigma: fromWad(slice.sigma),
      },
      carry: fromWad(slice.carry),
      postedAt: Number(postedAt),
    };
    return [smile];
  });
}

function shortMessage(cause: unknown): string {
  return cause instanceof BaseError ? cause.shortMessage : String(cause);
}
