import { type Address, BaseError, type Hash, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { OptionLeg, Smile } from "../risk/book.ts";
import { aavePoolAbi, aaveV3VenueAbi, shareQueueAbi, vaultAbi } from "./abi.ts";
import type { AddressBook } from "./addressBook.ts";
import { readTerms } from "./readTerms.ts";
import { readUnderlying } from "./readUnderlying.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

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
  readonly queue: QueueState;
  readonly underlyings: readonly UnderlyingSnapshot[];
};

/** Where the share queue stands: the epoch that takes requests, when it closes (unix seconds), and the last ones struck. */
export type QueueState = {
  readonly openEpoch: number;
  readonly cutoff: number;
  readonly struckDeposits: number;
  readonly struckRedemptions: number;
};

/** How every read of one decision is made: at one block hash, many at once. */
export type Pinned = {
  readonly blockHash: Hash;
  readonly multicallAddress: Address;
  readonly allowFailure: false;
  readonly batchSize: 0;
};

/**
 * Reads the vault and its market at one block hash: state first, then the smiles and settlements of the legs found there.
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
  const queue = { address: contracts.shareQueue, abi: shareQueueAbi } as const;
  try {
    const [shared, ...states] = await Promise.all([
      client.multicall({
        ...at,
        contracts: [
          { ...vault, functionName: "equity" },
          { ...vault, functionName: "cashOf", args: [quote.address] },
          { ...vault, functionName: "freeLiquidity" },
          { ...vault, functionName: "budgetLeft" },
          { ...aave, functionName: "exposure", args: [quote.address] },
          { ...aave, functionName: "health" },
          { address: addresses.aavePool, abi: aavePoolAbi, functionName: "getReserveData", args: [quote.address] },
          { ...queue, functionName: "openEpoch" },
          { ...queue, functionName: "struck" },
        ],
      }),
      ...addresses.underlyings.map((underlying) => readUnderlying(client, at, addresses, underlying)),
    ]);
    const [equity, quoteCash, freeLiquidity, budgetLeft, quoteLent, health, quoteReserve, epoch, struck] = shared;
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
      queue: {
        openEpoch: Number(epoch[0]),
        cutoff: Number(epoch[1]),
        struckDeposits: Number(struck[0]),
        struckRedemptions: Number(struck[1]),
      },
      underlyings: await readTerms(client, at, addresses, states, block.timestamp, extraExpiries),
    };
  } catch (cause) {
    throw new ChainError(
      `Block ${block.number} (${block.hash}) could not be read: ${shortMessage(cause)}`,
      { block: block.number },
      { cause },
    );
  }
}

function shortMessage(cause: unknown): string {
  return cause instanceof BaseError ? cause.shortMessage : String(cause);
}
