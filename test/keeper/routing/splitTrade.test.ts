import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolState } from "../../../keeper/chain/snapshot.ts";
import { poolDepth, type Side, tradeTo } from "../../../keeper/routing/depthCurve.ts";
import { splitTrade } from "../../../keeper/routing/splitTrade.ts";
import { swap } from "../../../keeper/routing/swap.ts";
import { anyPool, makePool } from "./somePools.ts";

const SEED = 20_261_121;
const GRID = 400;
const MIDDLE = 3_000;
const side = fc.constantFrom<Side>("buy", "sell");
const size = fc.double({ min: -2, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
const gas = fc.double({ min: -1, max: 2.5, noNaN: true }).map((exponent) => 10 ** exponent);

/** What a pool really asks for so many units against 3,000 each, by exact arithmetic; undefined when it has not so many. */
function exactCost(pool: PoolState, side: Side, units: number): number | undefined {
  if (units === 0) return 0;
  const amount = BigInt(Math.round(units * 1e18));
  const { paid, received } = swap(pool, {
    zeroForOne: pool.underlyingIsToken0 === (side === "sell"),
    amount: side === "buy" ? -amount : amount,
  });
  if ((side === "buy" ? received : paid) !== amount) return undefined;
  return side === "buy" ? Number(paid) / 1e6 - units * MIDDLE : units * MIDDLE - Number(received) / 1e6;
}

const plus = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a + b);

/** Cheapest of all splits on a grid, gas of every open leg included: pool after pool, the best of every amount so far. */
function bruteForce(pools: readonly PoolState[], side: Side, units: number, gas: number): number | undefined {
  let best: (number | undefined)[] = Array.from({ length: GRID + 1 }, (_, i) => (i === 0 ? 0 : undefined));
  for (const pool of pools) {
    const costs = best.map((_, i) => plus(exactCost(pool, side, (units * i) / GRID), i === 0 ? 0 : gas));
    best = best.map((_, total) => {
      let least: number | undefined;
      for (let i = 0; i <= total; i += 1) {
        const cost = plus(best[total - i], costs[i]);
        if (cost !== undefined && (least === undefined || cost < least)) least = cost;
      }
      return least;
    });
  }
  return best[GRID];
}

function splitCost(pools: readonly PoolState[], side: Side, units: number, gas: number): number | undefined {
  const offers = pools.map((pool) => ({ curve: poolDepth(pool, side), gas }));
  const split = splitTrade(offers, side, units);
  return split.units.reduce<number | undefined>(
    (sum, part, i) => plus(sum, exactCost(pools[i] as PoolState, side, part)),
    split.gas,
  );
}

describe("splitTrade", () => {
  it("costs no more than the best single pool and within 0.1 % of brute force over two to four pools", () => {
    let opened = 0;
    fc.assert(
      fc.property(fc.array(anyPool, { minLength: 2, maxLength: 4 }), side, size, gas, (pools, side, units, gas) => {
        const best = bruteForce(pools, side, units, gas);
        fc.pre(best !== undefined);
        const cost = splitCost(pools, side, units, gas) ?? Number.POSITIVE_INFINITY;
        // Costs are small differences of large sums: a millionth of a unit of quote is the finest they can be told apart.
        const slack = 1e-3 * Math.abs(best) + 1e-5;
        expect(cost).toBeLessThanOrEqual(best + slack);
        for (const pool of pools) {
          const single = plus(exactCost(pool, side, units), gas);
          if (single !== undefined) expect(cost).toBeLessThanOrEqual(single + 1e-5);
        }
        const offers = pools.map((pool) => ({ curve: poolDepth(pool, side), gas }));
        if (splitTrade(offers, side, units).legs > 1) opened += 1;
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(opened).toBeGreaterThan(50);
  });

  it("opens a second leg only when it saves its gas", () => {
    const pools = [makePool(500, 0, 200_000, []), makePool(500, 0, 200_000, [])];
    const legs = (units: number, gas: number) =>
      splitTrade(
        pools.map((pool) => ({ curve: poolDepth(pool, "buy"), gas })),
        "buy",
        units,
      ).legs;
    // Halving q in two equal pools of depth L saves P^1.5·q²/2L: at P = 3,000, L = 200,000 and q = 20 units, 164.3 quote.
    expect(legs(20, 160)).toBe(2);
    expect(legs(20, 170)).toBe(1);
  });

  it("fills what there is when the pools end at the limit", () => {
    const pool = makePool(500, 0, 1_000, []);
    const limit = 3_030;
    const { filled, quote } = splitTrade([{ curve: poolDepth(pool, "buy", limit), gas: 1 }], "buy", 1e6);
    const price = (pool.sqrtPriceX96 ** 2n * 10n ** 30n) >> 192n;
    // L(1/√P − 1/√P′), P′ = 3,030·(1 − 0.05 %): the fee counts against the limit.
    expect(filled).toBeCloseTo(1_000 * (1 / Math.sqrt(Number(price) / 1e18) - 1 / Math.sqrt(limit * 0.9995)), 6);
    expect(quote / filled).toBeLessThan(limit);
    expect(splitTrade([{ curve: poolDepth(pool, "buy", 2_900), gas: 1 }], "buy", 1).filled).toBe(0);
  });
});

describe("poolDepth", () => {
  it("prices a trade as the exact swap does", () => {
    fc.assert(
      fc.property(anyPool, side, size, (pool, side, units) => {
        const exact = exactCost(pool, side, units);
        fc.pre(exact !== undefined);
        const curve = poolDepth(pool, side);
        const { filled, quote } = splitTrade([{ curve, gas: 0 }], side, units);
        expect(filled).toBeCloseTo(units, 9);
        const cost = side === "buy" ? quote - units * MIDDLE : units * MIDDLE - quote;
        expect(Math.abs(cost - exact)).toBeLessThan(1e-5 + 1e-9 * units * MIDDLE);
        expect(tradeTo(curve, curve.roots[0] as number).units).toBe(0);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
