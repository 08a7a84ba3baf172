import type { ExecutionContext, Head } from "./context.ts";
import type { ExecutionEvent } from "./events.ts";
import { isCanonical, nonceAt } from "./lookUp.ts";
import { nextState } from "./transitions.ts";

/**
 * Puts back in flight what a reorg deeper than the confirmations undid: the first settled transaction whose nonce is free again and whose
 * block is no longer on the chain. It is then sent again at its nonce, or cancelled there when it has become too old, so that no gap stays
 * and no hedge is made twice. A node that is merely behind the journal undoes nothing.
 * @param lastNonce  highest nonce the journal has seen used, −1 when none
 */
export async function undoneBy(context: ExecutionContext, head: Head, lastNonce: number): Promise<ExecutionEvent[]> {
  const { publicClient, account, store, chainId, dryRun } = context;
  if (dryRun || lastNonce < 0) return [];
  const free = await nonceAt(publicClient, account.address, head);
  if (free > lastNonce) return [];
  const settled = await store.transactions.atNonce(chainId, account.address, free);
  if (settled === null) return [];
  const { minedBlock: blockNumber, minedBlockHash: blockHash } = settled;
  if (blockNumber !== null && blockHash !== null) {
    if (blockNumber > head.number || (await isCanonical(publicClient, { blockNumber, blockHash }, head))) return [];
  }
  const change = { state: nextState(settled.state, "reopen"), mined: null, undoOutcome: true } as const;
  return [{ type: "reopened", transaction: await store.transactions.update(settled, change) }];
}
