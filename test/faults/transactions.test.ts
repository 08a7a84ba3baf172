import { type Address, parseGwei, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFaultProxy } from "./faultProxy.ts";
import * as faults from "./namedFaults.ts";
import { first, isSend, on } from "./namedFaults.ts";
import { openStage, type Pilot, type Stage } from "./stage.ts";
import { expectAlert, expectUpright } from "./verdict.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const baseFee = (gwei: string) => stage.world.request("hardhat_setNextBlockBaseFeePerGas", [toHex(parseGwei(gwei))]);
const states = async (pilot: Pilot) => (await pilot.journal()).flatMap(({ transaction }) => transaction?.state ?? []);
const hashOf = async (pilot: Pilot) =>
  (await stage.store.transactions.inFlight(stage.world.addresses.chainId, pilot.account.address))?.attempts.at(-1)?.hash;

describe("the pool", () => {
  it("drops the transaction: it is sent again, the hedge is made once", async () => {
    const pilot = await stage.pilot("dropped");
    await pilot.until(pilot.hasSent);
    await stage.world.request("anvil_dropTransaction", [await hashOf(pilot)]);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("is lost whole: the hedge is made once", async () => {
    const pilot = await stage.pilot("pool lost");
    await pilot.until(pilot.hasSent);
    await stage.world.request("anvil_dropAllTransactions");
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("takes nothing for longer than a decision lives: the hedge is cancelled, no nonce gap stays, one hedge is made", async () => {
    const pilot = await stage.pilot("nonce gap");
    pilot.proxies[0]?.inject(faults.drop);
    await pilot.mine(15);
    expect(await stage.rebalances()).toHaveLength(0);
    pilot.proxies[0]?.inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(await states(pilot)).toEqual(["cancelled", "confirmed"]);
  });

  it("refuses a replacement as underpriced: the hedge is made once", async () => {
    const pilot = await stage.pilot("underpriced");
    await pilot.until(pilot.hasSent);
    const refusal = { error: { code: -32000, message: "replacement transaction underpriced" } };
    pilot.proxies[0]?.inject(
      on(
        isSend,
        first(3, () => refusal),
      ),
    );
    for (let block = 0; block < 7; block += 1) {
      await baseFee("150");
      await pilot.mine();
    }
    await baseFee("1");
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});

describe("fees", () => {
  it("stuck under the base fee: replaced at its nonce by dearer attempts, the hedge is made once", async () => {
    const pilot = await stage.pilot("stuck");
    await pilot.until(pilot.hasSent);
    for (let block = 0; block < 5; block += 1) {
      await baseFee("100");
      await pilot.mine();
    }
    await baseFee("100");
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(pilot.lines.map(({ msg }) => msg)).toContain("hedge replaced");
    await baseFee("1");
  });

  it("spike a hundredfold while it waits: the ceiling rises with the risk and no further, an alert says that it is stuck", async () => {
    const ceiling = parseGwei("40");
    const pilot = await stage.pilot("spike", { policy: { maxFeePerGas: () => ceiling } });
    await pilot.until(pilot.hasSent);
    for (let block = 0; block < 10; block += 1) {
      await baseFee("100");
      await pilot.mine();
    }
    await expectAlert(pilot, /hedge stuck/);
    expect(await stage.rebalances()).toHaveLength(0);
    const inFlight = await stage.store.transactions.inFlight(stage.world.addresses.chainId, pilot.account.address);
    for (const { purpose, maxFeePerGas } of inFlight?.attempts ?? [])
      if (purpose === "hedge") expect(maxFeePerGas).toBeLessThanOrEqual(ceiling);
    await baseFee("1");
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("out of gas money: nothing is sent, an alert asks for it, and with it the hedge is made once", async () => {
    const pilot = await stage.pilot("poor");
    await stage.world.request("hardhat_setBalance", [pilot.account.address, toHex(1000)]);
    await stage.world.request("anvil_dropAllTransactions");
    await pilot.mine(6);
    await expectAlert(pilot, /send it gas money/);
    expect(await stage.rebalances()).toHaveLength(0);
    await stage.world.request("hardhat_setBalance", [pilot.account.address, toHex(10n ** 18n)]);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});

describe("a hedge that is mined but reverts", () => {
  it("is settled as failed and decided anew: one hedge is made", async () => {
    const pilot = await stage.pilot("reverts");
    const venue: Address = stage.world.addresses.contracts.uniswapVenue;
    const code = await stage.world.client.getCode({ address: venue });
    await pilot.until(pilot.hasSent);
    await stage.world.request("hardhat_setCode", [venue, "0x60006000fd"]);
    await pilot.mine(2);
    await stage.world.request("hardhat_setCode", [venue, code]);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(await states(pilot)).toEqual(["failed", "confirmed"]);
  });
});

describe("a private relay", () => {
  it("gets the hedge first and alone; what it does not deliver goes to the public pool, and the hedge is made once", async () => {
    const relay = await openFaultProxy(stage.world.url);
    relay.inject(faults.drop);
    const pilot = await stage.pilot("relay", { relay: { url: relay.url, blocks: 3 } });
    await pilot.until(pilot.hasSent);
    await pilot.mine(2);
    expect(relay.calls.some(isSend)).toBe(true);
    expect(pilot.proxies[0]?.calls.some(isSend)).toBe(false);
    await pilot.until(pilot.isUpright);
    expect(pilot.proxies[0]?.calls.some(isSend)).toBe(true);
    await expectUpright(stage, pilot);
    await pilot.stop();
    await relay.close();
  });

  it("that delivers keeps it off the public pool", async () => {
    const relay = await openFaultProxy(stage.world.url);
    const pilot = await stage.pilot("relay delivers", { relay: { url: relay.url, blocks: 3 } });
    await pilot.until(pilot.isUpright);
    expect(pilot.proxies[0]?.calls.some(isSend)).toBe(false);
    await expectUpright(stage, pilot);
    await pilot.stop();
    await relay.close();
  });
});
