import type { ExecutionContext, Head } from "./context.ts";
import type { ExecutionEvent } from "./events.ts";
import { isCanonical } from "./lookUp.ts";
import { nextState } from "./transitions.ts";

/**
 * Puts back in flight what a reorg deeper than the confirmations undid: the first settled transaction whose nonce is free again and whose
 * block is no longer on the chain. It is then sent again at its nonce, or cancelled there when it has become too old, so that no gap stays
 * and no hedge is made twice. A node that is merely behind the journal undoes nothing.
 * @param free  next free nonce of the key at that block, which the journal has seen used
 */
export async function undoneBy(context: ExecutionContext, head: Head, free: number): Promise<ExecutionEvent[]> {
  const { publicClient, account, store, chainId } = context;
  const settled = await store.transactions.atNonce(chainId, account.address, free);
  if (settled === null) return [];
  const { minedBlock: blockNumber, minedBlockHash: blockHash } = settled;
  if (blockNumber !== null && blockHash !== null) {
    if (blockNumber > head.number || (await isCanonical(publicClient, { blockNumber, blockHash }, head))) return [];
  }
  const change = { state: nextState(settled.state, "reopen"), mined: null, undoOutcome: true } as const;
  return [{ type: "reopened", transaction: await store.transactions.update(settled, change) }];
}
