import type { Address, Hash, PublicClient } from "viem";
import { uniswapPoolAbi } from "./abi.ts";
import type { Read } from "./reads.ts";
import type { BlockHead, RateCurve, ReserveState, Tick } from "./snapshot.ts";

/** The initialised ticks of a pool in a range. */
export type TickMap = { readonly from: number; readonly to: number; readonly ticks: readonly Tick[] };

/** What is known of one expiry: its posted smile and since when it is traded while it is ahead, a settlement price once it is behind. */
export type Term = {
  readonly underlying: Address;
  readonly expiry: number;
  readonly what: "smile" | "tradableFrom" | "settlement";
  readonly read: Read<bigint>;
};

/** What a reader of snapshots keeps from block to block: figures of the market that stand until an event changes them. */
export type MarketMemory = {
  /** Block at which the tick maps were right. */
  blockHash: Hash | undefined;
  readonly tickMaps: Map<Address, TickMap>;
  /** Reserves by asset, with the mark Aave leaves at every change of one. */
  readonly reserves: Map<Address, ReserveState & { readonly mark: string }>;
  /** Rate curves by asset and strategy; undefined where the strategy does not tell. */
  readonly curves: Map<string, Omit<RateCurve, "reserveFactor"> | undefined>;
  /** What the book was valued by: asked for again together with the book, which seldom has other expiries by then. */
  terms: readonly Term[];
};

export function createMarketMemory(): MarketMemory {
  return { blockHash: undefined, tickMaps: new Map(), reserves: new Map(), curves: new Map(), terms: [] };
}

const liquidityEvents = uniswapPoolAbi.filter((each) => each.type === "event" && (each.name === "Mint" || each.name === "Burn"));

/**
 * Forgets the tick maps that a block may have changed: those of pools with a Mint or Burn in it, or all when it does not follow the block last
 * seen (blocks were missed, or the chain was reorganised).
 */
export async function forgetChanged(
  client: PublicClient,
  block: BlockHead,
  pools: readonly Address[],
  memory: MarketMemory,
): Promise<void> {
  if (memory.blockHash === block.hash) return;
  if (memory.blockHash === block.parentHash && memory.tickMaps.size > 0) {
    const logs = await client.getLogs({ address: [...pools], events: liquidityEvents, blockHash: block.hash });
    const changed = new Set(logs.map(({ address }) => address.toLowerCase()));
    for (const pool of memory.tickMaps.keys()) if (changed.has(pool.toLowerCase())) memory.tickMaps.delete(pool);
  } else {
    memory.tickMaps.clear();
  }
  memory.blockHash = block.hash;
}
