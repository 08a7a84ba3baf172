import type { Abi, Address, Hex } from "viem";
import { StaleDataError } from "../errors.ts";
import type { Transaction } from "../store/transactions.ts";
import { send } from "./advance.ts";
import type { ExecutionContext, Head } from "./context.ts";
import { firstFees } from "./fees.ts";
import { nonceAt } from "./lookUp.ts";
import { chainError } from "./rpcError.ts";
import { signAttempt } from "./signAttempt.ts";
import { simulate } from "./simulate.ts";
import { nextState } from "./transitions.ts";

/** One hedge to carry out. */
export type Intent = {
  to: Address;
  data: Hex;
  value?: bigint;
  /** The journalled decision; it leads to at most one transaction. */
  decisionId: number;
  /** Risk left unhedged while this waits, quote: it sets the fee ceiling. */
  riskAtStake: number;
  /** Names custom errors in a refusal. */
  errorsAbi?: Abi;
};

/**
 * - sent: a node has it. unsent: stored and signed, no node took it yet, each block tries again.
 * - dry: simulated and journalled, not sent. refused: nothing happened, the journal says why.
 */
export type Submission =
  | { status: "sent" | "dry"; transaction: Transaction }
  | { status: "unsent"; transaction: Transaction; reason: string }
  | { status: "refused"; reason: string };

/**
 * Simulates, stores the intent with its nonce, signs, stores the raw transaction, and only then broadcasts it.
 * @param lastNonce  highest nonce the journal has seen used, −1 when none
 * @throws ChainError when the node fails before anything is stored; StaleDataError when it is behind what the journal has seen
 */
export async function submit(context: ExecutionContext, intent: Intent, head: Head, lastNonce: number): Promise<Submission> {
  const { publicClient, account, store, policy, chainId, dryRun, log } = context;
  const { to, data, value = 0n, decisionId, riskAtStake, errorsAbi = [] } = intent;
  const at = { address: account.address, blockHash: head.hash };
  const [simulation, nonce, balance] = await Promise.all([
    simulate(context, { to, data, value }, head, errorsAbi),
    nonceAt(publicClient, account.address, head),
    publicClient.getBalance(at).catch(chainError(`reading the keeper's balance at block ${head.number}`)),
  ]);
  if (simulation.kind === "reverts") return { status: "refused", reason: `the hedge ${simulation.reason}` };
  if (nonce <= lastNonce) {
    const message = `The node's nonce ${nonce} is behind the journal's ${lastNonce + 1}: it lags, a reorg went deeper than ${policy.confirmations} blocks, or the journal is another chain's`;
    throw new StaleDataError(message, { nonce, lastNonce, block: head.number });
  }
  if (lastNonce >= 0 && nonce > lastNonce + 1)
    log.error({ nonce, expected: lastNonce + 1 }, `something else sends with the key of ${account.address}: find out what`);

  const gasLimit = withMargin(simulation.gas, policy.gasMarginPercent);
  const ceiling = policy.maxFeePerGas(riskAtStake, gasLimit);
  const baseFee = head.baseFeePerGas ?? 0n;
  const fees = firstFees({ baseFee, tip: policy.tipPerGas, ceiling });
  if (!fees) {
    return {
      status: "refused",
      reason: `the base fee ${baseFee} and tip ${policy.tipPerGas} exceed the ceiling ${ceiling} wei per gas`,
    };
  }
  const needed = gasLimit * fees.maxFeePerGas + value;
  if (balance < needed) {
    const reason = `the keeper ${account.address} has ${balance} wei and needs ${needed}: send it gas money`;
    log.error({ balance: String(balance), needed: String(needed) }, reason);
    return { status: "refused", reason };
  }

  const row = { decisionId, chainId, sender: account.address, to, data, value, gasLimit, riskAtStake, createdBlock: head.number };
  if (dryRun) return { status: "dry", transaction: await store.transactions.add({ ...row, nonce: null, state: "dry" }) };
  const stored = await store.transactions.add({ ...row, nonce, state: "intent" });
  const attempt = await signAttempt(context, { to, data, value, nonce }, { purpose: "hedge", fees, gas: gasLimit, head });
  const signed = await store.transactions.update(stored, { state: nextState(stored.state, "sign"), attempt });
  const [event] = await send(context, signed, head);
  if (event?.type === "unsent") return { status: "unsent", transaction: signed, reason: event.reason };
  return { status: "sent", transaction: event?.transaction ?? signed };
}

function withMargin(gas: bigint, percent: number): bigint {
  return (gas * BigInt(Math.round(100 + percent))) / 100n;
}
