import { setTimeout as wait } from "node:timers/promises";
import type { Hash, PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import { rpcReason } from "../execution/rpcError.ts";
import type { BlockHead } from "./snapshot.ts";

export type BlockSourceOptions = {
  readonly client: PublicClient;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Told of every failed poll, with how many came in a row. */
  readonly onProblem: (error: ChainError, inARow: number) => void;
  /** Told when no new block came for `silenceMs`, and again after every further such time. Measured by this machine's steady clock: the chain's may be wrong. */
  readonly onSilence?: ((error: ChainError) => void) | undefined;
  readonly silenceMs?: number | undefined;
};

const LONGEST_BACKOFF_MS = 30_000;

/**
 * The newest block, again and again: the consumer takes as long as it needs and then gets the latest one, never a queue of old ones.
 * A block replaced at the same height is a new block: hashes are compared, not numbers. A node that goes back is waited for.
 */
export async function* latestBlocks(options: BlockSourceOptions): AsyncGenerator<BlockHead> {
  const { client, pollMs, signal, onProblem, onSilence = () => undefined, silenceMs = Number.POSITIVE_INFINITY } = options;
  let seen: string | undefined;
  let highest = 0n;
  let failures = 0;
  let heardAt = performance.now();
  while (!signal.aborted) {
    try {
      const block = await client.getBlock({ blockTag: "latest" });
      failures = 0;
      if (block.hash !== seen && block.number >= highest) {
        seen = block.hash;
        highest = block.number;
        yield toHead(block);
        heardAt = performance.now();
        continue;
      }
    } catch (cause) {
      failures += 1;
      onProblem(new ChainError(`The newest block could not be read: ${rpcReason(cause)}`), failures);
    }
    if (performance.now() - heardAt >= silenceMs) {
      heardAt = performance.now();
      const seconds = Math.round(silenceMs / 1000);
      const message = `No block above ${highest} for ${seconds} s: check the chain and the RPC endpoints; restart the keeper if the chain was set back`;
      onSilence(new ChainError(message, { highest }));
    }
    const backoff = Math.min(pollMs * 2 ** Math.min(failures, 10), Math.max(pollMs, LONGEST_BACKOFF_MS));
    await wait(backoff, undefined, { signal }).catch(() => undefined);
  }
}

/** The fields of a block a decision needs. */
export function toHead(block: {
  number: bigint;
  hash: Hash;
  parentHash: Hash;
  timestamp: bigint;
  baseFeePerGas: bigint | null;
}): BlockHead {
  const { number, hash, parentHash, timestamp, baseFeePerGas } = block;
  return { number, hash, parentHash, timestamp: Number(timestamp), baseFeeWei: baseFeePerGas ?? 0n };
}
