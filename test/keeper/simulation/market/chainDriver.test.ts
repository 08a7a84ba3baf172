import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChainError } from "../../../../keeper/errors.ts";
import { type ChainProvider, createChainDriver } from "../../../../keeper/simulation/market/chainDriver.ts";
import { httpProvider } from "../../../../keeper/simulation/market/httpProvider.ts";
import { loadBuiltArtifact } from "../../../../keeper/simulation/market/loadArtifact.ts";
import { createLocalMarket } from "../../../../keeper/simulation/market/localMarket.ts";
import { type DevelopmentNode, startAnvil } from "../../../startAnvil.ts";
import { openChain } from "./openChain.ts";

const aggregator = loadBuiltArtifact("@chainlink/contracts/src/v0.8/tests/MockV3Aggregator.sol/MockV3Aggregator.json");

describe("createChainDriver", () => {
  it("mines at the given time with the given base fee", async () => {
    const driver = await openChain();
    const before = await driver.mine();
    await driver.setBaseFee(123_456_789n);
    const block = await driver.mine(before.timestamp + 77);
    expect(block).toMatchObject({ number: before.number + 1, timestamp: before.timestamp + 77, baseFeeWei: 123_456_789n });
  });

  it("knows a contract's address before it is mined, and orders a block by tips", async () => {
    const driver = await openChain();
    const [deployer, early, late] = driver.accounts as [`0x${string}`, `0x${string}`, `0x${string}`];
    const feed = await driver.deploy({ from: deployer, tipWei: 9n }, aggregator, [8, 1n]);
    await driver.write({ from: late, tipWei: 1n }, feed, "updateAnswer", [30n]);
    await driver.write({ from: early, tipWei: 5n }, feed, "updateAnswer", [20n]);
    await driver.mine();
    expect([await driver.read(feed, "getAnswer", [2n]), await driver.read(feed, "getAnswer", [3n])]).toEqual([20n, 30n]);
  });

  it("reports a reverted transaction by its name, unless it may revert", async () => {
    const driver = await openChain();
    const [from] = driver.accounts as [`0x${string}`];
    const feed = await driver.deploy({ from }, aggregator, [8, 1n]);
    await driver.mine();
    await driver.send({ from, mayRevert: true }, feed.address, "0xdeadbeef", "a wild guess");
    await driver.mine();
    await driver.send({ from }, feed.address, "0xdeadbeef", "a mistake");
    await expect(driver.mine()).rejects.toThrow("a mistake reverted");
  });

  it("names the request a node refuses", async () => {
    const provider: ChainProvider = { request: () => Promise.reject(new Error("no such node")) };
    await expect(createChainDriver(provider)).rejects.toThrow(ChainError);
    await expect(createChainDriver(provider)).rejects.toThrow("evm_setAutomine failed: no such node");
  });
});

describe("on anvil", () => {
  let anvil: DevelopmentNode;
  beforeAll(async () => {
    anvil = await startAnvil(["--timestamp", String(Date.parse("2026-01-01T00:00:00Z") / 1000)]);
  });
  afterAll(() => anvil.close());

  it("drives the same market", async () => {
    const market = await createLocalMarket({ provider: httpProvider(anvil.url), seed: 1 });
    const { number, timestamp } = market.latest();
    const block = await market.step();
    expect(block).toMatchObject({ number: number + 1, timestamp: timestamp + 12 });
  });
});
