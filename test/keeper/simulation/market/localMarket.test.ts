import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadArtifact } from "../../../../keeper/simulation/market/loadArtifact.ts";
import {
  createLocalMarket,
  type LocalMarket,
  type LocalMarketParameters,
  type MarketBlock,
} from "../../../../keeper/simulation/market/localMarket.ts";
import { defaultNoise } from "../../../../keeper/simulation/market/noiseTraders.ts";
import { plainNetwork } from "../../../../keeper/simulation/market/plainNetwork.ts";
import { fromSqrtPriceX96 } from "../../../../keeper/simulation/market/poolPrice.ts";

const poolAbi = loadArtifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json").abi;
const proxyAbi = loadArtifact("chainlink-contracts-0.0.10/abi/v0.6/EACAggregatorProxy.json").abi;
const aavePoolAbi = loadArtifact("@aave/core-v3/artifacts/contracts/interfaces/IPool.sol/IPool.json").abi;

const connections: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(connections.map((connection) => connection.close())));

async function open(parameters: Omit<LocalMarketParameters, "provider">): Promise<LocalMarket> {
  const connection = await plainNetwork().create({ network: "local", override: { initialDate: "2026-01-01T00:00:00Z" } });
  connections.push(connection);
  return createLocalMarket({ provider: connection.provider, ...parameters });
}

describe("a day of a local market", () => {
  const blocks: MarketBlock[] = [];
  const poolGaps: { gap: number; fee: number }[] = [];
  const rounds: { answer: number; updatedAt: number }[] = [];
  const borrowRates: Record<"USDC" | "WETH", number[]> = { USDC: [], WETH: [] };
  let market: LocalMarket;

  beforeAll(async () => {
    market = await open({ seed: 3, blockSeconds: 480, noise: { ...defaultNoise, swapsPerBlock: 0.7 } });
    const { driver, addresses } = market;
    for (let block = 0; block < 180; block++) {
      blocks.push(await market.step());
      const { prices } = market.latest();
      for (const pool of addresses.uniswap.pools) {
        const [sqrtPriceX96] = (await driver.read({ address: pool.address, abi: poolAbi }, "slot0")) as [bigint];
        poolGaps.push({
          gap: Math.abs(Math.log(fromSqrtPriceX96(sqrtPriceX96, pool) / prices[pool.underlying])),
          fee: pool.feePips / 1e6,
        });
      }
      const feed = { address: addresses.tokens.WETH.feed.proxy, abi: proxyAbi };
      const [, answer, , updatedAt] = (await driver.read(feed, "latestRoundData")) as [bigint, bigint, bigint, bigint];
      rounds.push({ answer: Number(answer) / 1e8, updatedAt: Number(updatedAt) });
      for (const symbol of ["USDC", "WETH"] as const) {
        const reserve = await driver.read({ address: addresses.aave.pool, abi: aavePoolAbi }, "getReserveData", [
          addresses.tokens[symbol].address,
        ]);
        borrowRates[symbol].push(Number((reserve as { currentVariableBorrowRate: bigint }).currentVariableBorrowRate) / 1e27);
      }
    }
  });

  it("mines blocks at the given distance", () => {
    expect(blocks.slice(1).every((block, index) => block.timestamp - (blocks[index] as MarketBlock).timestamp === 480)).toBe(
      true,
    );
  });

  it("keeps every pool within its fee of the true price after each block", () => {
    const worst = poolGaps.map(({ gap, fee }) => gap / -Math.log1p(-fee));
    expect(Math.max(...worst)).toBeLessThan(1 + 1e-9);
    expect(Math.min(...worst)).toBeLessThan(0.5);
  });

  it("keeps the feed within half a percent or an hour", () => {
    blocks.forEach((block, index) => {
      const { answer, updatedAt } = rounds[index] as (typeof rounds)[number];
      expect(Math.abs(block.prices.WETH / answer - 1)).toBeLessThan(0.005);
      expect(block.timestamp - updatedAt).toBeLessThan(3600);
    });
    expect(new Set(rounds.map((round) => round.updatedAt)).size).toBeLessThan(blocks.length / 2);
  });

  it("moves lending rates within what markets show", () => {
    for (const rates of Object.values(borrowRates)) {
      expect(Math.max(...rates) - Math.min(...rates)).toBeGreaterThan(0.001);
      expect(Math.min(...rates)).toBeGreaterThan(0);
      expect(Math.max(...rates)).toBeLessThan(0.3);
    }
  });

  it("has half an hour of Uniswap price history from the first block on", async () => {
    const fresh = await open({ seed: 1 });
    await fresh.step();
    for (const pool of fresh.addresses.uniswap.pools) {
      const [ticks] = (await fresh.driver.read({ address: pool.address, abi: poolAbi }, "observe", [[1800, 0]])) as [
        [bigint, bigint],
      ];
      const raw = 1.0001 ** (Number(ticks[1] - ticks[0]) / 1800);
      const price = (pool.underlyingIsToken0 ? raw : 1 / raw) * 10 ** (pool.underlyingDecimals - pool.quoteDecimals);
      expect(price / (pool.underlying === "WETH" ? 3000 : 90_000)).toBeCloseTo(1, 2);
    }
  });

  it("mines what others sent, and what they send on seeing the block's prices, in the same block", async () => {
    const [sender, receiver] = market.accounts.free;
    const before = market.latest();
    let seen = 0;
    let hash = "";
    const block = await market.step(async (tick) => {
      seen = tick.prices.WETH;
      const send = { from: sender as `0x${string}`, gas: 21_000n };
      hash = await market.driver.send(send, receiver, "0x", "a transfer");
    });
    const receipt = (await market.driver.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
      blockNumber: string;
    };
    expect(Number(receipt.blockNumber)).toBe(block.number);
    expect(block.number).toBe(before.number + 1);
    expect(seen).toBe(block.prices.WETH);
  });
});

describe("a local market somebody else mines on", () => {
  it("goes on from there", async () => {
    const market = await open({ seed: 9 });
    const { number, timestamp } = market.latest();
    await market.driver.provider.request({ method: "evm_setNextBlockTimestamp", params: [timestamp + 1000] });
    await market.driver.provider.request({ method: "evm_mine" });
    expect(await market.step()).toMatchObject({ number: number + 2, timestamp: timestamp + 1012 });
  });
});

describe("determinism", () => {
  const run = async (seed: number) => {
    const market = await open({ seed });
    for (let block = 0; block < 25; block++) await market.step();
    return market.latest();
  };

  it("gives the same chain for the same seed and another for another", async () => {
    const first = await run(42);
    expect(await run(42)).toEqual(first);
    const other = await run(43);
    expect(other.hash).not.toBe(first.hash);
    expect(other.prices.WETH).not.toBe(first.prices.WETH);
  });
});

describe("createLocalMarket", () => {
  it("refuses a start without room for price history", async () => {
    await expect(open({ seed: 1, start: Date.parse("2026-01-01T00:30:00Z") / 1000 })).rejects.toThrow("an hour after");
  });
});
