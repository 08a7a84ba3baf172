import type { TransactionReceipt } from "viem";
import type { Transaction } from "../store/transactions.ts";

/**
 * What happened to a transaction in one step, with the transaction as stored after it.
 * - accepted: a node has the latest attempt. replaced: a dearer attempt is signed. cancelling: a cancellation is signed.
 * - dropped: the node forgot it. unmined: a reorg took it out of its block. mined: in a block, not yet deep enough.
 * - confirmed, failed (reverted), cancelled: settled, the outcome is stored. abandoned: given up before it was signed.
 * - reopened: a reorg deeper than the confirmations undid it after it had settled; it is in flight again.
 * - superseded: a person accepted that a foreign transaction took its nonce.
 * - unsent: no node takes it. stuck: it waits too long and the fee ceiling forbids a replacement. vanished: its nonce is used up, by none
 *   of its attempts; when that lasts, the executor halts.
 */
export type ExecutionEvent =
  | {
      type: "accepted" | "replaced" | "cancelling" | "dropped" | "unmined" | "abandoned" | "reopened" | "superseded" | "vanished";
      transaction: Transaction;
    }
  | { type: "unsent" | "stuck"; transaction: Transaction; reason: string }
  | { type: "mined" | "confirmed" | "failed" | "cancelled"; transaction: Transaction; receipt: TransactionReceipt };
