import type { JournalEntry } from "../../keeper/store/journal.ts";

/**
 * How many of the hedges on the chain were decided on while an earlier one was not on it yet: they hedge an error that was being hedged. One
 * that a reorg took back and that was mined again is one hedge.
 * @param mined  the hedges on the chain
 * @param entries  the journal, which has a row for each of them
 */
export function doubleHedges(
  mined: readonly { readonly transactionHash: string; readonly blockNumber: bigint }[],
  entries: readonly JournalEntry[],
): number {
  const decidedAt = new Map(
    entries.flatMap(({ decision, transaction }) =>
      transaction?.minedHash ? [[transaction.minedHash as string, Number(decision.blockNumber)]] : [],
    ),
  );
  const hedges = mined
    .map(({ transactionHash, blockNumber }) => ({ decided: decidedAt.get(transactionHash) ?? 0, mined: Number(blockNumber) }))
    .sort((one, other) => one.decided - other.decided);
  return hedges.filter(({ decided }, index) => hedges.slice(0, index).some((earlier) => earlier.mined > decided)).length;
}
