import type { Hash } from "viem";
import { InvalidInputError, KeelError } from "../errors.ts";
import type { Transaction } from "../store/transactions.ts";
import { advance } from "./advance.ts";
import type { ExecutionContext, Head } from "./context.ts";
import type { ExecutionEvent } from "./events.ts";
import { nonceAt } from "./lookUp.ts";
import { checkPolicy } from "./policy.ts";
import { type Intent, type Submission, submit } from "./submit.ts";
import { isSettled, nextState } from "./transitions.ts";
import { undoneBy } from "./undoneBy.ts";

/** A hedge that is not settled. */
export type InFlight = {
  decisionId: number;
  /** True: the snapshot at the last block contains its effect already. False: count its plan as exposure. */
  mined: boolean;
  /** A cancellation is out: the hedge may still be mined. */
  cancelling: boolean;
  transaction: Transaction;
};

/** What a person should see: a warning is cured by the next blocks, an error may need somebody. */
const levels: Readonly<Partial<Record<ExecutionEvent["type"], "warn" | "error">>> = {
  failed: "warn",
  unsent: "warn",
  vanished: "warn",
  unmined: "warn",
  dropped: "warn",
  stuck: "error",
  reopened: "error",
};

export type Executor = ReturnType<typeof createExecutor>;

/**
 * Carries out hedges with one key on one chain, one at a time, driven by the caller's blocks. Call `recover` with the first block, then
 * `onBlock` with every further one, before deciding on it.
 * @throws ConfigError when the policy cannot work
 */
export function createExecutor(options: Omit<ExecutionContext, "dryRun"> & { dryRun?: boolean }) {
  const context: ExecutionContext = { ...options, policy: checkPolicy(options.policy), dryRun: options.dryRun ?? false };
  const { store, account, chainId, policy, log } = context;

  let head: Head | null = null;
  let loaded = false;
  let current: Transaction | null = null;
  let lastNonce = -1;
  /** Block at which every settled transaction was seen to stand: one built on it has undone none. */
  let soundAt: Hash | null = null;
  let vanishedAt: bigint | null = null;
  let halted: KeelError | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  /** One step at a time; after a failed one the journal, not the memory, says where things stand. */
  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = queue.then(async () => {
      if (halted) throw halted;
      try {
        if (!loaded) await load();
        return await step();
      } catch (error) {
        loaded = false;
        throw error;
      }
    });
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function load(): Promise<void> {
    current = await store.transactions.inFlight(chainId, account.address);
    lastNonce = await store.transactions.lastNonce(chainId, account.address);
    soundAt = null;
    loaded = true;
  }

  function keep(transaction: Transaction): void {
    current = isSettled(transaction.state) ? null : transaction;
    if (current === null && transaction.nonce !== null) {
      lastNonce = Math.max(lastNonce, transaction.nonce);
      soundAt = null;
    }
  }

  /** What a reorg has undone of the settled transactions. */
  async function undone(block: Head): Promise<ExecutionEvent[]> {
    if (context.dryRun || lastNonce < 0) return [];
    if (block.parentHash === undefined || block.parentHash !== soundAt) {
      const free = await nonceAt(context.publicClient, account.address, block);
      if (free <= lastNonce) return undoneBy(context, block, free);
    }
    soundAt = block.hash;
    return [];
  }

  async function step(block: Head, riskAtStake: number | undefined, acceptForeign: boolean): Promise<ExecutionEvent[]> {
    head = block;
    const reopened = current === null ? await undone(block) : [];
    for (const event of reopened) {
      keep(event.transaction);
      note(event);
    }
    if (current === null) return reopened;
    const events = [...reopened, ...(await advance(context, current, block, Math.max(riskAtStake ?? 0, current.riskAtStake)))];
    for (const event of events.slice(reopened.length)) {
      keep(event.transaction);
      note(event);
    }
    const vanished = events.find(({ type }) => type === "vanished");
    vanishedAt = vanished ? (vanishedAt ?? block.number) : null;
    if (vanished && acceptForeign) return [...events, await supersede(vanished.transaction)];
    // One node of a pool may know the nonce before another knows the receipt: halt only when it lasts.
    if (vanished && vanishedAt !== null && block.number - vanishedAt >= BigInt(policy.confirmations)) halt(vanished.transaction);
    return events;
  }

  async function supersede(transaction: Transaction): Promise<ExecutionEvent> {
    const from = transaction.state === "mined" ? nextState("mined", "unmine") : transaction.state;
    const stored = await store.transactions.update(transaction, { state: nextState(from, "supersede"), mined: null });
    keep(stored);
    vanishedAt = null;
    return { type: "superseded", transaction: stored };
  }

  function halt({ nonce, id, attempts }: Transaction): never {
    const hashes = attempts.map(({ hash }) => hash);
    const message = `An unknown transaction used nonce ${nonce} of the keeper's key ${account.address}: find who else has the key, then restart accepting it`;
    halted = new KeelError(message, { nonce, transaction: id, hashes });
    log.error({ nonce, transaction: id }, message);
    throw halted;
  }

  /** The decision's row tells why nothing came of it. What was stored may still be mined, whatever failed after: it is no refusal. */
  async function unsubmitted({ decisionId }: Intent, error: unknown): Promise<never> {
    const isTransient = error instanceof KeelError && error.retryable;
    if (isTransient && (await store.journal.find(decisionId))?.transaction === null)
      await store.journal.refuse(decisionId, error.message);
    throw error;
  }

  function note(event: ExecutionEvent): void {
    const { id, decisionId, nonce, state, attempts } = event.transaction;
    const facts = { decision: decisionId, transaction: id, nonce, state, hash: attempts.at(-1)?.hash };
    log[levels[event.type] ?? "info"]("reason" in event ? { ...facts, reason: event.reason } : facts, `hedge ${event.type}`);
  }

  return {
    /**
     * Takes up what an earlier run left: finds its receipt, sends the stored raw transaction again, or gives up an unsigned intent.
     * @param acceptForeign  a person knows the foreign transaction that halted the keeper: settle ours as cancelled and go on
     */
    recover(block: Head, { acceptForeign = false }: { acceptForeign?: boolean } = {}): Promise<ExecutionEvent[]> {
      loaded = false;
      return inTurn(() => step(block, undefined, acceptForeign));
    },

    /**
     * Moves the hedge in flight as far as this block allows. Without one it makes sure that none was undone.
     * @param riskAtStake  risk left unhedged now, quote; counts where it is above the one submitted
     * @throws KeelError when a foreign transaction took the nonce: the executor then stays halted
     */
    onBlock(block: Head, { riskAtStake }: { riskAtStake?: number } = {}): Promise<ExecutionEvent[]> {
      return inTurn(() => step(block, riskAtStake, false));
    },

    /**
     * Starts a hedge on top of the last block given. A refusal is added to the decision's row.
     * @throws ChainError or StaleDataError when the node fails or lags before anything was stored
     */
    submit(intent: Intent): Promise<Submission> {
      return inTurn(async () => {
        if (head === null) throw new InvalidInputError("Call recover with a block before the first submit");
        const submission: Submission =
          current === null
            ? await submit(context, intent, head, lastNonce).catch((error: unknown) => unsubmitted(intent, error))
            : { status: "refused", reason: `transaction ${current.id} is still in flight (${current.state})` };
        if (submission.status === "refused") await store.journal.refuse(intent.decisionId, submission.reason);
        else keep(submission.transaction);
        return submission;
      });
    },

    /** The hedges that are not settled: none or one. */
    inFlight(): readonly InFlight[] {
      if (current === null) return [];
      const { decisionId, state, attempts } = current;
      return [{ decisionId, mined: state === "mined", cancelling: attempts.at(-1)?.purpose === "cancel", transaction: current }];
    },
  };
}
