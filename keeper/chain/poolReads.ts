import type { Address, Hash, PublicClient } from "viem";
import { uniswapPoolAbi } from "./abi.ts";
import type { AddressBook, UnderlyingAddresses } from "./addressBook.ts";
import { TICK_SPACINGS } from "./feeTiers.ts";
import type { MarketMemory, TickMap } from "./marketMemory.ts";
import { type Answers, read, readGroups } from "./reads.ts";
import type { PoolState, Tick } from "./snapshot.ts";

/** Ticks, of about a basis point each, known to either side of the price at least, and read when fewer are. */
const NEEDED = 300;
const READ = 600;
const WORD = 256;

/** What is read of every pool at every block. */
export function poolReads({ underlyings }: AddressBook) {
  const pools = underlyings.flatMap((underlying) => underlying.pools);
  return {
    slots: pools.map(({ address }) => read(address, uniswapPoolAbi, "slot0", [])),
    liquidities: pools.map(({ address }) => read(address, uniswapPoolAbi, "liquidity", [])),
  };
}

type PoolReads = ReturnType<typeof poolReads>;
/** A pool without its ticks. */
export type PoolHead = Omit<PoolState, "ticks" | "knownFrom" | "knownTo">;

/** The pools of each underlying as the answers to `poolReads` have them. */
export function poolHeads(
  { underlyings, quote }: AddressBook,
  slots: Answers<PoolReads["slots"]>,
  liquidities: Answers<PoolReads["liquidities"]>,
): readonly (readonly PoolHead[])[] {
  let next = 0;
  return underlyings.map((underlying) =>
    underlying.pools.map(({ address, fee }): PoolHead => {
      const index = next++;
      const [sqrtPriceX96, tick] = slots[index] ?? [0n, 0];
      return {
        ...orientation(underlying, quote),
        address,
        fee,
        tickSpacing: TICK_SPACINGS[fee] ?? 1,
        sqrtPriceX96,
        tick,
        liquidity: liquidities[index] ?? 0n,
      };
    }),
  );
}

function orientation({ address, decimals }: UnderlyingAddresses, quote: AddressBook["quote"]) {
  const underlyingIsToken0 = BigInt(address) < BigInt(quote.address);
  return { underlyingIsToken0, underlyingDecimals: decimals, quoteDecimals: quote.decimals };
}

/** Adds the ticks around the price to each pool: from memory where it reaches far enough, else read, one call for all bitmaps and one for all ticks. */
export async function readTicks(
  client: PublicClient,
  multicall3: Address,
  blockHash: Hash,
  heads: readonly PoolHead[],
  { tickMaps }: Pick<MarketMemory, "tickMaps">,
): Promise<readonly PoolState[]> {
  const unknown = heads.filter(({ address, tick }) => {
    const map = tickMaps.get(address);
    return map === undefined || map.from > tick - NEEDED || map.to < tick + NEEDED;
  });
  if (unknown.length > 0) await readTickMaps(client, multicall3, blockHash, unknown, tickMaps);
  return heads.map((head) => {
    const ticks = (tickMaps.get(head.address)?.ticks ?? []).filter(({ index }) => Math.abs(index - head.tick) <= NEEDED);
    return { ...head, ticks, knownFrom: head.tick - NEEDED, knownTo: head.tick + NEEDED };
  });
}

async function readTickMaps(
  client: PublicClient,
  multicall3: Address,
  blockHash: Hash,
  heads: readonly PoolHead[],
  tickMaps: Map<Address, TickMap>,
): Promise<void> {
  const words = heads.map((head) => wordsAround(head));
  const bitmaps = await readGroups(
    client,
    multicall3,
    blockHash,
    heads.map(({ address }, at) => (words[at] ?? []).map((word) => read(address, uniswapPoolAbi, "tickBitmap", [word]))),
  );
  const indexes = heads.map(({ tick, tickSpacing }, at) =>
    (bitmaps[at] ?? []).flatMap((bitmap, i) =>
      initialised(bitmap, (words[at]?.[i] ?? 0) * WORD, tickSpacing).filter((index) => Math.abs(index - tick) <= READ),
    ),
  );
  const answers = await readGroups(
    client,
    multicall3,
    blockHash,
    heads.map(({ address }, at) => (indexes[at] ?? []).map((index) => read(address, uniswapPoolAbi, "ticks", [index]))),
  );
  for (const [at, { address, tick }] of heads.entries()) {
    const ticks = (indexes[at] ?? []).map((index, i): Tick => ({ index, liquidityNet: answers[at]?.[i]?.[1] ?? 0n }));
    tickMaps.set(address, { from: tick - READ, to: tick + READ, ticks });
  }
}

function wordsAround({ tick, tickSpacing }: PoolHead): readonly number[] {
  const first = Math.floor((tick - READ) / tickSpacing) >> 8;
  const last = Math.floor((tick + READ) / tickSpacing) >> 8;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Ticks whose bits are set in a word of the bitmap, ascending. */
function initialised(bitmap: bigint, first: number, tickSpacing: number): readonly number[] {
  if (bitmap === 0n) return [];
  const bits = bitmap.toString(2).padStart(WORD, "0");
  return Array.from({ length: WORD }, (_, i) => i).flatMap((i) =>
    bits[WORD - 1 - i] === "1" ? [(first + i) * tickSpacing] : [],
  );
}
