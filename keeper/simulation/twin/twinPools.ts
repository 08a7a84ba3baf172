import { type Address, decodeFunctionData, type Hex, isAddressEqual, multicall3Abi } from "viem";
import type { PoolState, UnderlyingSnapshot } from "../../chain/snapshot.ts";
import { StaleDataError } from "../../errors.ts";
import { sqrtRatioAtTick } from "../../routing/sqrtRatioAtTick.ts";
import { type SwapOrder, type SwapOutcome, swap } from "../../routing/swap.ts";
import type { ActorCall } from "../market/actor.ts";
import { routerAbi } from "../market/swapCall.ts";

/** The market's liquidity reaches six times the first price to either side, ln 6 / ln 1.0001 = 17,918 ticks, and none is added later. */
const UNBROKEN_TICKS = 17_000;
/** What a snapshot knows of a pool on either side of its price. */
const SEEN_TICKS = 300;

export type TwinPools = {
  /** Carries out an actor's swaps, one by one or in a bundle. */
  readonly call: (call: ActorCall) => void;
  readonly swap: (pool: Address, order: SwapOrder) => SwapOutcome;
  /** Remembers the pools as they are; calling the answer puts them back. */
  readonly mark: () => () => void;
  /** The pools of an underlying as a snapshot shows them. */
  readonly of: (underlying: UnderlyingSnapshot) => readonly PoolState[];
};

/**
 * The demo's pools off the chain, from how they stood before its first block: every swap by exact integer arithmetic.
 * @param router  SwapRouter02, through which everybody but the vault swaps
 */
export function createTwinPools(underlyings: readonly UnderlyingSnapshot[], router: Address): TwinPools {
  const pools = new Map<Address, PoolState>();
  const byPair = new Map<string, Address>();
  for (const { address: underlying, pools: own } of underlyings) {
    for (const pool of own) {
      pools.set(pool.address, { ...pool, knownFrom: pool.tick - UNBROKEN_TICKS, knownTo: pool.tick + UNBROKEN_TICKS });
      byPair.set(`${underlying} ${pool.fee}`.toLowerCase(), pool.address);
    }
  }

  function swapIn(address: Address, order: SwapOrder): SwapOutcome {
    const pool = pools.get(address);
    if (pool === undefined) throw new StaleDataError(`The twin has no pool ${address}`, { address });
    const outcome = swap(pool, order);
    pools.set(address, moved(pool, outcome.sqrtPriceX96));
    return outcome;
  }

  function route(data: Hex): void {
    const { args } = decodeFunctionData({ abi: routerAbi, data });
    const { tokenIn, tokenOut, fee, amountIn, sqrtPriceLimitX96 } = args[0];
    const find = (token: Address) => byPair.get(`${token} ${fee}`.toLowerCase());
    const paysUnderlying = find(tokenIn) !== undefined;
    const address = find(tokenIn) ?? find(tokenOut);
    const pool = address === undefined ? undefined : pools.get(address);
    if (address === undefined || pool === undefined) throw new StaleDataError(`The twin has no pool of ${tokenIn}`, { tokenIn });
    const zeroForOne = pool.underlyingIsToken0 === paysUnderlying;
    const limitX96 = sqrtPriceLimitX96 === 0n ? undefined : sqrtPriceLimitX96;
    swapIn(address, { zeroForOne, amount: amountIn, limitX96 });
  }

  return {
    call({ to, data }) {
      if (isAddressEqual(to, router)) return route(data);
      const { functionName, args } = decodeFunctionData({ abi: multicall3Abi, data });
      if (functionName === "aggregate3") for (const { callData } of args[0]) route(callData);
    },
    swap: swapIn,
    mark() {
      const kept = new Map(pools);
      return () => {
        for (const [address, pool] of kept) pools.set(address, pool);
      };
    },
    of: ({ pools: own }) =>
      own.flatMap(({ address }) => {
        const pool = pools.get(address);
        if (pool === undefined) return [];
        const { tick } = pool;
        const ticks = pool.ticks.filter(({ index }) => Math.abs(index - tick) <= SEEN_TICKS);
        return [{ ...pool, ticks, knownFrom: tick - SEEN_TICKS, knownTo: tick + SEEN_TICKS }];
      }),
  };
}

/** A pool at another price: its tick, and the liquidity that the initialised ticks in between leave. */
function moved(pool: PoolState, sqrtPriceX96: bigint): PoolState {
  const tick = tickAt(sqrtPriceX96);
  const [low, high] = [Math.min(pool.tick, tick), Math.max(pool.tick, tick)];
  const crossed = pool.ticks.filter(({ index }) => index > low && index <= high);
  const net = crossed.reduce((sum, { liquidityNet }) => sum + liquidityNet, 0n);
  return { ...pool, sqrtPriceX96, tick, liquidity: pool.liquidity + (tick > pool.tick ? net : -net) };
}

/** The greatest tick whose ratio is not above a price. */
function tickAt(sqrtPriceX96: bigint): number {
  let tick = Math.floor((2 * Math.log(Number(sqrtPriceX96) / 2 ** 96)) / Math.log(1.0001));
  while (sqrtRatioAtTick(tick) > sqrtPriceX96) tick -= 1;
  while (sqrtRatioAtTick(tick + 1) <= sqrtPriceX96) tick += 1;
  return tick;
}
