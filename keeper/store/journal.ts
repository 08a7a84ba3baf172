import { and, desc, eq, getTableColumns, type InferSelectModel, inArray, isNull, ne } from "drizzle-orm";
import { KeelError } from "../errors.ts";
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

/** Rows kept in memory while the database is away; of a longer absence the latest are kept. */
const MOST_WAITING = 100;

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

  /** Writes the rows that wait, and one after them. @returns its id, the last one's when none is given */
  async function write(decision?: NewDecision): Promise<number | undefined> {
    const rows = waiting;
    waiting = [];
    try {
      return (await insert(decision === undefined ? rows : [...rows, decision])).at(-1);
    } catch (error) {
      // What the database itself refuses would be refused for ever.
      if (!(error instanceof KeelError) || !error.retryable) throw error;
      const undone = decision === undefined ? [] : [{ ...decision, ...refused(decision, error.message) }];
      waiting = [...rows, ...undone, ...waiting].slice(-MOST_WAITING);
      throw error;
    }
  }

  async function flush(): Promise<void> {
    if (waiting.length > 0) await write();
  }

  return {
    /**
     * Writes a decision to do nothing, possibly later with others.
     * @throws a retryable KeelError when the database is away: the row is kept and written with a later one
     */
    async addHold(decision: NewDecision): Promise<void> {
      if (holdBatch === 0 && decision.verdict === "hold") return;
      waiting.push(decision);
      if (waiting.length >= holdBatch) await flush();
    },

    /**
     * Writes a decision now, after the holds before it. @returns its id
     * @throws a retryable KeelError when the database is away: the decision must not be carried out, a later row is written with its refusal
     */
    async addDecision(decision: NewDecision): Promise<number> {
      return (await write(decision)) as number;
    },

    /** Notes that what was decided was not carried out, and why. A hedge becomes a refusal; the operator's errands keep their kind. */
    async refuse(decisionId: number, why: string): Promise<void> {
      const [row] = await database
        .select({ reason: decisions.reason, verdict: decisions.verdict })
        .from(decisions)
        .where(eq(decisions.id, decisionId))
        .catch(storeError);
      if (row === undefined) return;
      await database.update(decisions).set(refused(row, why)).where(eq(decisions.id, decisionId)).catch(storeError);
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

/** A hedge becomes a refusal, an errand keeps its kind. */
function refused({ verdict, reason }: Pick<Decision, "verdict" | "reason">, why: string) {
  const isErrand = verdict === "post" || verdict === "chore";
  return { verdict: isErrand ? verdict : ("refuse" as const), reason: asOneLine(`${reason}; refused: ${why}`) };
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
