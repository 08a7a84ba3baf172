import { encodeFunctionData, type PublicClient } from "viem";
import { vaultAbi } from "../chain/abi.ts";
import type { AddressBook, UnderlyingAddresses } from "../chain/addressBook.ts";
import type { BlockHead } from "../chain/snapshot.ts";
import { fromWad } from "../chain/units.ts";
import { KeelError } from "../errors.ts";
import type { Executor } from "../execution/executor.ts";
import { revertData, rpcReason } from "../execution/rpcError.ts";
import type { Store } from "../store/openStore.ts";
import type { Logger } from "./log.ts";

export type WatchOptions = {
  readonly client: PublicClient;
  readonly addresses: AddressBook;
  /** Signs with a key that needs no role, and is nobody else's. */
  readonly executor: Executor;
  readonly store: Store;
  readonly heads: AsyncIterable<BlockHead>;
  readonly log: Logger;
  /** Stops after so many emergency hedges are confirmed; never when absent. */
  readonly hedges?: number | undefined;
};

/**
 * The understudy: asks the vault at every block whether its hedge error has been too large for too long, and then hedges it by the
 * vault's own rules, which choose size, place and limit. The vault refunds the gas of a useful call.
 * @returns how many emergency hedges were confirmed
 */
export async function watchVault({ client, addresses, executor, store, heads, log, hedges }: WatchOptions): Promise<number> {
  const vault = { address: addresses.contracts.vault, abi: vaultAbi } as const;
  let confirmed = 0;
  let recovered = false;

  async function look(head: BlockHead): Promise<void> {
    const block = { ...head, baseFeePerGas: head.baseFeeWei };
    const events = recovered ? await executor.onBlock(block) : await executor.recover(block);
    recovered = true;
    confirmed += events.filter(({ type }) => type === "confirmed").length;
    if (executor.inFlight().length > 0) return;
    for (const underlying of addresses.underlyings) if (await rescue(head, underlying)) return;
  }

  /** @returns whether a hedge was sent */
  async function rescue(head: BlockHead, { address, symbol }: UnderlyingAddresses): Promise<boolean> {
    const call = { functionName: "emergencyHedge", args: [address] } as const;
    const data = encodeFunctionData({ abi: vaultAbi, ...call });
    const preview = client.call({ to: vault.address, data, blockHash: head.hash });
    const refusal = await preview.then(
      () => undefined,
      (error: unknown) => {
        if (revertData(error) === null) throw error;
        return rpcReason(error);
      },
    );
    if (refusal !== undefined) {
      log.debug({ block: head.number.toString() }, `${symbol} needs no help: ${refusal}`);
      return false;
    }
    const exposure = await client.readContract({ ...vault, functionName: "exposureOf", args: [address], blockHash: head.hash });
    const reason = `emergency hedge of ${symbol}: nobody has hedged it to within its boundary for too long, the error is ${fromWad(exposure.hedgeError).toFixed(3)}`;
    const decisionId = await store.journal.addDecision({
      chainId: addresses.chainId,
      vault: vault.address,
      underlying: address,
      blockNumber: head.number,
      blockHash: head.hash,
      timestamp: BigInt(head.timestamp),
      snapshot: null,
      plan: null,
      verdict: "chore",
      reason,
    });
    const price = fromWad(exposure.priceWad);
    const riskAtStake = Math.abs(fromWad(exposure.hedgeError)) * price * RISK_SHARE;
    const submission = await executor.submit({ to: vault.address, data, decisionId, riskAtStake, errorsAbi: vaultAbi });
    log.error({ block: head.number.toString(), decision: decisionId, status: submission.status }, reason);
    return submission.status !== "refused";
  }

  for await (const head of heads) {
    try {
      await look(head);
    } catch (error) {
      const problem = error instanceof KeelError ? error.message : rpcReason(error);
      if (error instanceof KeelError && !error.retryable) throw error;
      log.warn({ block: head.number.toString() }, `block skipped: ${problem}`);
    }
    if (hedges !== undefined && confirmed >= hedges) break;
  }
  return confirmed;
}

/** Of the error's value: what a day's move of an ordinary size takes away. It sets the fee ceiling only. */
const RISK_SHARE = 0.04;
