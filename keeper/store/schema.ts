import {
  bigint,
  doublePrecision,
  numeric,
  type PgDatabase,
  type PgQueryResultHKT,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import type { Address, Hash, Hex } from "viem";
import type { TransactionState } from "../execution/transitions.ts";
import { losslessJson } from "./losslessJson.ts";

/** The journal's database, whichever driver is beneath. */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

// The SQL in migrations/ creates these tables; a test holds the two together.
const id = () => bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity();
const chainId = () => bigint("chain_id", { mode: "number" }).notNull();
const wei = (name: string) => numeric(name, { precision: 78, scale: 0, mode: "bigint" });
const block = (name: string) => bigint(name, { mode: "bigint" });

/** What was decided; `take`: a dealer's option quote; `post` and `chore` are the operator's: smiles posted, and settlements, collections and strikes that were due. */
export type Verdict = "hedge" | "take" | "provision" | "hold" | "refuse" | "post" | "chore";

/** One row per decision, holds and refusals included. */
export const decisions = pgTable("decisions", {
  id: id(),
  chainId: chainId(),
  vault: text().$type<Address>().notNull(),
  /** Null: the decision is about the whole vault. */
  underlying: text().$type<Address>(),
  blockNumber: block("block_number").notNull(),
  blockHash: text("block_hash").$type<Hash>().notNull(),
  /** Seconds since 1970, the block's own clock. */
  timestamp: block("block_timestamp").notNull(),
  snapshot: losslessJson(),
  /** What the decision rests on besides the snapshot: with both, `keel replay` makes it again. */
  inputs: losslessJson(),
  plan: losslessJson(),
  verdict: text().$type<Verdict>().notNull(),
  /** One readable line. */
  reason: text().notNull(),
});

/** One row per intent: at most one per decision, one per nonce, and one in flight per key (unique indexes). */
export const transactions = pgTable("transactions", {
  id: id(),
  decisionId: bigint("decision_id", { mode: "number" }).notNull(),
  chainId: chainId(),
  sender: text().$type<Address>().notNull(),
  /** Null when no nonce is held: a dry run, or an intent given up before it was signed. */
  nonce: bigint({ mode: "number" }),
  state: text().$type<TransactionState>().notNull(),
  to: text("target").$type<Address>().notNull(),
  data: text().$type<Hex>().notNull(),
  value: wei("value").notNull(),
  gasLimit: wei("gas_limit").notNull(),
  /** Quote units. */
  riskAtStake: doublePrecision("risk_at_stake").notNull(),
  createdBlock: block("created_block").notNull(),
  minedHash: text("mined_hash").$type<Hash>(),
  minedBlock: block("mined_block"),
  minedBlockHash: text("mined_block_hash").$type<Hash>(),
});

/** Every signed form of a transaction, stored before it is broadcast. */
export const attempts = pgTable("attempts", {
  id: id(),
  transactionId: bigint("transaction_id", { mode: "number" }).notNull(),
  purpose: text().$type<"hedge" | "cancel">().notNull(),
  hash: text().$type<Hash>().notNull(),
  raw: text().$type<Hex>().notNull(),
  maxFeePerGas: wei("max_fee_per_gas").notNull(),
  maxPriorityFeePerGas: wei("max_priority_fee_per_gas").notNull(),
  signedBlock: block("signed_block").notNull(),
});

/** What a settled transaction did: the receipt's facts at once, the measurement when the keeper has made it. */
export const outcomes = pgTable("outcomes", {
  transactionId: bigint("transaction_id", { mode: "number" }).primaryKey(),
  decisionId: bigint("decision_id", { mode: "number" }).notNull(),
  hash: text().$type<Hash>().notNull(),
  blockNumber: block("block_number").notNull(),
  blockHash: text("block_hash").$type<Hash>().notNull(),
  gasUsed: wei("gas_used").notNull(),
  feeWei: wei("fee_wei").notNull(),
  measurement: losslessJson(),
});

/** Who may act under a name, and until when by the server's clock. */
export const leases = pgTable("leases", {
  name: text().primaryKey(),
  holder: text().notNull(),
  expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
});
