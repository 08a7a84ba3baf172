import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createJournal, type Journal } from "../../../keeper/store/journal.ts";
import type { Verdict } from "../../../keeper/store/schema.ts";
import { decisionAt } from "../execution/keeperOn.ts";

const migrationsFolder = fileURLToPath(new URL("../../../keeper/store/migrations", import.meta.url));
const decision = decisionAt(1, { number: 1n, hash: `0x${"ab".repeat(32)}`, baseFeePerGas: 1n });
const at = (blockNumber: bigint, verdict: Verdict) => ({ ...decision, blockNumber, verdict, reason: `block ${blockNumber}` });

let client: PGlite;
let journal: Journal;
let failures: number;
beforeAll(async () => {
  client = await PGlite.create("memory://");
  const query = client.query.bind(client);
  client.query = async (...given: Parameters<typeof query>) => {
    failures -= 1;
    if (failures >= 0) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    return query(...given);
  };
  failures = 0;
  await migrate(drizzle({ client }), { migrationsFolder });
});
beforeEach(async () => {
  failures = 0;
  await client.exec("truncate decisions cascade");
  journal = createJournal(drizzle({ client }), { holdBatch: 1 });
});
afterAll(() => client.close());

const rows = async () => (await journal.latest(1_000)).reverse().map((entry) => entry.decision);
const away = expect.objectContaining({ retryable: true, message: expect.stringContaining("server is away") });

describe("rows whose insert failed because the server was away", () => {
  it("are written with the next row, in the blocks' order", async () => {
    await journal.addHold(at(1n, "hold"));
    failures = 2;
    await expect(journal.addHold(at(2n, "hold"))).rejects.toEqual(away);
    await expect(journal.addHold(at(3n, "refuse"))).rejects.toEqual(away);
    const id = await journal.addDecision(at(4n, "hedge"));
    expect((await rows()).map(({ reason }) => reason)).toEqual(["block 1", "block 2", "block 3", "block 4"]);
    expect((await journal.find(id))?.decision).toMatchObject({ blockNumber: 4n, verdict: "hedge" });
  });

  it("are refusals when they were decisions, since nobody may carry them out", async () => {
    failures = 2;
    await expect(journal.addDecision(at(1n, "hedge"))).rejects.toEqual(away);
    await expect(journal.addDecision(at(2n, "post"))).rejects.toEqual(away);
    await journal.flush();
    expect((await rows()).map(({ verdict }) => verdict)).toEqual(["refuse", "post"]);
    for (const { reason } of await rows()) expect(reason).toMatch(/^block \d; refused: The journal's server is away/);
  });

  it("are kept for a long absence, the latest of them", async () => {
    failures = 130;
    for (let block = 1n; block <= 130n; block += 1n) await expect(journal.addHold(at(block, "hold"))).rejects.toEqual(away);
    await journal.flush();
    const written = (await rows()).map(({ blockNumber }) => blockNumber);
    expect(written.length).toBeGreaterThanOrEqual(100);
    expect(written).toEqual(Array.from(written, (_, index) => 130n - BigInt(written.length - 1 - index)));
  });

  it("do not include what the database itself refuses", async () => {
    await expect(journal.addDecision({ ...decision, verdict: "nonsense" as "hold" })).rejects.toThrow(/verdict_check/);
    await journal.addHold(at(2n, "hold"));
    expect((await rows()).map(({ blockNumber }) => blockNumber)).toEqual([2n]);
  });
});
