import { keccak256 } from "viem";
import type { Attempt, Transaction } from "../store/transactions.ts";
import type { ExecutionContext, Head } from "./context.ts";
import type { Fees } from "./fees.ts";

/**
 * Signs a form of a transaction at its nonce: the hedge itself, or a transfer of nothing to oneself that takes its place.
 * @param gas  gas limit of this form
 */
export async function signAttempt(
  { account, chainId }: Pick<ExecutionContext, "account" | "chainId">,
  { nonce, to, data, value }: Pick<Transaction, "to" | "data" | "value"> & { nonce: number },
  { purpose, fees, gas, head }: { purpose: Attempt["purpose"]; fees: Fees; gas: bigint; head: Head },
): Promise<Attempt> {
  const call = purpose === "hedge" ? { to, data, value } : { to: account.address, value: 0n };
  const raw = await account.signTransaction({ type: "eip1559", chainId, nonce, gas, ...call, ...fees });
  return { purpose, hash: keccak256(raw), raw, ...fees, signedBlock: head.number };
}
