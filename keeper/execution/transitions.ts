import { InvalidInputError } from "../errors.ts";

/**
 * Where a transaction stands.
 * - intent: nonce reserved, nothing signed. signed: raw transaction stored, no node is known to have it. sent: a node has it.
 * - replaced: a dearer attempt or a cancellation at the same nonce is stored, no node is known to have it.
 * - dropped: the node forgot it, or a reorg took it out of its block. signed, replaced and dropped are sent again every block.
 * - mined: in a block, not deep enough. confirmed, failed (reverted), cancelled: settled. dry: decided and simulated, never sent.
 */
export type TransactionState =
  | "intent"
  | "signed"
  | "sent"
  | "replaced"
  | "dropped"
  | "mined"
  | "confirmed"
  | "failed"
  | "cancelled"
  | "dry";

/**
 * What can happen to a transaction. `accept`: a node has the latest attempt; `replace`: a new attempt was signed at the same nonce;
 * `unmine`: a reorg took it out of the chain; `confirm`, `revert`, `cancel`: deep enough as a success, a revert, a cancellation;
 * `abandon`: given up before signing; `supersede`: a person accepted that another transaction used the nonce; `reopen`: a reorg deeper than
 * the confirmations undid what was settled.
 */
export type TransactionEvent =
  | "sign"
  | "accept"
  | "replace"
  | "drop"
  | "mine"
  | "unmine"
  | "confirm"
  | "revert"
  | "cancel"
  | "abandon"
  | "supersede"
  | "reopen";

/** The one transition table; a pair that is not in it cannot happen. */
export const transitions: Readonly<Record<TransactionState, Readonly<Partial<Record<TransactionEvent, TransactionState>>>>> = {
  intent: { sign: "signed", abandon: "cancelled" },
  signed: { accept: "sent", replace: "replaced", mine: "mined", supersede: "cancelled" },
  sent: { replace: "replaced", drop: "dropped", mine: "mined", supersede: "cancelled" },
  replaced: { accept: "sent", replace: "replaced", mine: "mined", supersede: "cancelled" },
  dropped: { accept: "sent", replace: "replaced", mine: "mined", supersede: "cancelled" },
  // A reorg may put it into another block at once: mined again.
  mined: { mine: "mined", unmine: "dropped", confirm: "confirmed", revert: "failed", cancel: "cancelled" },
  confirmed: { reopen: "dropped" },
  failed: { reopen: "dropped" },
  cancelled: { reopen: "dropped" },
  dry: {},
};

/**
 * The state after an event.
 * @throws InvalidInputError when the table does not know the pair
 */
export function nextState(state: TransactionState, event: TransactionEvent): TransactionState {
  const next = transitions[state][event];
  if (next === undefined) throw new InvalidInputError(`A transaction in state "${state}" cannot ${event}`, { state, event });
  return next;
}

/** States in which a transaction is no longer in flight; only a reorg deeper than the confirmations leaves one. */
export const settledStates = ["confirmed", "failed", "cancelled", "dry"] as const satisfies readonly TransactionState[];

/** Whether a transaction in this state is no longer in flight. */
export function isSettled(state: TransactionState): boolean {
  return settledStates.some((settled) => settled === state);
}
