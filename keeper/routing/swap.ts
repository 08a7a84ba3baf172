import type { PoolState, Tick } from "../chain/snapshot.ts";
import { MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrtRatioAtTick } from "./sqrtRatioAtTick.ts";
import { swapStep } from "./swapStep.ts";

export type SwapOrder = {
  /** Whether token0 is paid. */
  readonly zeroForOne: boolean;
  /** Token units: positive = to be paid, fee included; negative = to be received. */
  readonly amount: bigint;
  /** Square-root price, Q64.96, at which to stop. */
  readonly limitX96?: bigint | undefined;
};

export type SwapOutcome = {
  /** Token units, fee included; less than asked where the limit or the edge of what is known ended the swap. */
  readonly paid: bigint;
  readonly received: bigint;
  readonly sqrtPriceX96: bigint;
  readonly ticksCrossed: number;
};

/**
 * What a pool would do with a swap, to the last unit: UniswapV3Pool.swap on the snapshot's ticks, roundings and stops at the edges of the tick
 * bitmap's words included. Ends at the limit, or where the snapshot's knowledge of the pool ends.
 */
export function swap(pool: PoolState, { zeroForOne, amount, limitX96 }: SwapOrder): SwapOutcome {
  const { ticks, tickSpacing } = pool;
  const fee = BigInt(pool.fee);
  const limit = stopAt(pool, zeroForOne, limitX96);
  let { sqrtPriceX96: price, liquidity, tick } = pool;
  let remaining = amount;
  let [paid, received, ticksCrossed] = [0n, 0n, 0];
  let next = zeroForOne ? lastAtOrBelow(ticks, tick) : lastAtOrBelow(ticks, tick) + 1;
  while (remaining !== 0n && (zeroForOne ? price > limit : price < limit)) {
    const initialised = ticks[next];
    const edge = zeroForOne ? wordBottom(tick, tickSpacing) : wordTop(tick, tickSpacing);
    const isTick = initialised !== undefined && (zeroForOne ? initialised.index >= edge : initialised.index <= edge);
    const stop = isTick ? initialised.index : Math.min(Math.max(edge, MIN_TICK), MAX_TICK);
    const stopPrice = sqrtRatioAtTick(stop);
    const target = (zeroForOne ? stopPrice < limit : stopPrice > limit) ? limit : stopPrice;
    const step = swapStep(price, target, liquidity, remaining, fee);
    price = step.sqrtPriceX96;
    const stepPaid = step.amountIn + step.fee;
    paid += stepPaid;
    received += step.amountOut;
    remaining += amount >= 0n ? -stepPaid : step.amountOut;
    if (price !== stopPrice) continue;
    if (isTick) {
      liquidity += zeroForOne ? -initialised.liquidityNet : initialised.liquidityNet;
      next += zeroForOne ? -1 : 1;
      ticksCrossed += 1;
    }
    tick = zeroForOne ? stop - 1 : stop;
  }
  return { paid, received, sqrtPriceX96: price, ticksCrossed };
}

/** Index of the last of the ticks, ascending, that is not above a tick; −1 when all are. */
export function lastAtOrBelow(ticks: readonly Tick[], tick: number): number {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle] as Tick).index <= tick) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The pool's search for the next tick ends at its bitmap's word of 256 ticks: the word's first tick going down, its last going up. */
function wordBottom(tick: number, spacing: number): number {
  return (Math.floor(tick / spacing) >> 8) * 256 * spacing;
}

function wordTop(tick: number, spacing: number): number {
  return (((Math.floor(tick / spacing) + 1) >> 8) * 256 + 255) * spacing;
}

function stopAt({ knownFrom, knownTo }: PoolState, zeroForOne: boolean, limitX96: bigint | undefined): bigint {
  if (zeroForOne) {
    const known = knownFrom <= MIN_TICK ? MIN_SQRT_RATIO + 1n : sqrtRatioAtTick(knownFrom);
    return limitX96 === undefined || limitX96 < known ? known : limitX96;
  }
  const known = knownTo >= MAX_TICK ? MAX_SQRT_RATIO - 1n : sqrtRatioAtTick(knownTo);
  return limitX96 === undefined || limitX96 > known ? known : limitX96;
}
