import { encodeFunctionData } from "viem";
import { vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { KeelError, StaleDataError } from "../errors.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import type { Submission } from "../execution/submit.ts";
import type { Journal, NewDecision } from "../store/journal.ts";
import type { Dealing } from "./dealing.ts";
import { type Decision, type DecisionSettings, decide, regionRequests, riskAtStake } from "./decide.ts";
import type { Logger } from "./log.ts";
import { outcomeOf } from "./outcomeOf.ts";
import type { Outlooks } from "./outlook.ts";
import { type DecisionInputs, planOf } from "./replay.ts";
import type { Sender } from "./senders.ts";
import type { Regions } from "./solveRegions.ts";

/** What the keeper did at one block; `problem` says why it could not decide. */
export type KeeperReport = {
  readonly decision: Decision | undefined;
  readonly submission: Submission | undefined;
  readonly events: readonly ExecutionEvent[];
  readonly problem: string | undefined;
};

export type KeeperOptions = {
  readonly addresses: AddressBook;
  readonly executor: Sender;
  readonly journal: Journal;
  readonly settings: DecisionSettings;
  readonly outlooks: Outlooks;
  readonly regions: Regions;
  /** Outside makers of options; without them only spot is traded. */
  readonly dealing?: Dealing | undefined;
  readonly log: Logger;
};

/** The hedger: one decision a block, at most one hedge in flight, every decision in the journal before it acts. */
export function createKeeper(options: KeeperOptions) {
  const { addresses, executor, journal, settings: fixed, outlooks, regions, dealing, log } = options;
  const vault = addresses.contracts.vault;
  /** Risk a hedge in flight leaves, by the last decision, quote: its fee ceiling rises with it. */
  let unhedged = 0;
  /** Decision of the latest take. */
  let taken: number | undefined;

  /** Looks at one snapshot: settles what is in flight, decides, journals and submits. */
  async function onSnapshot(snapshot: Snapshot, provisions: ReadonlyMap<string, number>): Promise<KeeperReport> {
    const { block } = snapshot;
    const settings = { ...fixed, outlook: outlooks.observe(snapshot) };
    const row = { chainId: addresses.chainId, vault, underlying: null, blockNumber: block.number, blockHash: block.hash };
    const inputs: DecisionInputs = { settings, provisions: Object.fromEntries(provisions), regions: {} };
    const base = { ...row, timestamp: BigInt(block.timestamp), snapshot, inputs };
    const head = { ...block, baseFeePerGas: block.baseFeeWei };
    const events = await executor.onBlock(head, { riskAtStake: unhedged }).catch(async (error: unknown) => {
      if (error instanceof KeelError)
        await journal
          .addHold({ ...base, plan: null, verdict: "refuse", reason: error.message })
          .catch((problem: Error) => log.warn(problem.message));
      throw error;
    });
    for (const event of events) await measure(event, snapshot);
    if (events.some(({ type, transaction }) => type === "failed" && transaction.decisionId === taken)) dealing?.refused(block);

    let decision: Decision;
    try {
      await regions.prepare(regionRequests(snapshot, settings));
      decision = await decideOn(snapshot, provisions, inputs);
    } catch (error) {
      if (!(error instanceof KeelError)) throw error;
      await journal.addHold({ ...base, plan: null, verdict: "refuse", reason: error.message });
      log.warn({ block: block.number.toString() }, error.message);
      return { decision: undefined, submission: undefined, events, problem: error.message };
    }

    unhedged = riskAtStake(decision);
    const [waiting] = executor.inFlight();
    const entry: NewDecision = { ...base, plan: planOf(decision), verdict: "hold", reason: decision.reason };
    if (waiting !== undefined) {
      const state = waiting.mined ? "is mined and waits for its confirmations" : "is still in flight and counts as done";
      const hold = `hold: hedge ${waiting.decisionId} ${state}`;
      await journal.addHold({ ...entry, reason: hold });
      return {
        decision: { ...decision, verdict: "hold", actions: [], routes: [], reason: hold },
        submission: undefined,
        events,
        problem: undefined,
      };
    }
    if (decision.verdict === "hold") {
      await journal.addHold(entry);
      return { decision, submission: undefined, events, problem: undefined };
    }
    const decisionId = await journal.addDecision({ ...entry, verdict: decision.verdict });
    const { take } = decision;
    if (take !== undefined) {
      taken = decisionId;
      dealing?.used(take);
    }
    const data =
      take === undefined
        ? encodeFunctionData({ abi: vaultAbi, functionName: "rebalance", args: [decision.actions] })
        : encodeFunctionData({ abi: vaultAbi, functionName: "take", args: [take.quote, take.signature, take.size] });
    const submission = await executor.submit({ to: vault, data, decisionId, riskAtStake: unhedged, errorsAbi: vaultAbi });
    if (take !== undefined && submission.status === "refused") dealing?.refused(block);
    log.info({ block: block.number.toString(), decision: decisionId, status: submission.status }, decision.reason);
    return { decision, submission, events, problem: submission.status === "refused" ? submission.reason : undefined };
  }

  /** Decides with the quotes of dealers when nothing is in flight; again without a dealer whose quote its maker did not sign. */
  async function decideOn(
    snapshot: Snapshot,
    provisions: ReadonlyMap<string, number>,
    inputs: DecisionInputs,
  ): Promise<Decision> {
    const { settings, regions: answers } = inputs;
    const idle = dealing !== undefined && executor.inFlight().length === 0;
    for (;;) {
      const offers = idle ? dealing.offers(snapshot) : {};
      inputs.offers = offers;
      const decision = decide(
        snapshot,
        addresses,
        settings,
        provisions,
        (request) => {
          const answer = regions.lookUp(request);
          answers[request.underlying] = answer;
          return answer;
        },
        offers,
      );
      const { take } = decision;
      if (take === undefined || dealing === undefined || (await dealing.isGenuine(take))) return decision;
      dealing.dismiss(take);
    }
  }

  /** Adds to a settled hedge what the vault itself measured: errors before and after, and what it cost. */
  async function measure(event: ExecutionEvent, snapshot: Snapshot): Promise<void> {
    if (event.type !== "confirmed" || !("receipt" in event)) return;
    try {
      const outcome = outcomeOf(event.receipt, snapshot, addresses, fixed);
      if (outcome) await journal.measure(event.transaction.decisionId, outcome);
    } catch (error) {
      if (!(error instanceof StaleDataError)) throw error;
      log.warn(`decision ${event.transaction.decisionId} stays unmeasured: ${error.message}`);
    }
  }

  return { onSnapshot };
}
