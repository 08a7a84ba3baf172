import { BaseError, type LocalAccount, type PublicClient } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import { latestBlocks } from "../chain/blockSource.ts";
import { createMarketMemory } from "../chain/marketMemory.ts";
import { readSnapshot } from "../chain/readSnapshot.ts";
import type { BlockHead, Snapshot } from "../chain/snapshot.ts";
import type { Desk } from "../desk/desk.ts";
import { ChainError, KeelError } from "../errors.ts";
import type { ExecutionContext } from "../execution/context.ts";
import { createExecutor } from "../execution/executor.ts";
import type { ExecutionPolicy } from "../execution/policy.ts";
import { rpcReason } from "../execution/rpcError.ts";
import type { Store } from "../store/openStore.ts";
import { completeMeasurements } from "./completeMeasurements.ts";
import type { Dealing } from "./dealing.ts";
import type { DecisionSettings } from "./decide.ts";
import { createKeeper } from "./keeper.ts";
import type { Lease } from "./lease.ts";
import type { Logger } from "./log.ts";
import { createOperator } from "./operator.ts";
import type { Outlooks } from "./outlook.ts";
import type { Recorder } from "./recorder.ts";
import type { RegionSolver } from "./regionSolver.ts";
import type { Sender } from "./senders.ts";
import { createRegions } from "./solveRegions.ts";

export type RunOptions = {
  readonly client: PublicClient;
  readonly addresses: AddressBook;
  readonly keeper: LocalAccount;
  /** Keeps house; the keeper itself when it has the same address. */
  readonly operator: LocalAccount;
  readonly store: Store;
  readonly desk: Desk;
  readonly settings: DecisionSettings;
  readonly outlooks: Outlooks;
  readonly policy: ExecutionPolicy;
  /** Where the keeper's hedges go first; straight to the public pool when absent. */
  readonly relay?: ExecutionContext["relay"];
  readonly pollMs: number;
  /** Silence of the chain after which a person is told; never when absent. */
  readonly silenceMs?: number | undefined;
  /** Decides and journals everything, sends nothing. */
  readonly dryRun: boolean;
  /** A person knows of the foreign transaction that halted the last run. */
  readonly acceptForeign?: boolean;
  /** Stops after so many blocks; never when absent. */
  readonly blocks?: number | undefined;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Told every snapshot before it is decided on. */
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly recorder: Recorder;
  /** Outside makers of options; none when absent. */
  readonly dealing?: Dealing | undefined;
  readonly lease: Lease;
  /** Shared by all vaults of the process. */
  readonly solver?: RegionSolver | undefined;
  /** The chain's blocks, when several vaults share them; a source of its own when absent. */
  readonly heads?: AsyncIterable<BlockHead> | undefined;
  /** The sender of a key, when several vaults share it; one of its own when absent. */
  readonly senderOf?: ((account: LocalAccount) => Sender) | undefined;
};

/**
 * The keeper's loop: the newest block, one snapshot of it, the hedge first, then housekeeping. A block that cannot be read or decided on is
 * journalled and skipped; an error that a person must cure ends the run.
 * With one key for both, hedge and housekeeping share one executor: only one of them is ever in flight, and the hedge is asked first.
 * @returns how many blocks were looked at
 * @throws KeelError that is not retryable
 */
export async function run(options: RunOptions): Promise<number> {
  const { client, addresses, store, desk, settings, policy, log, signal, pollMs, dryRun, blocks, onSnapshot, recorder, lease } =
    options;
  const { journal } = store;
  const shared = { publicClient: client, store, policy, chainId: addresses.chainId, log, dryRun };
  const senderOf =
    options.senderOf ??
    ((account) => createExecutor({ ...shared, account, relay: account === options.keeper ? options.relay : undefined }));
  const hedging = senderOf(options.keeper);
  const isOneKey = options.keeper.address === options.operator.address;
  const housekeeping = isOneKey ? hedging : senderOf(options.operator);
  const regions = createRegions({ wait: false, log, solver: options.solver });
  const { outlooks, dealing } = options;
  const keeper = createKeeper({ addresses, executor: hedging, journal, settings, outlooks, regions, dealing, log });
  const operator = createOperator({ client, addresses, executor: housekeeping, journal, desk, log });
  const memory = createMarketMemory();
  let recovered = false;
  /** Whether no confirmed hedge may lack its measurement. */
  let measured = false;
  let seen = 0;

  async function look(head: BlockHead): Promise<void> {
    if (!(await lease.isHeld())) {
      // Whoever acts meanwhile moves the transactions on: they are read anew when the lease comes here.
      recovered = false;
      measured = false;
      recorder.standby();
      return;
    }
    const read = recoverAndRead(head).catch(async (error: unknown) => {
      // What the node said goes first; a row that the journal's server cannot take now waits for the next.
      await journalSkipped(head, error).catch((problem: Error) => log.warn(problem.message));
      throw error;
    });
    const [snapshot] = await Promise.all([read, dealing?.refresh(head.timestamp)]);
    onSnapshot(snapshot);
    const report = await keeper.onSnapshot(snapshot, desk.provisions(snapshot));
    if (report.submission === undefined && report.decision !== undefined)
      log.info({ block: head.number.toString(), equity: Math.round(snapshot.equity) }, report.decision.reason);
    const housekept = await operator.onSnapshot(snapshot);
    // With one key for both this step may be the one that is told of the hedge.
    if (housekept.some(({ type }) => type === "confirmed")) measured = false;
    await recorder.looked(
      snapshot,
      report,
      [...new Set([hedging, housekeeping])].flatMap((each) => each.inFlight()),
    );
    if (!measured) await completeMeasurements({ client, addresses, journal, settings, log });
    measured = true;
  }

  async function recoverAndRead(head: BlockHead): Promise<Snapshot> {
    if (!recovered) {
      for (const executor of new Set([hedging, housekeeping]))
        await executor.recover({ ...head, baseFeePerGas: head.baseFeeWei }, { acceptForeign: options.acceptForeign ?? false });
      recovered = true;
    }
    return readSnapshot(client, addresses, head, desk.expiries, memory);
  }

  /** A block without a snapshot has its row too: the journal shows where the keeper was blind. */
  async function journalSkipped(head: BlockHead, error: unknown): Promise<void> {
    if (!(error instanceof KeelError)) return;
    await journal.addHold({
      chainId: addresses.chainId,
      vault: addresses.contracts.vault,
      underlying: null,
      blockNumber: head.number,
      blockHash: head.hash,
      timestamp: BigInt(head.timestamp),
      snapshot: null,
      plan: null,
      verdict: "refuse",
      reason: error.message,
    });
  }

  const onProblem = (error: KeelError, inARow: number) => log.warn({ inARow }, error.message);
  try {
    const onSilence = (error: KeelError) => log.error(error.message);
    const source = { client, pollMs, signal, onProblem, onSilence, silenceMs: options.silenceMs };
    for await (const head of options.heads ?? latestBlocks(source)) {
      try {
        await look(head);
      } catch (cause) {
        // A viem error that nobody gave words to is the node's all the same.
        const error = cause instanceof BaseError ? new ChainError(`The node failed: ${rpcReason(cause)}`) : cause;
        if (!(error instanceof KeelError) || !error.retryable) throw error;
        // It may have been about to measure.
        measured = false;
        log.warn({ block: head.number.toString() }, `block skipped: ${error.message}`);
        recorder.skipped(error.message);
      }
      seen += 1;
      if (blocks !== undefined && seen >= blocks) break;
    }
  } finally {
    await regions.close();
  }
  return seen;
}
