import fc from "fast-check";
import type { PoolState, Tick } from "../../../keeper/chain/snapshot.ts";
import { sqrtRatioAtTick } from "../../../keeper/routing/sqrtRatioAtTick.ts";

const SPACINGS = { 100: 1, 500: 10, 3000: 60, 10000: 200 } as const;
const REACH = 600;

type Position = { readonly from: number; readonly width: number; readonly size: number };

/** Tick at which an underlying of 18 decimals is worth 3,000 of a quote of 6. */
const MIDDLE = Math.round(Math.log(3_000e-12) / Math.log(1.0001));

/** A pool near 3,000 with one wide position and some narrower ones, either way round. */
export function makePool(
  fee: keyof typeof SPACINGS,
  offset: number,
  wide: number,
  positions: readonly Position[],
  underlyingIsToken0 = true,
): PoolState {
  const tickSpacing = SPACINGS[fee];
  const tick = (underlyingIsToken0 ? MIDDLE : -MIDDLE) + offset;
  const align = (at: number) => Math.round(at / tickSpacing) * tickSpacing;
  // Depth in whole tokens, √(units·quote), as the chain counts it at 18 and 6 decimals.
  const liquidityOf = (size: number) => BigInt(Math.round(size * 1e12));
  const nets = new Map<number, bigint>();
  let liquidity = 0n;
  for (const { from, width, size } of [{ from: -5_000, width: 10_000, size: wide }, ...positions]) {
    const [lower, upper] = [align(tick + from), align(tick + from + width) + tickSpacing];
    nets.set(lower, (nets.get(lower) ?? 0n) + liquidityOf(size));
    nets.set(upper, (nets.get(upper) ?? 0n) - liquidityOf(size));
    if (lower <= tick && tick < upper) liquidity += liquidityOf(size);
  }
  const [knownFrom, knownTo] = [tick - REACH, tick + REACH];
  const ticks = [...nets]
    .map(([index, liquidityNet]): Tick => ({ index, liquidityNet }))
    .filter(({ index, liquidityNet }) => liquidityNet !== 0n && index >= knownFrom && index <= knownTo)
    .sort((a, b) => a.index - b.index);
  const address = `0x${fee.toString().padStart(40, "0")}` as const;
  const sqrtPriceX96 = (sqrtRatioAtTick(tick) * 3n + sqrtRatioAtTick(tick + 1)) / 4n;
  return {
    address,
    fee,
    tickSpacing,
    underlyingIsToken0,
    underlyingDecimals: 18,
    quoteDecimals: 6,
    sqrtPriceX96,
    tick,
    liquidity,
    ticks,
    knownFrom,
    knownTo,
  };
}

/** A pool of random tier, depth and ticks; depths from a few units to thousands per percent. */
export const anyPool = fc
  .record({
    fee: fc.constantFrom(100, 500, 3_000, 10_000),
    offset: fc.integer({ min: -20, max: 20 }),
    wide: fc.double({ min: 1, max: 5, noNaN: true }).map((exponent) => 10 ** exponent),
    positions: fc.array(
      fc.record({
        from: fc.integer({ min: -500, max: 500 }),
        width: fc.integer({ min: 0, max: 600 }),
        size: fc.double({ min: 2, max: 5.5, noNaN: true }).map((exponent) => 10 ** exponent),
      }),
      { maxLength: 12 },
    ),
    underlyingIsToken0: fc.boolean(),
  })
  .map(({ fee, offset, wide, positions, underlyingIsToken0 }) =>
    makePool(fee as 500, offset, wide, positions, underlyingIsToken0),
  );
