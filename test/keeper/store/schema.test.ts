import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { getTableName } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { describe, expect, it } from "vitest";
import { type TransactionState, transitions } from "../../../keeper/execution/transitions.ts";
import { attempts, decisions, leases, outcomes, transactions } from "../../../keeper/store/schema.ts";

const migrationsFolder = fileURLToPath(new URL("../../../keeper/store/migrations", import.meta.url));
type Column = { column_name: string; data_type: string; is_nullable: string };

describe("the schema", () => {
  it("has the columns, the nulls and the states that the migrations make", async () => {
    const client = await PGlite.create("memory://");
    await migrate(drizzle({ client }), { migrationsFolder });
    const columnsOf = "select column_name, data_type, is_nullable from information_schema.columns where table_name = $1";
    for (const table of [decisions, transactions, attempts, outcomes, leases]) {
      const { rows } = await client.query<Column>(columnsOf, [getTableName(table)]);
      const made = rows.map((row) => `${row.column_name} ${row.data_type} ${row.is_nullable}`);
      const declared = getTableConfig(table).columns.map((column) => {
        const type = column.getSQLType().replace(/\(.*\)/, "");
        return `${column.name} ${type} ${column.notNull ? "NO" : "YES"}`;
      });
      expect(declared.toSorted()).toEqual(made.toSorted());
    }
    const { rows } = await client.query<{ states: string }>(
      "select pg_get_constraintdef(oid) as states from pg_constraint where conname = 'transactions_state_check'",
    );
    const allowed = [...(rows[0]?.states ?? "").matchAll(/'(\w+)'/g)].map(([, state]) => state as TransactionState);
    expect(allowed.toSorted()).toEqual(Object.keys(transitions).toSorted());
    await client.close();
  });
});
