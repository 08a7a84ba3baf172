import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../../keeper/store/openStore.ts";
import { storeError } from "../../../keeper/store/storeError.ts";
import { openStage, type Stage } from "../../faults/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("a block that the node fails to serve while the journal's server is away", () => {
  it("is skipped for the node's reason, and the journal's is told beside it", async () => {
    const { journal } = stage.store;
    const addHold: typeof journal.addHold = async (row) => {
      if (row.snapshot === null) storeError(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      await journal.addHold(row);
    };
    const store: Store = { ...stage.store, journal: { ...journal, addHold } };
    const pilot = await stage.pilot("both away", { store });
    await pilot.settle();
    for (const { inject } of pilot.proxies)
      inject(({ method, params }, forward) =>
        method === "eth_call" ? { status: 503, body: "overloaded" } : forward(method, params),
      );
    await stage.mine();
    await pilot.hears(/block skipped/);
    const said = pilot.lines.map(({ msg }) => msg);
    expect(said.find((line) => /block skipped/.test(line))).not.toMatch(/journal/);
    expect(said).toContain("The journal's server is away: read ECONNRESET");

    for (const { inject } of pilot.proxies) inject(undefined);
    await pilot.until(pilot.isUpright);
  });
});
