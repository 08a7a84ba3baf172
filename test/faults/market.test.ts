import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import { SPOT } from "./vaultWorld.ts";
import { expectAgreement, expectAlert, expectUpright } from "./verdict.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => vi.useRealTimers());

const mineAfter = async (seconds: number) => {
  const { timestamp } = await stage.world.client.getBlock();
  await stage.world.request("evm_setNextBlockTimestamp", [toHex(timestamp + BigInt(seconds))]);
  await stage.world.request("evm_mine");
};

describe("the oracle", () => {
  it("stalls: nothing is hedged, an alert says why; with its next round the hedge is made once", async () => {
    const pilot = await stage.pilot("oracle stalls");
    await pilot.until(pilot.isUpright);
    await mineAfter(4_000);
    await pilot.mine(6);
    await expectAlert(pilot, /no decision on vault .*: .*StalePrice/);
    await stage.world.report(SPOT);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it.each([
    ["up 90 %", 1.9],
    ["down 90 %", 0.1],
  ] as const)("is %s for one round: afterwards the vault is upright", async (name, factor) => {
    const pilot = await stage.pilot(`oracle ${name}`);
    await pilot.until(pilot.isUpright);
    const before = await stage.world.equity();
    await stage.world.report(SPOT * factor);
    await pilot.mine(2);
    await stage.world.report(SPOT);
    await pilot.until(pilot.isUpright, 25);
    await expectAgreement(stage, pilot);
    // At most there and back, within the guard's price bands.
    expect((await stage.rebalances()).length).toBeLessThanOrEqual(3);
    expect(await stage.world.equity()).toBeGreaterThan(before * 0.999);
  });
});

describe("clocks", () => {
  it("the chain's jumps an hour ahead: the hedge is made once", async () => {
    const pilot = await stage.pilot("chain clock ahead");
    await pilot.until(pilot.hasSent);
    await mineAfter(3_600);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it.each([
    ["an hour behind", -3_600_000],
    ["an hour ahead", 3_600_000],
  ] as const)("the host's is %s: the hedge is made once", async (name, offset) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offset });
    const pilot = await stage.pilot(`host clock ${name}`);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});

describe("the server of option marks", () => {
  it.each([
    ["slow", undefined],
    ["failing", { status: 500, body: "" }],
    ["expired", { status: 404, body: "" }],
    ["altering", { status: 200, body: '{"quotes":[{"k":0,"vol":-1,"weight":1}],"carry":0}' }],
  ] as const)("is %s: the hedge is made once all the same", async (name, answer) => {
    const server = createServer((_, response) => {
      if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const marksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pilot = await stage.pilot(`marks ${name}`, { marksUrl, timeoutMs: 100 });
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    await pilot.stop();
    server.closeAllConnections();
    server.close();
  });
});
