import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { StaleDataError } from "../errors.ts";
import type { InFlight } from "../execution/executor.ts";
import { redact } from "../execution/secret.ts";
import type { BriefEntry, Journal, Measurement } from "../store/journal.ts";
import type { KeeperReport } from "./keeper.ts";
import type { Logger } from "./log.ts";
import { noPnl, pnlSince } from "./pnlSince.ts";
import { type Act, type InFlightView, type PnlView, type StateWriter, vaultKey } from "./serviceState.ts";
import { vaultView } from "./vaultView.ts";

export type Recorder = ReturnType<typeof createRecorder>;

/** Blocks in a row without a decision after which a person is told, and again after every so many. */
const STUCK_BLOCKS = 5;
const ACTS_SHOWN = 50;

/** Turns what the loop of one vault finds out into the service's state, and into alerts where a person should look. */
export function createRecorder(writer: StateWriter, addresses: AddressBook, journal: Pick<Journal, "acts">, log: Logger) {
  const { chainId, contracts } = addresses;
  const key = vaultKey(chainId, contracts.vault);
  let before: Snapshot | undefined;
  let pnl: PnlView | undefined;
  let failures = 0;
  let acts: readonly Act[] | undefined;

  function fail(problem: string): void {
    failures += 1;
    if (failures % STUCK_BLOCKS === 0)
      log.error({ chain: chainId, blocks: failures }, `no decision on vault ${contracts.vault}: ${problem}`);
  }

  return {
    /** A block was read, decided on and journalled. */
    async looked(snapshot: Snapshot, report: KeeperReport, inFlight: readonly InFlight[]): Promise<void> {
      const { decision, problem, events } = report;
      if (decision === undefined || problem !== undefined) fail(problem ?? "nothing could be decided");
      else if (failures >= STUCK_BLOCKS)
        log.error({ chain: chainId }, `vault ${contracts.vault} is decided on again, after ${failures} blocks`);
      if (decision !== undefined && problem === undefined) failures = 0;
      const isNews = report.submission !== undefined || events.length > 0 || inFlight.length > 0;
      const recent = acts === undefined || isNews ? (await journal.acts(chainId, contracts.vault, ACTS_SHOWN)).map(actOf) : acts;
      acts = recent;
      const settled = events.flatMap((event) => (event.type === "confirmed" ? [event.transaction.decisionId] : []));
      pnl = addBlock(
        pnl,
        before,
        snapshot,
        recent.filter(({ decisionId }) => settled.includes(decisionId)).map(({ costs }) => costs),
      );
      before = snapshot;
      const view = vaultView(addresses, snapshot, decision ?? redact(problem ?? ""));
      const phase = decision === undefined ? "stuck" : "running";
      const shown = { view, pnl, acts: recent, inFlight: inFlight.map(inFlightView) };
      writer.update(key, { phase, problem: decision === undefined ? redact(problem ?? "") : undefined, ...shown });
    },

    /** A block could not be read. */
    skipped(problem: string): void {
      fail(problem);
      writer.update(key, { phase: "stuck", problem: redact(problem) });
    },

    standby(): void {
      writer.update(key, {
        phase: "standby",
        problem: "another keeper holds the lease on these keys; this one takes over when it is silent",
      });
    },

    /** Nothing more will be done about this vault until a person acts. */
    halted(problem: string): void {
      log.error({ chain: chainId }, `vault ${contracts.vault} is halted: ${problem}`);
      writer.update(key, { phase: "halted", problem: redact(problem) });
    },
  };
}

function addBlock(
  pnl: PnlView | undefined,
  before: Snapshot | undefined,
  after: Snapshot,
  costs: readonly Readonly<Record<string, number>>[],
): PnlView {
  if (pnl === undefined || before === undefined) return noPnl(after.block.timestamp);
  const sum = (part: string) => costs.reduce((total, each) => total + (each[part] ?? 0), 0);
  try {
    return pnlSince(pnl, before, after, { execution: sum("execution"), gas: sum("gas") });
  } catch (error) {
    if (!(error instanceof StaleDataError)) throw error;
    const total = after.equity - before.equity;
    return { ...pnl, other: pnl.other + total, total: pnl.total + total };
  }
}

function actOf({ decision, transaction, outcome }: BriefEntry): Act {
  const measured = outcome?.measurement as Measurement | null | undefined;
  return {
    decisionId: decision.id,
    block: Number(decision.blockNumber),
    timestamp: Number(decision.timestamp),
    verdict: decision.verdict,
    reason: decision.reason,
    transaction: transaction?.state,
    hash: outcome?.hash ?? transaction?.minedHash ?? undefined,
    hedgeErrors: measured?.hedgeErrors ?? [],
    costs: measured?.costs ?? {},
  };
}

function inFlightView({ decisionId, transaction }: InFlight): InFlightView {
  const { sender, nonce, state, attempts, createdBlock } = transaction;
  return { decisionId, sender, nonce, state, hashes: attempts.map(({ hash }) => hash), createdBlock: Number(createdBlock) };
}
