import { and, asc, eq, getTableColumns, type InferSelectModel, inArray, max, notInArray, type SQL, sql } from "drizzle-orm";
import type { Address } from "viem";
import { KeelError } from "../errors.ts";
import { settledStates, type TransactionState } from "../execution/transitions.ts";
import type { Outcome } from "./journal.ts";
import { attempts, type Database, outcomes, transactions } from "./schema.ts";
import { storeError } from "./storeError.ts";

type Row = InferSelectModel<typeof transactions>;
export type Attempt = Omit<InferSelectModel<typeof attempts>, "id" | "transactionId">;

const { id: attemptId, transactionId: attemptOf, ...attemptFacts } = getTableColumns(attempts);

/** A transaction with every attempt at it, oldest first. */
export type Transaction = Row & { readonly attempts: readonly Attempt[] };
export type NewTransaction = Omit<Row, "id" | "minedHash" | "minedBlock" | "minedBlockHash">;

/** What one step of a transaction writes, all of it or nothing. */
export type TransactionChange = {
  state: TransactionState;
  /** A newly signed form, stored before it is broadcast. */
  attempt?: Attempt;
  /** Where it was found; null when a reorg took it out again. */
  mined?: { hash: Attempt["hash"]; blockNumber: bigint; blockHash: Attempt["hash"] } | null;
  outcome?: Omit<Outcome, "transactionId" | "decisionId" | "measurement">;
  /** Takes the outcome back: a reorg undid it. */
  undoOutcome?: true;
  /** Gives the nonce back: nothing was ever signed with it. */
  releaseNonce?: true;
};

export type Transactions = ReturnType<typeof createTransactions>;

/** The transactions and their attempts. Which change may follow which is the executor's knowledge; here each is written whole. */
export function createTransactions(database: Database) {
  return {
    /** Stores an intent. @throws KeelError when its decision has one already, its nonce is held, or the key has one in flight */
    async add(intent: NewTransaction): Promise<Transaction> {
      const [row] = await database.insert(transactions).values(intent).returning().catch(storeError);
      return { ...(row as Row), attempts: [] };
    },

    /**
     * Writes one step. @returns the transaction after it
     * @throws KeelError when the stored state is no longer the one this step starts from: another process moved it
     */
    async update(transaction: Transaction, change: TransactionChange): Promise<Transaction> {
      const { state, attempt, mined, outcome, undoOutcome, releaseNonce } = change;
      const { id } = transaction;
      const columns = {
        state,
        ...(mined !== undefined && {
          minedHash: mined?.hash ?? null,
          minedBlock: mined?.blockNumber ?? null,
          minedBlockHash: mined?.blockHash ?? null,
        }),
        ...(releaseNonce && { nonce: null }),
      };
      const stands = and(eq(transactions.id, id), eq(transactions.state, transaction.state));
      const move = database
        .update(transactions)
        .set(columns)
        .where(stands)
        .returning({ id: transactions.id, decisionId: transactions.decisionId });
      const written = await database
        .execute(
          sql`with moved as (${move.getSQL()})${signed(attempt)}${settled(outcome)}${undone(undoOutcome)} select id from moved`,
        )
        .catch(storeError);
      if (rowsOf(written).length === 0) {
        throw new KeelError(`Transaction ${id} is no longer "${transaction.state}": another process uses this journal and key`, {
          id,
        });
      }
      return { ...transaction, ...columns, attempts: attempt ? [...transaction.attempts, attempt] : transaction.attempts };
    },

    /** The transaction of this key that is not settled; the indexes allow one. */
    async inFlight(chainId: number, sender: Address): Promise<Transaction | null> {
      const open = and(
        eq(transactions.chainId, chainId),
        eq(transactions.sender, sender),
        notInArray(transactions.state, [...settledStates]),
      );
      return findOne(open);
    },

    /** The transaction that holds a nonce of this key. */
    async atNonce(chainId: number, sender: Address, nonce: number): Promise<Transaction | null> {
      return findOne(and(eq(transactions.chainId, chainId), eq(transactions.sender, sender), eq(transactions.nonce, nonce)));
    },

    /** The highest nonce of this key the journal has seen used up; −1 when none. */
    async lastNonce(chainId: number, sender: Address): Promise<number> {
      const used = and(
        eq(transactions.chainId, chainId),
        eq(transactions.sender, sender),
        inArray(transactions.state, [...settledStates]),
      );
      const [row] = await database
        .select({ nonce: max(transactions.nonce) })
        .from(transactions)
        .where(used)
        .catch(storeError);
      return row?.nonce ?? -1;
    },
  };

  async function findOne(which: SQL | undefined): Promise<Transaction | null> {
    const [row] = await database.select().from(transactions).where(which).catch(storeError);
    if (!row) return null;
    const found = await database
      .select(attemptFacts)
      .from(attempts)
      .where(eq(attemptOf, row.id))
      .orderBy(asc(attemptId))
      .catch(storeError);
    return { ...row, attempts: found };
  }
}

/** The clauses of one statement, so that a step costs one round trip and stands whole or not at all. */
function signed(attempt: Attempt | undefined): SQL {
  if (!attempt) return sql``;
  const { purpose, hash, raw, maxFeePerGas, maxPriorityFeePerGas, signedBlock } = attempt;
  return sql`, signed as (
    insert into ${attempts} (transaction_id, purpose, hash, raw, max_fee_per_gas, max_priority_fee_per_gas, signed_block)
    select id, ${purpose}, ${hash}, ${raw}, ${String(maxFeePerGas)}::numeric, ${String(maxPriorityFeePerGas)}::numeric, ${String(signedBlock)}::bigint
    from moved)`;
}

function settled(outcome: TransactionChange["outcome"]): SQL {
  if (!outcome) return sql``;
  const { hash, blockNumber, blockHash, gasUsed, feeWei } = outcome;
  return sql`, settled as (
    insert into ${outcomes} (transaction_id, decision_id, hash, block_number, block_hash, gas_used, fee_wei)
    select id, decision_id, ${hash}, ${String(blockNumber)}::bigint, ${blockHash}, ${String(gasUsed)}::numeric, ${String(feeWei)}::numeric
    from moved)`;
}

function undone(undo: true | undefined): SQL {
  return undo ? sql`, undone as (delete from ${outcomes} where transaction_id in (select id from moved))` : sql``;
}

/** PGlite answers with an object around the rows, postgres.js with the rows. */
function rowsOf(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : (answer as { rows: unknown[] }).rows;
}
