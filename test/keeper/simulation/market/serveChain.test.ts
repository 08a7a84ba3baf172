import { network } from "hardhat";
import { createPublicClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createForkDriver, type ForkDriver, type ForkedMarket } from "../../../../keeper/simulation/market/forkDriver.ts";
import { loadArtifact } from "../../../../keeper/simulation/market/loadArtifact.ts";
import { createLocalMarket, type LocalMarket } from "../../../../keeper/simulation/market/localMarket.ts";
import { fromSqrtPriceX96 } from "../../../../keeper/simulation/market/poolPrice.ts";
import { type ServedChain, serveChain } from "../../../../keeper/simulation/market/serveChain.ts";

const poolAbi = loadArtifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json").abi;
const proxyAbi = loadArtifact("chainlink-contracts-0.0.10/abi/v0.6/EACAggregatorProxy.json").abi;

let served: ServedChain;
let market: LocalMarket;

beforeAll(async () => {
  served = await serveChain({ genesis: new Date("2026-01-01T00:00:00Z") });
  market = await createLocalMarket({ provider: served.provider, seed: 5 });
  for (let block = 0; block < 3; block++) await market.step();
});
afterAll(() => served.close());

describe("serveChain", () => {
  it("shows any client the chain the market drives", async () => {
    const client = createPublicClient({ transport: http(served.url) });
    const { number, hash } = await market.step();
    expect(await client.getBlock({ blockNumber: BigInt(number) })).toMatchObject({ hash });
    expect(await client.getCode({ address: market.addresses.aave.pool })).toBeDefined();
  });

  it("refuses a port that is taken", async () => {
    const port = Number(new URL(served.url).port);
    await expect(serveChain({ port })).rejects.toThrow("choose another port");
  });
});

describe("createForkDriver", () => {
  let fork: ForkDriver<"USDC" | "WETH" | "WBTC">;
  let close: () => Promise<void>;
  const pools = () => market.addresses.uniswap.pools.filter((pool) => pool.feePips === 500);

  beforeAll(async () => {
    const { tokens, aave } = market.addresses;
    const flat = (symbol: "USDC" | "WETH" | "WBTC") => ({ ...tokens[symbol], feed: tokens[symbol].feed.proxy });
    const forked: ForkedMarket<"USDC" | "WETH" | "WBTC"> = {
      quote: flat("USDC"),
      underlyings: pools().map((pool) => ({ ...flat(pool.underlying), pools: [{ address: pool.address, fee: pool.feePips }] })),
      aavePool: aave.pool,
    };
    const forking = { url: served.url, blockNumber: market.latest().number };
    const connection = await network.create({ network: "local", override: { forking } });
    close = () => connection.close();
    fork = await createForkDriver(connection.provider, forked);
  });
  afterAll(() => close());

  it("moves feeds and pools of the forked chain, and leaves its past readable", async () => {
    const { driver } = fork;
    const feed = { address: market.addresses.tokens.WETH.feed.proxy, abi: proxyAbi };
    const before = market.latest().prices;
    let timestamp = market.latest().timestamp + 600;
    for (const factor of [1.03, 0.94]) {
      timestamp += 12;
      const prices = { USDC: 1, WETH: before.WETH * factor, WBTC: before.WBTC * factor };
      await fork.step({ timestamp, prices });
      const [roundId, answer, , updatedAt] = (await driver.read(feed, "latestRoundData")) as [bigint, bigint, bigint, bigint];
      expect(roundId >> 64n).toBe(2n);
      expect(Number(answer)).toBe(Math.round(prices.WETH * 1e8));
      expect(Number(updatedAt)).toBe(timestamp);
      for (const pool of pools()) {
        const [sqrtPriceX96] = (await driver.read({ address: pool.address, abi: poolAbi }, "slot0")) as [bigint];
        expect(Math.abs(Math.log(fromSqrtPriceX96(sqrtPriceX96, pool) / prices[pool.underlying]))).toBeLessThan(0.000501);
      }
    }
    const [, firstAnswer] = (await driver.read(feed, "getRoundData", [(1n << 64n) | 1n])) as [bigint, bigint];
    expect(firstAnswer).toBe(3000n * 10n ** 8n);
  });

  it("says so when its trader cannot follow", async () => {
    const { prices, timestamp } = market.latest();
    const far = { timestamp: timestamp + 1000, prices: { ...prices, WETH: prices.WETH * 4 } };
    await expect(fork.step(far)).rejects.toThrow("ran out of funds");
  });
});
