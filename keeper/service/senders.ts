import type { Hash, LocalAccount } from "viem";
import type { Head } from "../execution/context.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import type { Executor } from "../execution/executor.ts";
import type { Journal } from "../store/journal.ts";

/** What a vault's loop needs of the executor of its key. */
export type Sender = Pick<Executor, "recover" | "onBlock" | "submit" | "inFlight">;

/**
 * One executor per key, shared by all vaults that sign with it: one nonce sequence, one transaction in flight. Each vault is told what
 * happened to its own transactions only, whichever loop found out.
 * @param create  makes the executor of a key
 */
export function createSenders(create: (account: LocalAccount) => Executor, journal: Pick<Journal, "find">) {
  const executors = new Map<string, Shared>();

  /** The sender of a key as one vault sees it. */
  function senderOf(account: LocalAccount, vault: string): Sender {
    const shared = executors.get(account.address) ?? {
      executor: create(account),
      steps: undefined,
      owners: new Map(),
      mail: new Map(),
    };
    executors.set(account.address, shared);
    const { executor, owners } = shared;

    async function deliver(events: readonly ExecutionEvent[]): Promise<void> {
      for (const event of events) {
        const { decisionId } = event.transaction;
        // Of an earlier run: the journal knows whose it was.
        const owner = owners.get(decisionId) ?? (await journal.find(decisionId))?.decision.vault ?? vault;
        shared.mail.set(owner, [...(shared.mail.get(owner) ?? []), event]);
        if (!executor.inFlight().some((each) => each.decisionId === decisionId)) owners.delete(decisionId);
      }
    }

    /** Steps once a block, whichever vault comes first; the others wait for it. */
    async function step({ number, hash }: Head, take: () => Promise<ExecutionEvent[]>): Promise<ExecutionEvent[]> {
      const last = shared.steps;
      // A vault that is slow comes with a block the key has left behind.
      if (last === undefined || number > last.number || (number === last.number && hash !== last.hash))
        shared.steps = { number, hash, done: take().then(deliver) };
      const { steps } = shared;
      await steps?.done.catch((error: unknown) => {
        if (shared.steps === steps) shared.steps = undefined;
        throw error;
      });
      const own = shared.mail.get(vault) ?? [];
      shared.mail.delete(vault);
      return own;
    }

    return {
      recover: (block, options) => step(block, () => executor.recover(block, options)),
      onBlock: (block, options) => step(block, () => executor.onBlock(block, options)),
      async submit(intent) {
        owners.set(intent.decisionId, vault);
        const submission = await executor.submit(intent);
        if (submission.status === "refused" || submission.status === "dry") owners.delete(intent.decisionId);
        return submission;
      },
      inFlight: () => executor.inFlight(),
    };
  }

  return { senderOf };
}

type Shared = {
  readonly executor: Executor;
  steps: { readonly number: bigint; readonly hash: Hash; readonly done: Promise<void> } | undefined;
  /** Vault by decision, while its transaction is not settled. */
  readonly owners: Map<number, string>;
  /** Events not yet handed to their vault. */
  readonly mail: Map<string, readonly ExecutionEvent[]>;
};
