import { getAddress as checksum, encodeFunctionData, erc20Abi, getContract, parseAbi, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { oracleWorld, poolAbi, routerAbi, WINDOW } from "./fixture/oracleWorld.ts";

const WAD = 10n ** 18n;
type World = Awaited<ReturnType<typeof oracleWorld>>;
/** Refused with this error and these facts, whether or not the chain can name them. */
const refuses = ({ viem, oracle }: Pick<World, "viem" | "oracle">, promise: Promise<unknown>, name: string, facts: unknown[]) =>
  viem.assertions.revertWithCustomErrorWithArgs(promise as never, oracle as never, name as never, facts as never);
const batchAbi = parseAbi(["function run(address[] targets, bytes[] calls) returns (bytes[])"]);

describe("price", () => {
  it("divides asset/USD by quote/USD and reports when the asset's round was written, whatever the quote's heartbeat", async () => {
    const { assetFeed, quoteFeed, networkHelpers, price } = await oracleWorld();
    const now = BigInt(await networkHelpers.time.latest());
    await assetFeed.write.updateRoundData([5n, 2_500_00000000n, now - 7n, now - 7n]);
    await quoteFeed.write.updateRoundData([9n, (WAD * 125n) / 100n, now - 3n, now - 3n]);
    expect(await price()).toEqual([2_000n * WAD, now - 7n]);
    await quoteFeed.write.updateRoundData([10n, (WAD * 8n) / 10n, now - 30n, now - 30n]);
    expect(await price()).toEqual([3_125n * WAD, now - 7n]);
    await assetFeed.write.updateRoundData([6n, 2_00000000n, now - 7n, now - 7n]);
    await quoteFeed.write.updateRoundData([11n, WAD * 3n, now - 30n, now - 30n]);
    expect((await price())[0]).toBe((2n * WAD) / 3n);
  });

  it("knows only configured assets, and the quote needs a feed of its own", async () => {
    const { oracle, viem, asset } = await oracleWorld();
    await expect(oracle.read.price([zeroAddress])).rejects.toThrow("UnknownAsset");
    const bare = await viem.deployContract("PriceOracle", [await oracle.read.authority(), zeroAddress]);
    await bare.write.setFeed([asset.address, (await oracle.read.feeds([asset.address]))[0], 3_600]);
    await refuses({ viem, oracle }, bare.read.price([asset.address]), "UnknownAsset", [zeroAddress]);
  });

  it.each([0n, -1n])("refuses the answer %s of either feed", async (answer) => {
    const world = await oracleWorld();
    const { assetFeed, quoteFeed, price } = world;
    await quoteFeed.write.updateAnswer([answer]);
    await refuses(world, price(), "InvalidAnswer", [checksum(quoteFeed.address), answer]);
    await assetFeed.write.updateAnswer([answer]);
    await refuses(world, price(), "InvalidAnswer", [checksum(assetFeed.address), answer]);
  });

  it("refuses an incomplete round and one from the future", async () => {
    const world = await oracleWorld();
    const { assetFeed, price } = world;
    await assetFeed.write.updateRoundData([7n, 1n, 0n, 0n]);
    await refuses(world, price(), "IncompleteRound", [checksum(assetFeed.address), 7n]);
    await assetFeed.write.updateRoundData([8n, 1n, 2n ** 40n, 2n ** 40n]);
    await refuses(world, price(), "StalePrice", [checksum(assetFeed.address), 2n ** 256n - 1n, 3600n]);
  });

  it("goes stale one second after each feed's own limit", async () => {
    const world = await oracleWorld();
    const { assetFeed, quoteFeed, networkHelpers, price } = world;
    const start = BigInt(await networkHelpers.time.latest()) + 100_000n;
    await networkHelpers.time.increaseTo(start);
    const report = async (assetAge: bigint, quoteAge: bigint) => {
      await networkHelpers.mine();
      const now = BigInt(await networkHelpers.time.latest()) + 2n;
      await assetFeed.write.updateRoundData([2n, 1n, now - assetAge, now]);
      await quoteFeed.write.updateRoundData([2n, WAD, now - quoteAge, now]);
      expect(BigInt(await networkHelpers.time.latest())).toBe(now);
    };
    await report(3_600n, 86_400n);
    await expect(price()).resolves.toBeDefined();
    await report(3_601n, 0n);
    await refuses(world, price(), "StalePrice", [checksum(assetFeed.address), 3601n, 3600n]);
    await report(0n, 86_401n);
    await refuses(world, price(), "StalePrice", [checksum(quoteFeed.address), 86401n, 86400n]);
  });

  it("stands still while the sequencer is down, unknown or just back", async () => {
    const world = await oracleWorld();
    const { oracle, viem, networkHelpers, price } = world;
    const uptime = await viem.deployContract("MockV3Aggregator", [0, 0n]);
    await oracle.write.setSequencer([uptime.address, 600]);
    const now = BigInt(await networkHelpers.time.latest());
    await uptime.write.updateRoundData([2n, 1n, now, now]);
    await expect(price()).rejects.toThrow("SequencerDown");
    await uptime.write.updateRoundData([3n, 0n, now, 0n]);
    await expect(price()).rejects.toThrow("SequencerDown");
    await uptime.write.updateRoundData([4n, 0n, now, now]);
    await networkHelpers.time.increaseTo(now + 600n);
    await refuses(world, price(), "SequencerGracePeriod", [checksum(uptime.address), now, 600n]);
    await networkHelpers.time.increaseTo(now + 601n);
    await expect(price()).resolves.toBeDefined();
  });

  it("does not mind a depeg or a missing pool", async () => {
    const { oracle, quoteFeed, price } = await oracleWorld();
    await quoteFeed.write.updateAnswer([WAD / 2n]);
    expect((await price())[0]).toBe(4_000n * WAD);
    await expect(oracle.read.strictPrice([await oracle.read.quoteToken()])).rejects.toThrow("QuoteDepegged");
  });
});

describe("strictPrice", () => {
  const pairs = [
    { assetDecimals: 18, quoteDecimals: 6, price: 2_000 },
    { assetDecimals: 8, quoteDecimals: 6, price: 61_234.5 },
    { assetDecimals: 18, quoteDecimals: 6, price: 0.00001234 },
    { assetDecimals: 6, quoteDecimals: 18, price: 345 },
    { assetDecimals: 6, quoteDecimals: 6, price: 1 },
  ].flatMap((pair) => [true, false].map((assetFirst) => ({ ...pair, assetFirst })));

  it.each(pairs)("agrees with a pool at the same price: %o", async (pair) => {
    const { assetFeed, strictPrice, price, wait } = await oracleWorld(pair);
    await wait(WINDOW);
    expect(await strictPrice()).toEqual(await price());
    const answer = await assetFeed.read.latestAnswer();
    for (const factor of [9_990n, 10_010n]) {
      await assetFeed.write.updateAnswer([(answer * factor) / 10_000n]);
      await expect(strictPrice()).rejects.toThrow("TwapDeviation");
    }
  });

  it("may be the very price: a limit of zero allows no more", async () => {
    const { oracle, asset, pool, assetFeed, strictPrice, wait } = await oracleWorld({ assetDecimals: 6, price: 1 });
    await oracle.write.setTwap([asset.address, pool, WINDOW, 0]);
    await wait(WINDOW);
    expect((await strictPrice())[0]).toBe(WAD);
    await assetFeed.write.updateAnswer([1_00000001n]);
    await expect(strictPrice()).rejects.toThrow("TwapDeviation");
  });

  it("is refused while the pool is younger than the window, or there is none", async () => {
    const world = await oracleWorld();
    const { oracle, asset, quote, pool, strictPrice, wait } = world;
    await refuses(world, strictPrice(), "TwapHistoryTooShort", [pool, WINDOW]);
    await wait(WINDOW);
    await expect(strictPrice()).resolves.toBeDefined();
    await expect(oracle.read.strictPrice([quote.address])).rejects.toThrow("TwapMissing");
    await expect(oracle.write.setTwap([asset.address, pool, 0, 2])).rejects.toThrow("WindowIsZero");
    await expect(oracle.write.setTwap([zeroAddress, pool, 1, 2])).rejects.toThrow("PoolMismatch");
  });

  it("is refused when the quote is off its peg by more than the limit, either way", async () => {
    const { oracle, asset, pool, quoteFeed, strictPrice, wait } = await oracleWorld();
    await oracle.write.setTwap([asset.address, pool, WINDOW, 300]);
    await wait(WINDOW);
    for (const [usd, passes] of [
      [98n, true],
      [102n, true],
      [979n, false],
      [1021n, false],
    ] as const) {
      await quoteFeed.write.updateAnswer([passes ? (usd * WAD) / 100n : (usd * WAD) / 1000n]);
      if (passes) await expect(strictPrice()).resolves.toBeDefined();
      else await expect(strictPrice()).rejects.toThrow("QuoteDepegged");
    }
  });

  it("is not moved by a swap in the same transaction, but by one that lasts", async () => {
    const world = await oracleWorld();
    const { asset, client, quote, oracle, owner, viem, router, pool, wait, swap, strictPrice } = world;
    await wait(WINDOW);
    const before = await strictPrice();
    const batch = await getContract({
      abi: batchAbi,
      address: (await viem.deployContract("Batch")).address,
      client: { public: client, wallet: owner },
    });
    const amount = (await quote.read.balanceOf([pool])) * 2n;
    await quote.write.mint([batch.address, amount]);
    const slot0 = [pool, encodeFunctionData({ abi: poolAbi, functionName: "slot0" })] as const;
    const calls = [
      [quote.address, encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [router, amount] })],
      slot0,
      [router, encodeFunctionData({ abi: routerAbi, functionName: "exactInputSingle", args: [swap(amount, asset.address)] })],
      slot0,
      [oracle.address, encodeFunctionData({ abi: oracle.abi, functionName: "strictPrice", args: [asset.address] })],
    ] as const;
    const run = [calls.map(([target]) => target), calls.map(([, data]) => data)] as const;
    const [, first, , moved, answer] = (await batch.simulate.run(run)).result.map((words) => BigInt(words.slice(0, 66)));
    // The asset is token0: bought, its square-root price rises.
    expect(moved).toBeGreaterThan(2n * (first ?? 0n));
    expect(answer).toBe(before[0]);

    await batch.write.run(run);
    await wait(60);
    await expect(strictPrice()).rejects.toThrow("TwapDeviation");
  });
});

describe("configuration", () => {
  it("is restricted", async () => {
    const { oracle, viem, asset, assetFeed, pool } = await oracleWorld();
    const stranger = (await viem.getWalletClients())[1];
    const as = { account: stranger?.account ?? zeroAddress };
    for (const attempt of [
      oracle.write.setFeed([asset.address, assetFeed.address, 1], as),
      oracle.write.setTwap([asset.address, pool, 1, 1], as),
      oracle.write.setSequencer([assetFeed.address, 1], as),
      oracle.write.setDepegLimit([1], as),
    ]) {
      await expect(attempt).rejects.toThrow("AccessManagedUnauthorized");
    }
  });

  it("refuses feeds finer than 18 decimals", async () => {
    const { oracle, viem, asset } = await oracleWorld();
    const fine = await viem.deployContract("MockV3Aggregator", [19, 1n]);
    await expect(oracle.write.setFeed([asset.address, fine.address, 1])).rejects.toThrow("DecimalsOutOfRange");
  });
});
