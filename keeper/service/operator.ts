import { type Address, encodeFunctionData, type Hex, type PublicClient } from "viem";
import { accessManagerAbi, shareQueueAbi, vaultAbi, volSurfaceAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { encodeSlice } from "../chain/postedSlice.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import type { Desk, Posting } from "../desk/desk.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import type { Journal } from "../store/journal.ts";
import { dueChores } from "./chores.ts";
import type { Logger } from "./log.ts";
import type { Sender } from "./senders.ts";

export type OperatorOptions = {
  readonly client: PublicClient;
  readonly addresses: AddressBook;
  /** Signs with the volatility poster's key, not the hedger's: housekeeping never delays a hedge. */
  readonly executor: Sender;
  readonly journal: Journal;
  readonly desk: Desk;
  readonly log: Logger;
};

type Errand = { readonly verdict: "chore" | "post"; readonly to: Address; readonly data: Hex; readonly reason: string };

/** Housekeeping: settles and collects what has expired, strikes epochs that are due, keeps the surface fresh. One transaction at a time. */
export function createOperator({ client, addresses, executor, journal, desk, log }: OperatorOptions) {
  const errorsAbi = [...vaultAbi, ...shareQueueAbi, ...volSurfaceAbi].filter((item) => item.type === "error");

  return {
    async onSnapshot(snapshot: Snapshot): Promise<readonly ExecutionEvent[]> {
      const { block } = snapshot;
      const events = await executor.onBlock({ ...block, baseFeePerGas: block.baseFeeWei });
      if (executor.inFlight().length > 0) return events;
      const errand = (await chores(snapshot)) ?? posting(addresses, await desk.postings(snapshot));
      if (errand === undefined) return events;
      const decisionId = await journal.addDecision({
        chainId: addresses.chainId,
        vault: snapshot.vault,
        underlying: null,
        blockNumber: block.number,
        blockHash: block.hash,
        timestamp: BigInt(block.timestamp),
        snapshot: null,
        plan: null,
        verdict: errand.verdict,
        reason: errand.reason,
      });
      const submission = await executor.submit({ to: errand.to, data: errand.data, decisionId, riskAtStake: 0, errorsAbi });
      log.info({ block: block.number.toString(), decision: decisionId, status: submission.status }, errand.reason);
      return events;
    },
  };

  async function chores(snapshot: Snapshot): Promise<Errand | undefined> {
    const due = await dueChores(client, addresses, snapshot);
    return due && { verdict: "chore", ...due };
  }
}

/** All slices in one transaction: the AccessManager carries out several calls of a role holder at once. */
function posting({ contracts }: AddressBook, postings: readonly Posting[]): Errand | undefined {
  if (postings.length === 0) return undefined;
  const calls = postings.map(({ underlying, expiry, smile }) => {
    const args = [underlying.address, BigInt(expiry), encodeSlice({ ...smile.slice, carry: smile.carry })] as const;
    const post = encodeFunctionData({ abi: volSurfaceAbi, functionName: "post", args });
    return encodeFunctionData({ abi: accessManagerAbi, functionName: "execute", args: [contracts.volSurface, post] });
  });
  const names = postings.map(
    ({ underlying, expiry }) => `${underlying.symbol} ${new Date(expiry * 1000).toISOString().slice(0, 10)}`,
  );
  return {
    verdict: "post",
    to: contracts.accessManager,
    data: encodeFunctionData({ abi: accessManagerAbi, functionName: "multicall", args: [calls] }),
    reason: `post the smiles of ${names.join(", ")}`,
  };
}
