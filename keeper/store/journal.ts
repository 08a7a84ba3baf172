import { and, desc, eq, getTableColumns, type InferSelectModel, inArray, isNull, ne } from "drizzle-orm";
import { redact } from "../execution/secret.ts";
import { type Database, decisions, outcomes, transactions } from "./schema.ts";
import { storeError } from "./storeError.ts";

type Decision = InferSelectModel<typeof decisions>;
export type NewDecision = Omit<Decision, "id" | "inputs"> & { readonly inputs?: unknown };
export type Outcome = InferSelectModel<typeof outcomes>;

/** What a settled hedge changed, per underlying in its units, and what it cost by part in quote. */
export type Measurement = {
  hedgeErrors: readonly { underlying: string; before: number; after: number }[];
  costs: Readonly<Record<string, number>>;
};

/** A decision with the transaction it led to and how that ended. */
export type JournalEntry = {
  decision: Decision;
  transaction: InferSelectModel<typeof transactions> | null;
  outcome: Outcome | null;
};

/** A confirmed hedge without its measurement: the snapshot it was decided on and the transaction that carried it out. */
export type Unmeasured = { decisionId: number; snapshot: unknown; hash: Outcome["hash"] };

/** An entry without the snapshot, the inputs and the plan, which are large. */
export type BriefEntry = {
  decision: Omit<Decision, "snapshot" | "inputs" | "plan">;
  transaction: JournalEntry["transaction"];
  outcome: Outcome | null;
};

const { snapshot: _snapshot, inputs: _inputs, plan: _plan, ...briefDecision } = getTableColumns(decisions);

export type Journal = ReturnType<typeof createJournal>;

/**
 * The decisions and their outcomes.
 * @param holdBatch how many holds may wait in memory for one insert; a crash loses at most these. 0 writes none
 */
export function createJournal(database: Database, { holdBatch }: { holdBatch: number }) {
  let waiting: NewDecision[] = [];

  async function insert(rows: NewDecision[]): Promise<number[]> {
    const written = await database.insert(decisions).values(rows.map(oneLine)).returning({ id: decisions.id }).catch(storeError);
    return written.map(({ id }) => id);
  }

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const rows = waiting;
    waiting = [];
    await insert(rows);
  }

  return {
    /** Writes a decision to do nothing, possibly later with others. */
    async addHold(decision: NewDecision): Promise<void> {
      if (holdBatch === 0 && decision.verdict === "hold") return;
      waiting.push(decision);
      if (waiting.length >= holdBatch) await flush();
    },

    /** Writes a decision now, after the holds before it. @returns its id */
    async addDecision(decision: NewDecision): Promise<number> {
      const rows = [...waiting, decision];
      waiting = [];
      return (await insert(rows)).at(-1) as number;
    },

    /** Notes that what was decided was not carried out, and why. A hedge becomes a refusal; the operator's errands keep their kind. */
    async refuse(decisionId: number, why: string): Promise<void> {
      const [row] = await database
        .select({ reason: decisions.reason, verdict: decisions.verdict })
        .from(decisions)
        .where(eq(decisions.id, decisionId))
        .catch(storeError);
      const isErrand = row?.verdict === "post" || row?.verdict === "chore";
      const reason = asOneLine(`${row?.reason}; refused: ${why}`);
      const refused = isErrand ? { reason } : { verdict: "refuse" as const, reason };
      await database.update(decisions).set(refused).where(eq(decisions.id, decisionId)).catch(storeError);
    },

    /** Writes the holds that wait. */
    flush,

    async find(decisionId: number): Promise<JournalEntry | null> {
      const [entry] = await entries().where(eq(decisions.id, decisionId)).catch(storeError);
      return entry ?? null;
    },

    /** The latest entries, newest first. */
    latest(limit: number): Promise<JournalEntry[]> {
      return entries().orderBy(desc(decisions.id)).limit(limit).catch(storeError);
    },

    /** Everything decided at one height, on any chain, in order. */
    atBlock(blockNumber: bigint): Promise<JournalEntry[]> {
      return entries().where(eq(decisions.blockNumber, blockNumber)).orderBy(decisions.id).limit(1_000).catch(storeError);
    },

    /** What was done or refused for one vault, newest first; holds are left out. */
    acts(chainId: number, vault: Decision["vault"], limit: number): Promise<BriefEntry[]> {
      return database
        .select({ decision: briefDecision, transaction: transactions, outcome: outcomes })
        .from(decisions)
        .leftJoin(transactions, eq(transactions.decisionId, decisions.id))
        .leftJoin(outcomes, eq(outcomes.transactionId, transactions.id))
        .where(and(eq(decisions.chainId, chainId), eq(decisions.vault, vault), ne(decisions.verdict, "hold")))
        .orderBy(desc(decisions.id))
        .limit(limit)
        .catch(storeError);
    },

    /** Adds what the keeper measured to the outcome of a decision. */
    async measure(decisionId: number, measurement: Measurement): Promise<void> {
      await database.update(outcomes).set({ measurement }).where(eq(outcomes.decisionId, decisionId)).catch(storeError);
    },

    /** The latest confirmed hedges of one vault that lack their measurement, newest first. What failed, and errands, never get one. */
    unmeasured(chainId: number, vault: Decision["vault"], limit: number): Promise<Unmeasured[]> {
      const isOwn = and(
        eq(decisions.chainId, chainId),
        eq(decisions.vault, vault),
        inArray(decisions.verdict, ["hedge", "take"]),
      );
      return database
        .select({ decisionId: decisions.id, snapshot: decisions.snapshot, hash: outcomes.hash })
        .from(outcomes)
        .innerJoin(decisions, eq(decisions.id, outcomes.decisionId))
        .innerJoin(transactions, eq(transactions.id, outcomes.transactionId))
        .where(and(isOwn, eq(transactions.state, "confirmed"), isNull(outcomes.measurement)))
        .orderBy(desc(decisions.id))
        .limit(limit)
        .catch(storeError);
    },
  };

  function entries() {
    return database
      .select({ decision: decisions, transaction: transactions, outcome: outcomes })
      .from(decisions)
      .leftJoin(transactions, eq(transactions.decisionId, decisions.id))
      .leftJoin(outcomes, eq(outcomes.transactionId, transactions.id));
  }
}

function oneLine(decision: NewDecision): NewDecision {
  return { ...decision, reason: asOneLine(decision.reason) };
}

/** A revert string may hold anything: line breaks, NUL, half a character. */
function asOneLine(text: string): string {
  return redact(text)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
    .trim();
}
