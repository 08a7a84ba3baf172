import type { LocalAccount } from "viem";
import type { Head } from "../execution/context.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import type { Executor } from "../execution/executor.ts";
import type { Journal } from "../store/journal.ts";

/** What a vault's loop needs of the executor of its key. */
export type Sender = Pick<Executor, "recover" | "onBlock" | "submit" | "inFlight">;

/**
 * One executor per key, shared by all vaults that sign with it: one nonce sequence, one transaction in flight. Each vault is told what
 * happened to its own transactions only, whichever loop found out, and what waits may cost what its own vault has at stake.
 * @param create  makes the executor of a key
 */
export function createSenders(create: (account: LocalAccount) => Executor, journal: Pick<Journal, "find" | "refuse">) {
  const executors = new Map<string, Shared>();

  /** The sender of a key as one vault sees it. */
  function senderOf(account: LocalAccount, vault: string): Sender {
    const shared: Shared = executors.get(account.address) ?? {
      executor: create(account),
      steps: undefined,
      owners: new Map(),
      mail: new Map(),
      mined: new Map(),
      risks: new Map(),
    };
    executors.set(account.address, shared);
    const { executor, owners, mined, risks } = shared;
    let latest: Head | undefined;

    /** Of an earlier run's transaction the journal knows whose it was. */
    async function ownerOf(decisionId: number): Promise<string> {
      return owners.get(decisionId) ?? (await journal.find(decisionId))?.decision.vault ?? vault;
    }

    async function deliver(events: readonly ExecutionEvent[]): Promise<void> {
      for (const event of events) {
        const { decisionId } = event.transaction;
        const owner = await ownerOf(decisionId);
        if ("receipt" in event) mined.set(owner, { number: event.receipt.blockNumber, hash: event.receipt.blockHash });
        shared.mail.set(owner, [...(shared.mail.get(owner) ?? []), event]);
        if (!executor.inFlight().some((each) => each.decisionId === decisionId)) owners.delete(decisionId);
      }
    }

    /** Steps once a block, whichever vault comes first; the others wait for it. */
    async function step(head: Head, take: () => Promise<ExecutionEvent[]>): Promise<ExecutionEvent[]> {
      const { number, hash } = head;
      latest = head;
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

    /** What the owner of the transaction in flight leaves at risk while it waits, as it said last. */
    async function riskAtStake(): Promise<number> {
      const [waiting] = executor.inFlight();
      return waiting === undefined ? 0 : (risks.get(await ownerOf(waiting.decisionId)) ?? 0);
    }

    /** Until every step that was begun has told whose transactions it saw mined; who began it hears of its errors. */
    async function allDelivered(): Promise<void> {
      for (let steps = shared.steps; ; steps = shared.steps) {
        await steps?.done.catch(() => undefined);
        if (shared.steps === steps) return;
      }
    }

    return {
      recover: (block, options) => step(block, () => executor.recover(block, options)),
      onBlock(block, options = {}) {
        if (options.riskAtStake !== undefined) risks.set(vault, options.riskAtStake);
        return step(block, async () => executor.onBlock(block, { riskAtStake: await riskAtStake() }));
      },
      async submit(intent) {
        await allDelivered();
        const at = mined.get(vault);
        // Another vault's loop may have seen this one's transaction settle in a block that this one has not looked at yet.
        if (latest !== undefined && at !== undefined && !holds(latest, at)) {
          const reason = `decided on block ${latest.number}, which does not hold this vault's last transaction, mined in block ${at.number}`;
          await journal.refuse(intent.decisionId, reason);
          return { status: "refused", reason };
        }
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

/** Whether a block is this one or above it. */
function holds(head: BlockId, { number, hash }: BlockId): boolean {
  return head.number > number || (head.number === number && head.hash === hash);
}

type BlockId = Pick<Head, "number" | "hash">;

type Shared = {
  readonly executor: Executor;
  steps: (BlockId & { readonly done: Promise<void> }) | undefined;
  /** Vault by decision, while its transaction is not settled. */
  readonly owners: Map<number, string>;
  /** Events not yet handed to their vault. */
  readonly mail: Map<string, ExecutionEvent[]>;
  /** Block that holds the last transaction of each vault that was mined. */
  readonly mined: Map<string, BlockId>;
  /** Risk each vault leaves unhedged by its last decision, quote. */
  readonly risks: Map<string, number>;
};
