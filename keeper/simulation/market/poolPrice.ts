import type { Address } from "viem";

/** Which way round a Uniswap v3 pool holds its tokens, and their decimals: all that turns its square-root price into a price. */
export type PoolOrientation = {
  readonly underlyingIsToken0: boolean;
  readonly underlyingDecimals: number;
  readonly quoteDecimals: number;
};

/** Largest and smallest square-root prices a swap may be limited to (Uniswap v3 TickMath, exclusive bounds). */
const minSqrtRatio = 4295128740n;
const maxSqrtRatio = 1461446703485210103287273052203988822378723970341n;

/** Uniswap sorts a pool's tokens by address. */
export function isToken0(token: Address, other: Address): boolean {
  return BigInt(token) < BigInt(other);
}

/** Quote units per underlying unit, both in their smallest units. */
export function toRawPrice(price: number, pool: PoolOrientation): number {
  return price * 10 ** (pool.quoteDecimals - pool.underlyingDecimals);
}

/** A price of the underlying in quote as the pool's Q64.96 square root, exact to double precision and inside the pool's bounds. */
export function toSqrtPriceX96(price: number, pool: PoolOrientation): bigint {
  const raw = toRawPrice(price, pool);
  const sqrt = BigInt(Math.round(Math.sqrt(pool.underlyingIsToken0 ? raw : 1 / raw) * 2 ** 96));
  return sqrt < minSqrtRatio ? minSqrtRatio : sqrt > maxSqrtRatio ? maxSqrtRatio : sqrt;
}

/** The price of the underlying in quote that a pool's Q64.96 square root means. */
export function fromSqrtPriceX96(sqrtPriceX96: bigint, pool: PoolOrientation): number {
  const ratio = (Number(sqrtPriceX96) / 2 ** 96) ** 2;
  const raw = pool.underlyingIsToken0 ? ratio : 1 / ratio;
  return raw * 10 ** (pool.underlyingDecimals - pool.quoteDecimals);
}
