import { network } from "hardhat";
import { createPublicClient, custom, type PublicClient } from "viem";
import { quoterV2Abi, uniswapPoolAbi } from "../../keeper/chain/abi.ts";
import type { PoolState, Tick } from "../../keeper/chain/snapshot.ts";
import { poolDepth } from "../../keeper/routing/depthCurve.ts";
import { splitTrade } from "../../keeper/routing/splitTrade.ts";
import { MAX_TICK, MIN_TICK } from "../../keeper/routing/sqrtRatioAtTick.ts";
import { type SwapOrder, swap } from "../../keeper/routing/swap.ts";
import { createChainDriver } from "../../keeper/simulation/market/chainDriver.ts";
import { createRandom } from "../../keeper/simulation/random.ts";
import { deployRandomPools, SPACINGS } from "../../test/keeper/routing/randomPools.ts";

const SEED = 20_261_121;
const POSITIONS = 40;
const ORDERS = 300;
const ROUNDS = 15;

const connection = await network.create({ network: "local", override: { initialDate: "2026-01-01T00:00:00Z" } });
const driver = await createChainDriver(connection.provider);
const world = await deployRandomPools(driver, SEED, [18, 6], POSITIONS);
const client = createPublicClient({ transport: custom(connection.provider), cacheTime: 0 }) as PublicClient;
const pools = await Promise.all(world.pools.map(wholePool));
const random = createRandom(SEED, "orders");
const orders = Array.from({ length: ORDERS }, (_, i) => ({ pool: pools[i % pools.length] as PoolState, order: randomOrder() }));

async function wholePool({ address, fee, ends }: (typeof world.pools)[number]): Promise<PoolState> {
  const pool = { address, abi: uniswapPoolAbi } as const;
  const [sqrtPriceX96, tick] = await client.readContract({ ...pool, functionName: "slot0" });
  const liquidity = await client.readContract({ ...pool, functionName: "liquidity" });
  const ticks: Tick[] = [];
  for (const index of ends) {
    const found = await client.readContract({ ...pool, functionName: "ticks", args: [index] });
    if (found[7]) ticks.push({ index, liquidityNet: found[1] });
  }
  const orientation = { underlyingIsToken0: true, underlyingDecimals: 18, quoteDecimals: 6 };
  return {
    ...orientation,
    address,
    fee,
    tickSpacing: SPACINGS[fee],
    sqrtPriceX96,
    tick,
    liquidity,
    ticks,
    knownFrom: MIN_TICK,
    knownTo: MAX_TICK,
  };
}

/** A hundred to a million dollars, exact input, either way. */
function randomOrder(): SwapOrder {
  const zeroForOne = random.uniform() < 0.5;
  const dollars = 10 ** (2 + 4 * random.uniform());
  return { zeroForOne, amount: BigInt(Math.ceil(zeroForOne ? (dollars / 3_000) * 1e18 : dollars * 1e6)) };
}

async function quote({ pool, order }: (typeof orders)[number]): Promise<bigint> {
  const [tokenIn, tokenOut] = order.zeroForOne ? [world.token0, world.token1] : [world.token1, world.token0];
  const { result } = await client.simulateContract({
    address: world.uniswap.quoterV2.address,
    abi: quoterV2Abi,
    functionName: "quoteExactInputSingle",
    args: [{ tokenIn, tokenOut, fee: pool.fee, amountIn: order.amount, sqrtPriceLimitX96: 0n }],
  });
  return result[0];
}

/** Median over the rounds of processor microseconds per call. */
function microseconds(calls: number, run: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

let crossed = 0;
const ours = microseconds(20 * ORDERS, () => {
  for (let i = 0; i < 20; i += 1) for (const { pool, order } of orders) crossed += swap(pool, order).ticksCrossed;
});
let differing = 0;
const before = process.cpuUsage();
for (const each of orders) if ((await quote(each)) !== swap(each.pool, each.order).received) differing += 1;
const { user, system } = process.cpuUsage(before);
const theirs = (user + system) / ORDERS;

console.log(
  `Swaps over three pools of ${POSITIONS} random positions, ${(crossed / (20 * ORDERS * ROUNDS)).toFixed(1)} ticks crossed on average, one core, processor time.\n`,
);
console.table([
  { what: "swap, off-chain", µs: ours.toPrecision(3), "swaps/s": Math.round(1e6 / ours) },
  { what: "QuoterV2 by eth_call on EDR", µs: theirs.toPrecision(3), "swaps/s": Math.round(1e6 / theirs) },
]);

const near = pools.map((pool) => {
  const reach = 600;
  const ticks = pool.ticks.filter(({ index }) => Math.abs(index - pool.tick) <= reach);
  return { ...pool, ticks, knownFrom: pool.tick - reach, knownTo: pool.tick + reach };
});
const sizes = Array.from({ length: 100 }, () => 10 ** (-1 + 3 * random.uniform()));
let legs = 0;
const splits = [2, 3, 4].map((count) => {
  const some = Array.from({ length: count }, (_, i) => near[i % near.length] as PoolState);
  const [ticks, us] = [
    some.reduce((sum, pool) => sum + pool.ticks.length, 0),
    microseconds(sizes.length, () => {
      for (const size of sizes) {
        const offers = some.map((pool) => ({ curve: poolDepth(pool, "buy"), gas: 5 }));
        legs += splitTrade(offers, "buy", size).legs;
      }
    }),
  ];
  return { what: `split over ${count} pools`, ticks, µs: us.toPrecision(3) };
});
console.log("\nCurves from the ticks within ±6 % and the best split over them, gas of every leg included.\n");
console.table(splits);
const isFast = differing === 0 && theirs / ours >= 100;
console.log(
  `\nRequired: every swap the quoter's to the last unit (${differing} of ${ORDERS} differ) and 100 × its speed (${Math.round(theirs / ours)} ×): ${isFast ? "met" : "NOT met"} (checksum ${legs}).`,
);
if (!isFast) process.exitCode = 1;
await connection.close();
