import { type PoolOrientation, toRawPrice } from "./poolPrice.ts";

/** How much it takes to move a pool by one percent, fee included. */
export type PoolDepth = {
  /** Quote paid to push the price up by 1 %, whole tokens. */
  readonly quoteUp: number;
  /** Underlying sold to push the price down by 1 %, whole tokens. */
  readonly underlyingDown: number;
};

/** A position to mint; amounts and liquidity in the tokens' smallest units. */
export type LiquidityPosition = {
  readonly tickLower: number;
  readonly tickUpper: number;
  readonly quote: bigint;
  readonly underlying: bigint;
};

/** Positions reach from a sixth of the first price to six times it: a month's path stays inside. */
const rangeFactor = 6;

/**
 * The positions that give a pool the wanted depth: one around the price, and one below it where sellers find more depth than buyers.
 * Seen in quote per underlying, liquidity L over [a, b] holds L(√p − √a) quote and L(1/√p − 1/√b) underlying, whichever is token0
 * (Adams et al., Uniswap v3 Core, 2021, equations 6.15 and 6.16 integrated over a range).
 */
export function poolPositions(
  price: number,
  fee: number,
  tickSpacing: number,
  pool: PoolOrientation,
  depth: PoolDepth,
): LiquidityPosition[] {
  const raw = toRawPrice(price, pool);
  const quoteUp = depth.quoteUp * (1 - fee) * 10 ** pool.quoteDecimals;
  const underlyingDown = depth.underlyingDown * (1 - fee) * 10 ** pool.underlyingDecimals;
  const around = quoteUp / (Math.sqrt(raw * 1.01) - Math.sqrt(raw));
  const align = (value: number, round: (x: number) => number) => round(tickOf(value) / tickSpacing) * tickSpacing;
  const bottom = align(raw / rangeFactor, Math.floor);
  const top = align(raw * rangeFactor, Math.ceil);
  const below = align(raw, Math.floor);
  const missing = underlyingDown - around * (1 / Math.sqrt(raw * 0.99) - 1 / Math.sqrt(raw));
  const extra = missing / (1 / Math.sqrt(raw * 0.99) - 1 / Math.sqrt(Math.min(raw, priceOf(below))));
  const positions = [toPosition(around, raw, bottom, top, pool)];
  if (extra > 0) positions.push(toPosition(extra, raw, bottom, below, pool));
  return positions;
}

function toPosition(liquidity: number, raw: number, lower: number, upper: number, pool: PoolOrientation): LiquidityPosition {
  const [root, rootLower, rootUpper] = [Math.sqrt(raw), Math.sqrt(priceOf(lower)), Math.sqrt(priceOf(upper))];
  const inside = Math.min(Math.max(root, rootLower), rootUpper);
  const amounts = {
    quote: BigInt(Math.ceil(liquidity * (inside - rootLower))),
    underlying: BigInt(Math.ceil(liquidity * (1 / inside - 1 / rootUpper))),
  };
  return pool.underlyingIsToken0
    ? { tickLower: lower, tickUpper: upper, ...amounts }
    : { tickLower: -upper, tickUpper: -lower, ...amounts };
}

function tickOf(raw: number): number {
  return Math.log(raw) / Math.log(1.0001);
}

function priceOf(tick: number): number {
  return 1.0001 ** tick;
}
