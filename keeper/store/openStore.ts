import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { ConfigError, KeelError } from "../errors.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createLeases, type Leases } from "./leases.ts";
import { lockFolder } from "./lockFolder.ts";
import { attempts, type Database, decisions, leases, outcomes, transactions } from "./schema.ts";
import { causeOf } from "./storeError.ts";
import { createTransactions, type Transactions } from "./transactions.ts";

/** Where the journal lives: a PostgreSQL server (15 or later), a folder of this process alone, or memory, which may leave holds out. */
export type StoreLocation = { url: string } | { folder: string } | { memory: true; holds?: false };

export type Store = { journal: Journal; transactions: Transactions; leases: Leases; close(): Promise<void> };

type Connection = { database: Database; end(): Promise<unknown> };

const migrationsFolder = fileURLToPath(new URL("migrations", import.meta.url));
// Any number, the same for every keeper: only one migrates a server at a time.
const migrationLock = 0x6b65656c;

/**
 * Opens the journal, brings its tables up to date and reads what recovery rests on, so that a store which cannot be read or written
 * stops the keeper before it acts. A folder survives `kill -9`; against a power cut use a server, because PGlite does not fsync.
 * In memory holds are written in batches; elsewhere every row is written at once, so that a crash loses none.
 * @throws ConfigError when the store is locked, unreachable, unwritable or corrupt
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  const release = "folder" in location ? lockFolder(location.folder) : () => undefined;
  try {
    const { database, end } = await connect(location);
    const journal = createJournal(database, { holdBatch: "memory" in location ? (location.holds === false ? 0 : 256) : 1 });
    const close = async () => {
      try {
        await journal.flush();
      } catch (error) {
        // Rows wait for a server that is away only after their own write has failed, and that was told.
        if (!(error instanceof KeelError) || !error.retryable) throw error;
      } finally {
        await end();
        release();
      }
    };
    return { journal, transactions: createTransactions(database), leases: createLeases(database), close };
  } catch (cause) {
    release();
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      `The journal ${describe(location)} cannot be opened: ${causeOf(cause)}. ${cure(location)}`,
      {},
      { cause },
    );
  }
}

async function connect(location: StoreLocation): Promise<Connection> {
  const connection = "url" in location ? await connectServer(location.url) : await connectEmbedded(location);
  try {
    for (const table of [decisions, transactions, attempts, outcomes, leases]) {
      await connection.database.execute(sql`select count(*) from (select * from ${table} order by 1 desc limit 10000) as recent`);
    }
    return connection;
  } catch (cause) {
    await connection.end();
    throw cause;
  }
}

async function connectEmbedded(location: { folder: string } | { memory: true }): Promise<Connection> {
  const client = await PGlite.create("folder" in location ? join(location.folder, "journal") : "memory://");
  const database = drizzlePglite({ client });
  await migratePglite(database, { migrationsFolder });
  return { database, end: () => client.close() };
}

async function connectServer(url: string): Promise<Connection> {
  const silent = { onnotice: () => undefined };
  const single = postgres(url, { ...silent, max: 1 });
  try {
    await single`select pg_advisory_lock(${migrationLock})`;
    await migratePostgres(drizzlePostgres({ client: single }), { migrationsFolder });
  } finally {
    await single.end();
  }
  const client = postgres(url, silent);
  return { database: drizzlePostgres({ client }), end: () => client.end() };
}

/** Never the URL itself: it may carry a password. */
function describe(location: StoreLocation): string {
  if ("url" in location) return "at DATABASE_URL";
  return "folder" in location ? `in ${location.folder}` : "in memory";
}

function cure(location: StoreLocation): string {
  if ("url" in location) return "Check that the server runs, is PostgreSQL 15 or later, and that its user may create tables";
  return "Restore it from a copy, or start with another folder";
}
