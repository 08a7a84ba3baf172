import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "./faultProxy.ts";
import * as faults from "./namedFaults.ts";
import { openStage, type Pilot, type Stage } from "./stage.ts";
import { expectAlert, expectUpright } from "./verdict.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const reorg = async (pilot: Pilot, depth: number) => {
  await stage.world.request("anvil_reorg", [depth, []]);
  await pilot.mine();
};

/** The newest block is another one than the true one: `back` blocks ago. */
const oldHead = (back: () => number): Fault =>
  faults.on(
    ({ method, params }) => method === "eth_getBlockByNumber" && params[0] === "latest",
    async ({ method, params }, forward) => {
      const number = await stage.world.client.getBlockNumber();
      return forward(method, [`0x${(number - BigInt(back())).toString(16)}`, params[1]]);
    },
  );

describe("heads", () => {
  it("missed heads are skipped, never queued: the hedge is made once", async () => {
    const pilot = await stage.pilot("missed heads");
    for (let round = 0; round < 5; round += 1) {
      for (let block = 0; block < 3; block += 1) await stage.mine();
      await pilot.settle();
    }
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("duplicate and out-of-order heads are decided on at most once", async () => {
    const pilot = await stage.pilot("out-of-order heads");
    let turn = 0;
    pilot.proxies[0]?.inject(
      oldHead(() => {
        turn += 1;
        return turn % 3;
      }),
    );
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    const hashes = (await pilot.journal()).map(({ decision }) => decision.blockHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("no new block for long: an alert says so, and blocks that come again are hedged on", async () => {
    const pilot = await stage.pilot("silence", { silenceMs: 50 });
    await pilot.hears(/No block above/);
    await expectAlert(pilot, /No block above \d+ for/);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});

describe("reorganisations", () => {
  it("of one block at the same height: the hedge is put back in flight and made once", async () => {
    const pilot = await stage.pilot("reorg of one block");
    await pilot.until(pilot.hasSent);
    await pilot.mine();
    expect(await stage.rebalances()).toHaveLength(1);
    await stage.world.request("anvil_reorg", [1, []]);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(pilot.lines.map(({ msg }) => msg)).toContain("hedge unmined");
  });

  it("deeper than the confirmations: the settled hedge is taken up again, with an alert, and made once", async () => {
    const pilot = await stage.pilot("deep reorg");
    await pilot.until(pilot.isUpright);
    await pilot.mine(2);
    await stage.world.request("anvil_reorg", [5, []]);
    expect(await stage.rebalances()).toHaveLength(0);
    await pilot.mine();
    await pilot.until(pilot.isUpright);
    await expectAlert(pilot, /hedge reopened/);
    await expectUpright(stage, pilot);
  });

  it("that replaces the hedge by a foreign transaction of its key: halts and says why", async () => {
    const pilot = await stage.pilot("replaced hedge");
    await pilot.until(pilot.hasSent);
    await pilot.mine();
    const foreign = await pilot.account.signTransaction({
      type: "eip1559",
      chainId: stage.world.addresses.chainId,
      nonce: 0,
      gas: 21_000n,
      to: pilot.account.address,
      maxFeePerGas: 10n ** 12n,
      maxPriorityFeePerGas: 10n ** 9n,
    });
    await stage.world.request("anvil_reorg", [1, [[foreign, 0]]]);
    await pilot.mine(4);
    expect(pilot.halted()?.message).toMatch(/unknown transaction used nonce 0/);
    await expectAlert(pilot, /unknown transaction used nonce 0/);
    expect(await stage.rebalances()).toHaveLength(0);
  });

  it("again and again while the hedge is on its way: the hedge is made once", async () => {
    const pilot = await stage.pilot("storm of reorgs");
    for (const depth of [1, 2, 1, 3, 1]) {
      await pilot.mine();
      await reorg(pilot, depth);
    }
    await pilot.until(pilot.isUpright, 25);
    await expectUpright(stage, pilot);
  });
});

describe("a node that restarts mid-transaction", () => {
  it("loses its pool and its connections: the hedge is made once", async () => {
    const pilot = await stage.pilot("node restarts");
    await pilot.until(pilot.hasSent);
    pilot.proxies[0]?.inject(faults.reset);
    await stage.world.request("anvil_dropAllTransactions");
    await pilot.mine(2);
    pilot.proxies[0]?.inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});
