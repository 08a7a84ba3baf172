import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from "viem";
import { vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { fromWad } from "../chain/units.ts";
import { KeelError } from "../errors.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import type { Submission } from "../execution/submit.ts";
import type { Journal, NewDecision } from "../store/journal.ts";
import { type Decision, type DecisionSettings, decide, regionRequests } from "./decide.ts";
import type { Logger } from "./log.ts";
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
  readonly log: Logger;
};

/** The hedger: one decision a block, at most one hedge in flight, every decision in the journal before it acts. */
export function createKeeper({ addresses, executor, journal, settings: fixed, outlooks, regions, log }: KeeperOptions) {
  const vault = addresses.contracts.vault;
  /** Risk a hedge in flight leaves, by the last decision, quote: its fee ceiling rises with it. */
  let unhedged = 0;

  /** Looks at one snapshot: settles what is in flight, decides, journals and submits. */
  async function onSnapshot(snapshot: Snapshot, provisions: ReadonlyMap<string, number>): Promise<KeeperReport> {
    const { block } = snapshot;
    const settings = { ...fixed, outlook: outlooks.observe(snapshot) };
    const row = { chainId: addresses.chainId, vault, underlying: null, blockNumber: block.number, blockHash: block.hash };
    const inputs: DecisionInputs = { settings, provisions: Object.fromEntries(provisions), regions: {} };
    const base = { ...row, timestamp: BigInt(block.timestamp), snapshot, inputs };
    const head = { number: block.number, hash: block.hash, baseFeePerGas: block.baseFeeWei };
    const events = await executor.onBlock(head, { riskAtStake: unhedged }).catch(async (error: unknown) => {
      if (error instanceof KeelError) await journal.addHold({ ...base, plan: null, verdict: "refuse", reason: error.message });
      throw error;
    });
    for (const event of events) await measure(event, snapshot);

    let decision: Decision;
    try {
      await regions.prepare(regionRequests(snapshot, settings));
      decision = decide(snapshot, addresses, settings, provisions, (request) => {
        const answer = regions.lookUp(request);
        inputs.regions[request.underlying] = answer;
        return answer;
      });
    } catch (error) {
      if (!(error instanceof KeelError)) throw error;
      await journal.addHold({ ...base, plan: null, verdict: "refuse", reason: error.message });
      log.warn({ block: block.number.toString() }, error.message);
      return { decision: undefined, submission: undefined, events, problem: error.message };
    }

    unhedged = decision.plans.reduce((sum, plan) => sum + plan.saves, 0);
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
    const data = encodeFunctionData({ abi: vaultAbi, functionName: "rebalance", args: [decision.actions] });
    const submission = await executor.submit({ to: vault, data, decisionId, riskAtStake: unhedged, errorsAbi: vaultAbi });
    log.info({ block: block.number.toString(), decision: decisionId, status: submission.status }, decision.reason);
    return { decision, submission, events, problem: submission.status === "refused" ? submission.reason : undefined };
  }

  /** Adds to a settled hedge what the vault itself measured: errors before and after, and what it cost. */
  async function measure(event: ExecutionEvent, snapshot: Snapshot): Promise<void> {
    if (event.type !== "confirmed" || !("receipt" in event)) return;
    const outcome = outcomeOf(event.receipt, snapshot, addresses, fixed);
    if (outcome) await journal.measure(event.transaction.decisionId, outcome);
  }

  return { onSnapshot };
}

/** What a rebalance changed and cost, from its receipt; undefined for a transaction that was none. */
function outcomeOf(receipt: TransactionReceipt, snapshot: Snapshot, addresses: AddressBook, settings: DecisionSettings) {
  const logs = parseEventLogs({ abi: vaultAbi, logs: receipt.logs, eventName: ["Rebalanced", "HedgeErrorMoved"] });
  const rebalanced = logs.find((log) => log.eventName === "Rebalanced");
  if (rebalanced?.eventName !== "Rebalanced") return undefined;
  const etherPrice = snapshot.underlyings.find(({ symbol }) => symbol === settings.gasAsset)?.price ?? 0;
  const symbolOf = (address: string) => addresses.underlyings.find((each) => each.address === address)?.symbol ?? address;
  const hedgeErrors = logs.flatMap((log) =>
    log.eventName === "HedgeErrorMoved"
      ? [{ underlying: symbolOf(log.args.underlying), before: fromWad(log.args.beforeWad), after: fromWad(log.args.afterWad) }]
      : [],
  );
  const costs = {
    execution: -fromWad(rebalanced.args.equityChangeWad),
    gas: fromWad(receipt.gasUsed * receipt.effectiveGasPrice) * etherPrice,
  };
  return { hedgeErrors, costs };
}
