import { createPublicClient, custom, type PublicClient } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { quoterV2Abi, uniswapPoolAbi } from "../../../keeper/chain/abi.ts";
import { read, readGroups } from "../../../keeper/chain/reads.ts";
import type { PoolState } from "../../../keeper/chain/snapshot.ts";
import { MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrtRatioAtTick } from "../../../keeper/routing/sqrtRatioAtTick.ts";
import { swap } from "../../../keeper/routing/swap.ts";
import type { ChainDriver } from "../../../keeper/simulation/market/chainDriver.ts";
import { deployMulticall } from "../../../keeper/simulation/market/deployMulticall.ts";
import { createRandom, type Random } from "../../../keeper/simulation/random.ts";
import { openChain } from "../simulation/market/openChain.ts";
import { deployRandomPools, type PoolWorld, SPACINGS, type TestPool } from "./randomPools.ts";

const SEED = 7;
const SWAPS = 1_000;
const BATCH = 20;

let driver: ChainDriver;
let world: PoolWorld;
let client: PublicClient;
let pools: readonly PoolState[];
let multicallAddress: `0x${string}`;

beforeAll(async () => {
  driver = await openChain();
  world = await deployRandomPools(driver, SEED, [18, 6], 40);
  multicallAddress = (await deployMulticall(driver, driver.accounts[0] as `0x${string}`)).address;
  const { hash } = await driver.settle();
  client = createPublicClient({ transport: custom(driver.provider) }) as PublicClient;
  pools = await Promise.all(world.pools.map((pool) => wholePool(pool, hash)));
});

/** A pool with every tick it has. */
async function wholePool({ address, fee, ends }: TestPool, hash: `0x${string}`): Promise<PoolState> {
  const [[slot, liquidity], ticks] = await readGroups(client, multicallAddress, hash, [
    [read(address, uniswapPoolAbi, "slot0", []), read(address, uniswapPoolAbi, "liquidity", [])],
    ends.map((end) => read(address, uniswapPoolAbi, "ticks", [end])),
  ]);
  return {
    address,
    fee,
    tickSpacing: SPACINGS[fee],
    underlyingIsToken0: true,
    underlyingDecimals: 18,
    quoteDecimals: 6,
    sqrtPriceX96: slot[0],
    tick: slot[1],
    liquidity,
    ticks: ends.flatMap((index, i) => (ticks[i]?.[7] === true ? [{ index, liquidityNet: ticks[i][1] }] : [])),
    knownFrom: MIN_TICK,
    knownTo: MAX_TICK,
  };
}

type Asked = {
  readonly pool: PoolState;
  readonly zeroForOne: boolean;
  readonly amount: bigint;
  readonly limitX96: bigint | undefined;
};

/** One random swap: from a cent to ten million dollars, either way, asked from either side; a third of them with a limit on the way. */
function randomSwap(random: Random, pool: PoolState): Asked {
  const zeroForOne = random.uniform() < 0.5;
  const isInput = random.uniform() < 0.5;
  const decimals = zeroForOne === isInput ? 18 : 6;
  const dollars = 10 ** (-2 + 9 * random.uniform());
  const units = BigInt(Math.ceil((decimals === 18 ? dollars / 3_000 : dollars) * 10 ** decimals));
  const away = random.uniform() < 0.3 ? Math.ceil(2_000 * random.uniform() ** 2) : 0;
  const limitX96 = away === 0 ? undefined : sqrtRatioAtTick(pool.tick + (zeroForOne ? -away : away)) + BigInt(away);
  return { pool, zeroForOne, amount: isInput ? units : -units, limitX96 };
}

/** What QuoterV2 finds by really swapping: the amount on the other side and the price after; undefined where it reverts. */
async function quote(asked: readonly Asked[]): Promise<readonly (readonly [amount: bigint, sqrtPriceX96: bigint] | undefined)[]> {
  const answers = await client.multicall({
    multicallAddress,
    contracts: asked.map(({ pool: { fee }, zeroForOne, amount, limitX96 = 0n }) => {
      const [tokenIn, tokenOut] = zeroForOne ? [world.token0, world.token1] : [world.token1, world.token0];
      const params = { tokenIn, tokenOut, fee, sqrtPriceLimitX96: limitX96 };
      return {
        address: world.uniswap.quoterV2.address,
        abi: quoterV2Abi,
        functionName: amount > 0n ? "quoteExactInputSingle" : "quoteExactOutputSingle",
        args: [amount > 0n ? { ...params, amountIn: amount } : { ...params, amount: -amount }],
      };
    }),
  });
  return answers.map(({ result }) => result as readonly [bigint, bigint] | undefined);
}

describe("swap", () => {
  it("has the pools' own square-root prices at both ends of their range", () => {
    expect(sqrtRatioAtTick(MIN_TICK)).toBe(MIN_SQRT_RATIO);
    expect(sqrtRatioAtTick(MAX_TICK)).toBe(MAX_SQRT_RATIO);
    expect(sqrtRatioAtTick(0)).toBe(1n << 96n);
  });

  it("equals the quoter to the last unit on 1,000 random swaps across ticks", async () => {
    const random = createRandom(SEED, "swaps");
    let [crossed, limited, refused] = [0, 0, 0];
    for (let done = 0; done < SWAPS; done += BATCH) {
      const asked = Array.from({ length: BATCH }, (_, i) => randomSwap(random, pools[(done + i) % pools.length] as PoolState));
      const answers = await quote(asked);
      for (const [i, { pool, ...order }] of asked.entries()) {
        const { paid, received, sqrtPriceX96, ticksCrossed } = swap(pool, order);
        const isInput = order.amount > 0n;
        const isWhole = isInput ? paid === order.amount : received === -order.amount;
        const theirs = answers[i];
        crossed += ticksCrossed;
        if (theirs === undefined) {
          refused += 1;
          // The quoter refuses an exact output that the pool does not have.
          expect(isInput || isWhole).toBe(false);
          continue;
        }
        if (!isWhole) limited += 1;
        expect([isInput ? received : paid, sqrtPriceX96]).toEqual(theirs.slice(0, 2));
      }
    }
    expect(crossed).toBeGreaterThan(SWAPS);
    expect(limited).toBeGreaterThan(50);
    expect(refused).toBeLessThan(SWAPS / 10);
  });
});
