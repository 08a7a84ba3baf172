import type { Abi, Address, Hex } from "viem";
import type { ExecutionContext, Head } from "./context.ts";
import { chainError, readRevert, revertData } from "./rpcError.ts";

export type Call = { to: Address; data: Hex; value: bigint };

/** What a call would do on top of one block: the gas it needs, or why it would revert. */
export type Simulation = { kind: "runs"; gas: bigint } | { kind: "reverts"; reason: string };

/**
 * Runs a call on the state after `head`, without sending it.
 * @param errorsAbi  turns a custom error into its name and arguments
 * @throws ChainError when the node fails for another reason than a revert
 */
export async function simulate(
  { publicClient, account, policy }: Pick<ExecutionContext, "publicClient" | "account" | "policy">,
  { to, data, value }: Call,
  head: Head,
  errorsAbi: Abi,
): Promise<Simulation> {
  const call = { account: account.address, to, data, value };
  try {
    const [, gas] = await Promise.all([
      publicClient.call({ ...call, blockHash: head.hash }),
      policy.gasLimit ?? publicClient.estimateGas({ ...call, blockNumber: head.number }),
    ]);
    return { kind: "runs", gas };
  } catch (error) {
    const reverted = revertData(error);
    if (reverted === null) return chainError("simulating the hedge")(error);
    return { kind: "reverts", reason: readRevert(reverted, errorsAbi) };
  }
}
