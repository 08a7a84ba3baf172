import type { Attempt, Transaction } from "../store/transactions.ts";
import type { ExecutionContext, Head } from "./context.ts";
import { bumpedFees } from "./fees.ts";
import { chainError } from "./rpcError.ts";
import { signAttempt } from "./signAttempt.ts";

/**
 * Signs a dearer attempt at the same nonce. A cancellation may cost as much in all as the hedge was allowed to, so its ceiling per gas
 * is higher.
 * @returns null when the ceiling leaves no room
 */
export async function signReplacement(
  context: ExecutionContext,
  transaction: Transaction,
  purpose: Attempt["purpose"],
  head: Head,
  riskAtStake: number,
): Promise<Attempt | null> {
  const { publicClient, account, policy } = context;
  const { attempts, gasLimit, nonce } = transaction;
  const ceiling = policy.maxFeePerGas(riskAtStake, gasLimit);
  const ownTransfer = { account: account.address, to: account.address };
  const gas =
    purpose === "hedge" ? gasLimit : await publicClient.estimateGas(ownTransfer).catch(chainError("pricing the cancellation"));
  const fees = bumpedFees({
    previous: attempts.at(-1) as Attempt,
    baseFee: head.baseFeePerGas ?? 0n,
    bumpPercent: policy.bumpPercent,
    ceiling: purpose === "hedge" || gas >= gasLimit ? ceiling : (ceiling * gasLimit) / gas,
  });
  if (!fees) return null;
  return signAttempt(context, { ...transaction, nonce: nonce as number }, { purpose, fees, gas, head });
}
