import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../../keeper/store/openStore.ts";
import { type Chain, openAnvilChain } from "./chains.ts";
import { keeperOn } from "./keeperOn.ts";

let chain: Chain;
const folder = mkdtempSync(join(tmpdir(), "keel-kill-"));

beforeAll(async () => {
  chain = await openAnvilChain();
});
afterAll(async () => {
  await chain.close();
  rmSync(folder, { recursive: true, force: true });
});

const program = fileURLToPath(new URL("submitAndDie.ts", import.meta.url));

const deaths = [
  { writes: 1, name: "after the intent is stored", events: ["abandoned"], effects: 0n },
  { writes: 2, name: "after the raw transaction is stored, before it is sent", events: ["accepted"], effects: 1n },
  { writes: 3, name: "after it is sent", events: [], effects: 1n },
];

describe("kill -9", () => {
  it("between any two writes leaves a folder that opens again and a hedge with at most one effect", async () => {
    await chain.mine();
    let store = await openStore({ folder });
    const killed = [];
    for (const death of deaths) {
      const keeper = await keeperOn(chain, store, death.name);
      killed.push({ ...death, keeper, intent: await keeper.intent() });
    }
    await store.close();

    for (const { writes, keeper, intent } of killed) {
      const parameters = [folder, chain.url ?? "", keeper.key, keeper.recipient, String(intent.decisionId), String(writes)];
      const child = spawn(process.execPath, [program, ...parameters], { stdio: ["ignore", "inherit", "inherit"] });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    }

    store = await openStore({ folder });
    const head = await chain.head();
    const restarted = [];
    for (const { name, events, ...rest } of killed) {
      const { executor } = await keeperOn(chain, store, name);
      expect(
        (await executor.recover(head)).map(({ type }) => type),
        name,
      ).toEqual(events);
      restarted.push({ name, executor, ...rest });
    }
    const next = await chain.mine();
    for (const { name, executor, keeper, intent, effects } of restarted) {
      await executor.onBlock(next);
      expect(executor.inFlight(), name).toEqual([]);
      expect(await keeper.effects(), name).toBe(effects);
      const { address } = keeper.account;
      expect(await chain.client.getTransactionCount({ address, blockTag: "pending" })).toBe(Number(effects));
      expect((await store.journal.find(intent.decisionId))?.transaction?.state).toBe(effects === 1n ? "confirmed" : "cancelled");
    }
    await store.close();
  });
});
