import type { Logger } from "pino";
import type { Hash, LocalAccount, PublicClient } from "viem";
import type { Store } from "../store/openStore.ts";
import type { ExecutionPolicy } from "./policy.ts";

/** What every step of execution works with. */
export type ExecutionContext = {
  publicClient: PublicClient;
  account: LocalAccount;
  store: Pick<Store, "journal" | "transactions">;
  policy: ExecutionPolicy;
  chainId: number;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** Where transactions go first, unseen by the public pool, for so many blocks; nowhere when absent. */
  relay?: { client: PublicClient; blocks: number } | undefined;
  /** The one switch at the send boundary: decide, simulate and journal, but sign and send nothing. */
  dryRun: boolean;
};

/** The block a step stands on; its parent, where known, tells whether a reorg lies between it and the block before. */
export type Head = { number: bigint; hash: Hash; parentHash?: Hash; baseFeePerGas: bigint | null };
