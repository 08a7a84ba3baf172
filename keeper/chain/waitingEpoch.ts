import type { Snapshot } from "./snapshot.ts";

/**
 * The oldest epoch that is closed and not struck, and the second from which its strike wants prices and smiles: the last cutoff that has
 * passed, its own or a later one. Undefined when none waits.
 */
export function waitingEpoch({ queue, windDown }: Pick<Snapshot, "queue" | "windDown">) {
  // Deposits are struck no more once the vault winds down.
  const struck = windDown.startedAt > 0 ? queue.struckRedemptions : Math.min(queue.struckDeposits, queue.struckRedemptions);
  if (windDown.closed || struck + 1 >= queue.openEpoch) return undefined;
  return { epoch: struck + 1, notBefore: queue.cutoff - queue.epochSeconds };
}
