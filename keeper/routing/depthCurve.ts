import type { PoolState } from "../chain/snapshot.ts";
import { sqrtRatioAtTick } from "./sqrtRatioAtTick.ts";
import { lastAtOrBelow } from "./swap.ts";

export type Side = "buy" | "sell";

/**
 * What a venue has to offer one side, in whole tokens, as pieces of constant depth: from √price `roots[i]` to `roots[i + 1]` it gives or takes
 * depths[i]·|1/√p₀ − 1/√p₁| units for depths[i]·|√p₁ − √p₀| quote. Prices include the fee: a pool of liquidity L and fee φ that is paid in one
 * token trades like one without fee, of liquidity L/√(1−φ), at prices P/(1−φ) to buyers and P·(1−φ) to sellers (Uniswap v3 core, eq. 6.13-6.16).
 * Roots rise for buyers and fall for sellers.
 */
export type DepthCurve = { readonly roots: readonly number[]; readonly depths: readonly number[] };

export type Traded = { readonly units: number; readonly quote: number };

const Q96 = 2 ** 96;

/**
 * A pool's depth for one side, as far as its ticks are known and down to a limit.
 * @param limitPrice  worst price accepted, fee included, quote per unit
 */
export function poolDepth(pool: PoolState, side: Side, limitPrice = side === "buy" ? Number.POSITIVE_INFINITY : 0): DepthCurve {
  const { ticks, knownFrom, knownTo, underlyingIsToken0, underlyingDecimals, quoteDecimals } = pool;
  const share = Math.sqrt(1 - pool.fee / 1e6);
  const liquidityUnit = 10 ** ((underlyingDecimals + quoteDecimals) / 2) * share;
  const scale = 10 ** ((underlyingDecimals - quoteDecimals) / 2) * (side === "buy" ? 1 / share : share);
  const rootOf = (sqrtPriceX96: bigint) => {
    const raw = Number(sqrtPriceX96) / Q96;
    return scale * (underlyingIsToken0 ? raw : 1 / raw);
  };
  // The raw price is token1 per token0: it falls when token0 is sold.
  const isRising = underlyingIsToken0 === (side === "buy");
  const limit = Math.sqrt(limitPrice);
  const isPast = (root: number) => (side === "buy" ? root >= limit : root <= limit);
  const roots = [rootOf(pool.sqrtPriceX96)];
  const depths: number[] = [];
  if (isPast(roots[0] as number)) return { roots, depths };
  let { liquidity } = pool;
  let next = lastAtOrBelow(ticks, pool.tick) + (isRising ? 1 : 0);
  for (;;) {
    const tick = ticks[next];
    const end = tick === undefined ? (isRising ? knownTo : knownFrom) : tick.index;
    const root = rootOf(sqrtRatioAtTick(end));
    depths.push(Number(liquidity) / liquidityUnit);
    roots.push(isPast(root) ? limit : root);
    if (isPast(root) || tick === undefined) return { roots, depths };
    liquidity += isRising ? tick.liquidityNet : -tick.liquidityNet;
    next += isRising ? 1 : -1;
  }
}

/** What trading on a curve to a √price exchanges: units of the underlying for quote, both positive. */
export function tradeTo(curve: DepthCurve, root: number): Traded {
  const { roots, depths } = curve;
  let [units, quote] = [0, 0];
  for (const [i, depth] of depths.entries()) {
    const [from, end] = [roots[i] as number, roots[i + 1] as number];
    const isLast = end > from ? root < end : root > end;
    const to = isLast ? root : end;
    if (isLast && (end > from ? root <= from : root >= from)) break;
    units += depth * Math.abs(1 / from - 1 / to);
    quote += depth * Math.abs(to - from);
    if (isLast) break;
  }
  return { units, quote };
}

/**
 * The √price at which several curves of one side have together exchanged so many units; that of the last offer when there are not so many.
 * At one price for all nobody could trade the last unit better elsewhere.
 */
export function commonRoot(curves: readonly DepthCurve[], units: number): number {
  const isRising = curves.some(({ roots }) => (roots[1] ?? 0) > (roots[0] ?? 0));
  const edges = [...new Set(curves.flatMap(({ roots }) => roots))].sort((a, b) => (isRising ? a - b : b - a));
  let left = units;
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const [from, to] = [edges[i] as number, edges[i + 1] as number];
    const depth = curves.reduce((sum, curve) => sum + depthBetween(curve, from, to), 0);
    const held = depth * Math.abs(1 / from - 1 / to);
    if (held >= left) return 1 / (1 / from + ((isRising ? -1 : 1) * left) / depth);
    left -= held;
  }
  return edges.at(-1) ?? 0;
}

function depthBetween({ roots, depths }: DepthCurve, from: number, to: number): number {
  const middle = (from + to) / 2;
  for (const [i, depth] of depths.entries()) {
    const [a, b] = [roots[i] as number, roots[i + 1] as number];
    if (Math.min(a, b) < middle && middle < Math.max(a, b)) return depth;
  }
  return 0;
}
