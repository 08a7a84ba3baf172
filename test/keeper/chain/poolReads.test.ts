import { type Address, createPublicClient, custom, type PublicClient } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { uniswapPoolAbi } from "../../../keeper/chain/abi.ts";
import { toHead } from "../../../keeper/chain/blockSource.ts";
import { createMarketMemory, forgetChanged } from "../../../keeper/chain/marketMemory.ts";
import { type PoolHead, readTicks } from "../../../keeper/chain/poolReads.ts";
import type { PoolState } from "../../../keeper/chain/snapshot.ts";
import type { ChainDriver } from "../../../keeper/simulation/market/chainDriver.ts";
import { deployMulticall } from "../../../keeper/simulation/market/deployMulticall.ts";
import { deployRandomPools, type PoolWorld, SPACINGS } from "../routing/randomPools.ts";
import { openChain } from "../simulation/market/openChain.ts";

const KNOWN = 300;

describe("readTicks", () => {
  let driver: ChainDriver;
  let world: PoolWorld;
  let client: PublicClient;
  let multicall: Address;
  let calls = 0;

  beforeAll(async () => {
    driver = await openChain();
    world = await deployRandomPools(driver, 11, [18, 6], 60);
    multicall = (await deployMulticall(driver, driver.accounts[0] as Address)).address;
    await driver.settle();
    const counting = {
      request: (request: { method: string; params?: unknown[] }) => {
        if (request.method === "eth_call") calls += 1;
        return driver.provider.request(request);
      },
    };
    client = createPublicClient({ transport: custom(counting), cacheTime: 0 }) as PublicClient;
  });

  async function heads(): Promise<readonly PoolHead[]> {
    return Promise.all(
      world.pools.map(async ({ address, fee }): Promise<PoolHead> => {
        const pool = { address, abi: uniswapPoolAbi } as const;
        const [sqrtPriceX96, tick] = await client.readContract({ ...pool, functionName: "slot0" });
        const liquidity = await client.readContract({ ...pool, functionName: "liquidity" });
        const orientation = { underlyingIsToken0: true, underlyingDecimals: 18, quoteDecimals: 6 };
        return { ...orientation, address, fee, tickSpacing: SPACINGS[fee], sqrtPriceX96, tick, liquidity };
      }),
    );
  }

  const memory = createMarketMemory();
  /** Reads as the snapshot does; says how many calls the ticks took. */
  async function look(): Promise<{ pools: readonly PoolState[]; calls: number }> {
    const head = toHead(await client.getBlock());
    const known = await heads();
    calls = 0;
    const addresses = world.pools.map(({ address }) => address);
    await forgetChanged(client, head, addresses, memory);
    const pools = await readTicks(client, multicall, head.hash, known, memory);
    return { pools, calls };
  }

  async function mint(index: number, below: number, above: number): Promise<void> {
    const { fee, tick } = world.pools[index] as PoolWorld["pools"][number];
    const align = (at: number) => Math.round(at / SPACINGS[fee]) * SPACINGS[fee];
    const [from] = driver.accounts as readonly [Address];
    const amounts = { amount0Desired: 10n ** 18n, amount1Desired: 3_000n * 10n ** 6n, amount0Min: 0n, amount1Min: 0n };
    await driver.write({ from }, world.uniswap.positionManager, "mint", [
      {
        token0: world.token0,
        token1: world.token1,
        fee,
        tickLower: align(tick - below),
        tickUpper: align(tick + above),
        ...amounts,
        recipient: from,
        deadline: 2n ** 64n,
      },
    ]);
    await driver.settle();
  }

  it("finds every initialised tick around the price, with its liquidity", async () => {
    const { pools } = await look();
    for (const [index, pool] of pools.entries()) {
      const { address, ends } = world.pools[index] as PoolWorld["pools"][number];
      const near = ends.filter((end) => Math.abs(end - pool.tick) <= KNOWN);
      const truth = await Promise.all(
        near.map((end) => client.readContract({ address, abi: uniswapPoolAbi, functionName: "ticks", args: [end] })),
      );
      const expected = near.flatMap((end, i) => (truth[i]?.[7] === true ? [{ index: end, liquidityNet: truth[i][1] }] : []));
      expect(pool.ticks).toEqual(expected);
      expect([pool.knownFrom, pool.knownTo]).toEqual([pool.tick - KNOWN, pool.tick + KNOWN]);
    }
    expect(Math.max(...pools.map(({ ticks }) => ticks.length))).toBeGreaterThan(10);
  });

  it("asks again only for a pool whose liquidity changed, or when a block was missed", async () => {
    await driver.mine();
    expect((await look()).calls).toBe(0);

    const before = await look();
    await mint(0, 100, 140);
    const after = await look();
    expect(after.calls).toBe(2);
    expect(after.pools[0]?.ticks.length).toBeGreaterThan(before.pools[0]?.ticks.length ?? 0);
    expect(after.pools[1]).toEqual(before.pools[1]);

    await driver.mine();
    await driver.mine();
    expect((await look()).calls).toBe(2);
    expect((await look()).pools).toEqual(after.pools);
  });

  it("sees a change in a block it missed", async () => {
    const before = await look();
    await mint(2, 200, 200);
    await driver.mine();
    const { pools } = await look();
    expect(pools[2]?.ticks).not.toEqual(before.pools[2]?.ticks);
  });
});
