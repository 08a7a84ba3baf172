import { encodeAbiParameters, keccak256, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aggregatorProxyAbi } from "../../keeper/chain/abi.ts";
import { createChainClient } from "../../keeper/chain/endpoints.ts";
import type { Fault } from "./faultProxy.ts";
import { openFaultProxy } from "./faultProxy.ts";
import * as faults from "./namedFaults.ts";
import { isCall, on } from "./namedFaults.ts";
import { openStage, SPOT_MICRO, type Stage } from "./stage.ts";
import { expectAlert, expectUpright } from "./verdict.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The node's word on a state in which the feed of ether says something else. */
const falseOracle = (factor: number): Fault =>
  faults.lie(async () => {
    const { aggregator, proxy } = stage.world.market.tokens.WETH.feed;
    const round = await stage.world.client.readContract({ address: proxy, abi: aggregatorProxyAbi, functionName: "latestRound" });
    const id = BigInt.asUintN(64, round);
    // getAnswer is the fifth variable of Chainlink's MockV3Aggregator.
    const slot = keccak256(encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [id, 4n]));
    const answer = toHex(BigInt(Math.round(SPOT_MICRO * factor * 100)), { size: 32 });
    return { [aggregator]: { stateDiff: { [slot]: answer } } };
  });

describe("several RPC endpoints", () => {
  it("one node lags: the hedge is made once, on the block of the other", async () => {
    const pilot = await stage.pilot("lagging", { endpoints: 2 });
    pilot.proxies[0]?.inject(faults.lag(4));
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("wrong chain id: that endpoint is left out with an alert, the hedge is made once", async () => {
    const pilot = await stage.pilot("wrong chain", { endpoints: 2 });
    pilot.proxies[0]?.inject(on(isCall("eth_chainId"), () => ({ result: "0x5" })));
    await pilot.mine();
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    // Asked before it had proved itself, or not at all.
    expect(pilot.proxies[0]?.calls.every(({ method }) => method === "eth_chainId") ?? false).toBe(true);
    await expectAlert(pilot, /serves chain 5, not 31337/);
  });

  it("garbage where the chain id is asked for: another endpoint tells it", async () => {
    const [broken, honest] = [await openFaultProxy(stage.world.url), await openFaultProxy(stage.world.url)];
    try {
      broken.inject(faults.garbage);
      const client = createChainClient({ urls: [broken.url, honest.url] });
      expect(await client.getChainId()).toBe(31337);
      honest.inject(faults.garbage);
      await expect(client.getChainId()).rejects.toThrow(/no chain id/);
    } finally {
      await broken.close();
      await honest.close();
    }
  });

  it("a lying oracle: outvoted by two, with an alert", async () => {
    const pilot = await stage.pilot("lying oracle", { endpoints: 3 });
    pilot.proxies[0]?.inject(falseOracle(0.5));
    await pilot.mine();
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    await expectAlert(pilot, /RPC endpoint 1 is outvoted/);
  });

  it("a lying balance, one against one: nothing is decided, an alert says why, and the truth sets it free", async () => {
    const pilot = await stage.pilot("lying balance", { endpoints: 2 });
    await pilot.until(pilot.hasSent);
    pilot.proxies[1]?.inject(on(isCall("eth_getBalance", "eth_call"), () => ({ result: "0x00" })));
    await pilot.mine(4);
    await expectAlert(pilot, /nothing is decided on figures in dispute/);
    pilot.proxies[1]?.inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("429 with Retry-After: the endpoint is not asked again before, the other serves", async () => {
    const pilot = await stage.pilot("retry after", { endpoints: 2 });
    pilot.proxies[0]?.inject(faults.tooMany(3600));
    await pilot.mine();
    const asked = pilot.proxies[0]?.calls.length;
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(pilot.proxies[0]?.calls.length).toBe(asked);
  });

  it("one endpoint is dead throughout: the other is enough", async () => {
    const pilot = await stage.pilot("dead endpoint", { endpoints: 2 });
    pilot.proxies[0]?.inject(faults.reset);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});

describe("one RPC endpoint that lies", () => {
  it("a forged receipt: seen through by the nonce, the hedge is made once", async () => {
    const pilot = await stage.pilot("forged receipt");
    const forged: Fault = async (call, forward) => {
      const { method, params } = call;
      if (method === "eth_sendRawTransaction") return faults.drop(call, forward);
      if (method !== "eth_getTransactionReceipt") return forward(method, params);
      const { number, hash } = await stage.world.client.getBlock();
      return {
        result: {
          transactionHash: params[0],
          blockNumber: toHex(number),
          blockHash: hash,
          from: pilot.account.address,
          status: "0x1",
          gasUsed: "0x5208",
          cumulativeGasUsed: "0x5208",
          effectiveGasPrice: "0x1",
          transactionIndex: "0x0",
          logs: [],
          logsBloom: "0x",
          type: "0x2",
          to: null,
          contractAddress: null,
        },
      };
    };
    pilot.proxies[0]?.inject(forged);
    await pilot.mine(6);
    expect((await pilot.journal()).some(({ transaction }) => transaction?.state === "confirmed")).toBe(false);
    await expectAlert(pilot, /receipt of .* although nonce 0 is still free/);
    pilot.proxies[0]?.inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("truncated logs: the hedge is made once", async () => {
    const pilot = await stage.pilot("truncated logs");
    pilot.proxies[0]?.inject(async ({ method, params }, forward) => {
      const answer = await forward(method, params);
      if (method === "eth_getLogs") return { result: [] };
      const isReceipt =
        method === "eth_getTransactionReceipt" && typeof answer === "object" && "result" in answer && answer.result;
      return isReceipt ? { result: { ...(answer.result as object), logs: [] } } : answer;
    });
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it("a stale pending nonce: never asked for, the hedge is made once", async () => {
    const pilot = await stage.pilot("pending nonce");
    const pending = ({ method, params }: { method: string; params: readonly unknown[] }) =>
      method === "eth_getTransactionCount" && params[1] === "pending";
    pilot.proxies[0]?.inject(on(pending, () => ({ result: "0x63" })));
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
    expect(pilot.proxies[0]?.calls.filter(pending)).toEqual([]);
  });

  it("a state of the past: told from that of the block it was asked for, the hedge is made once", async () => {
    const pilot = await stage.pilot("state of the past");
    const { hash } = await stage.world.client.getBlock();
    await pilot.until(pilot.isUpright);
    pilot.proxies[0]?.inject(
      on(isCall("eth_call"), ({ method, params }, forward) => forward(method, [params[0], { blockHash: hash }])),
    );
    await pilot.mine(6);
    await expectAlert(pilot, /state of another block/);
    pilot.proxies[0]?.inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });
});
