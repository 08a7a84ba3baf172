import type { Lease } from "./lease.ts";
import type { SharedBlocks } from "./sharedBlocks.ts";
import { superviseVaults, type VaultLoop } from "./superviseVaults.ts";

/** What the vaults of one chain share while they are watched. */
export type SharedChain = {
  readonly loops: readonly VaultLoop[];
  readonly blocks: Pick<SharedBlocks, "pump">;
  /** Ends the block source. */
  readonly stop: AbortController;
  readonly lease: Pick<Lease, "giveBack">;
};

/**
 * Runs the loops of one chain's vaults on one block source and one lease. The lease goes back when the last loop has ended: one vault that
 * halts does not take it from the others.
 * @param pauseMs  before a loop starts anew
 * @throws the first error that halted a loop, or ended the block source
 */
export async function superviseChain({ loops, blocks, stop, lease }: SharedChain, pauseMs: number, signal: AbortSignal) {
  const watching = superviseVaults(loops, pauseMs, signal).finally(() => stop.abort());
  try {
    await allEnded([watching, blocks.pump()]);
  } finally {
    await lease.giveBack();
  }
}

/** Waits for all of them, whatever becomes of each. @throws the first one's error */
export async function allEnded(promises: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
