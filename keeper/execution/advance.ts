import type { TransactionReceipt } from "viem";
import type { Attempt, Transaction, TransactionChange } from "../store/transactions.ts";
import { broadcast } from "./broadcast.ts";
import type { ExecutionContext, Head } from "./context.ts";
import type { ExecutionEvent } from "./events.ts";
import { lookUp } from "./lookUp.ts";
import { signReplacement } from "./signReplacement.ts";
import { nextState } from "./transitions.ts";

/**
 * Moves one transaction as far as one block allows. It asks the chain first and remembers nothing, so that a restart is the same call.
 * @param riskAtStake  risk left unhedged now, quote: it sets the fee ceiling of a replacement
 * @returns what happened, in order; the last event carries the transaction as it stands
 * @throws ChainError when the node fails; whatever was stored before stands and the next call goes on from there
 */
export async function advance(
  context: ExecutionContext,
  transaction: Transaction,
  head: Head,
  riskAtStake: number,
): Promise<ExecutionEvent[]> {
  const { store, publicClient, policy, dryRun } = context;
  // Its raw transaction was never stored, so no node can have it; the decision is old, the keeper makes a new one.
  if (transaction.state === "intent") {
    const change = { state: nextState("intent", "abandon"), releaseNonce: true } as const;
    return [{ type: "abandoned", transaction: await store.transactions.update(transaction, change) }];
  }

  const sighting = await lookUp(publicClient, transaction, head);
  if (sighting.kind === "unsettled") return [];
  if (sighting.kind === "consumed") return [{ type: "vanished", transaction }];
  if (sighting.kind === "mined") return settle(context, transaction, sighting.receipt, sighting.attempt, head);

  const events: ExecutionEvent[] = [];
  let current = transaction;
  if (current.state === "mined") {
    current = await store.transactions.update(current, { state: nextState("mined", "unmine"), mined: null });
    events.push({ type: "unmined", transaction: current });
  }
  if (dryRun) return events;

  const latest = current.attempts.at(-1) as Attempt;
  const cancels = latest.purpose === "cancel" || head.number - current.createdBlock >= BigInt(policy.cancelAfterBlocks);
  const waited = head.number - latest.signedBlock >= BigInt(policy.bumpAfterBlocks);
  if (waited || (cancels && latest.purpose === "hedge")) {
    const replacement = await signReplacement(context, current, cancels ? "cancel" : "hedge", head, riskAtStake);
    if (replacement) {
      current = await store.transactions.update(current, { state: nextState(current.state, "replace"), attempt: replacement });
      return [
        ...events,
        { type: cancels ? "cancelling" : "replaced", transaction: current },
        ...(await send(context, current, head)),
      ];
    }
    const reason = `the fee ceiling for a risk of ${riskAtStake} forbids a dearer attempt than ${latest.maxFeePerGas} wei per gas`;
    events.push({ type: "stuck", transaction: current, reason });
  }

  // A relay does not tell what it holds.
  const isHidden = current.state === "sent" && isPrivate(context, current, head);
  if (sighting.known || isHidden) return current.state === "sent" ? events : [...events, await accept(context, current)];
  if (current.state === "sent") {
    current = await store.transactions.update(current, { state: nextState(current.state, "drop") });
    events.push({ type: "dropped", transaction: current });
  }
  return [...events, ...(await send(context, current, head))];
}

/** Broadcasts the latest attempt, to the relay as long as it is private, and notes that a node has it. */
export async function send(context: ExecutionContext, transaction: Transaction, head: Head): Promise<ExecutionEvent[]> {
  const latest = transaction.attempts.at(-1) as Attempt;
  const { relay, publicClient } = context;
  const refusal = await broadcast(relay && isPrivate(context, transaction, head) ? relay.client : publicClient, latest);
  if (refusal !== null) return [{ type: "unsent", transaction, reason: refusal }];
  return [await accept(context, transaction)];
}

/** Whether a transaction is still the relay's alone. */
function isPrivate({ relay }: ExecutionContext, { createdBlock }: Transaction, head: Head): boolean {
  return relay !== undefined && head.number - createdBlock < BigInt(relay.blocks);
}

async function accept({ store }: ExecutionContext, transaction: Transaction): Promise<ExecutionEvent> {
  const state = nextState(transaction.state, "accept");
  return { type: "accepted", transaction: await store.transactions.update(transaction, { state }) };
}

/** Notes the block of a receipt read just now on the canonical chain, and the end when it lies deep enough: one write for both. */
async function settle(
  { store, policy }: ExecutionContext,
  transaction: Transaction,
  receipt: TransactionReceipt,
  attempt: Attempt,
  head: Head,
): Promise<ExecutionEvent[]> {
  const { transactionHash: hash, blockNumber, blockHash, status, gasUsed } = receipt;
  const isNew = transaction.minedBlockHash !== blockHash || transaction.minedHash !== hash;
  const isDeep = head.number - blockNumber + 1n >= BigInt(policy.confirmations);
  if (!isNew && !isDeep) return [];

  let change: TransactionChange = { state: isNew ? nextState(transaction.state, "mine") : transaction.state };
  if (isNew) change = { ...change, mined: { hash, blockNumber, blockHash } };
  let end: "confirmed" | "failed" | "cancelled" = "confirmed";
  if (isDeep) {
    end = attempt.purpose === "cancel" ? "cancelled" : status === "success" ? "confirmed" : "failed";
    const event = { confirmed: "confirm", failed: "revert", cancelled: "cancel" } as const;
    const outcome = { hash, blockNumber, blockHash, gasUsed, feeWei: feeOf(receipt) };
    change = { ...change, state: nextState(change.state, event[end]), outcome };
  }
  const stored = await store.transactions.update(transaction, change);
  return [
    ...(isNew ? [{ type: "mined", transaction: stored, receipt } as const] : []),
    ...(isDeep ? [{ type: end, transaction: stored, receipt } as const] : []),
  ];
}

/** Execution gas, and on an OP-stack chain the data fee that its receipts add. */
function feeOf(receipt: TransactionReceipt & { l1Fee?: bigint | string | null }): bigint {
  return receipt.gasUsed * receipt.effectiveGasPrice + BigInt(receipt.l1Fee ?? 0);
}
