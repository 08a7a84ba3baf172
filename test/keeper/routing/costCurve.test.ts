import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolState, Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { StaleDataError } from "../../../keeper/errors.ts";
import { costCurve, exposureCost } from "../../../keeper/routing/costCurve.ts";
import { anyPool, makePool } from "./somePools.ts";

const gas = { rebalance: 5, swap: 2, move: 3 };
const curve = { optimalUsage: 0.9, base: 0, slope1: 0.027, slope2: 0.8, reserveFactor: 0.15 };
const snapshot = { quoteSupplyRate: 0.01 } as Snapshot;

function underlyingWith(pools: readonly PoolState[], hedgeError: number, cash = 1e6): UnderlyingSnapshot {
  const held = { cash, lent: 0, holdings: 50, legs: [], targetDelta: 0, price: 3_000, borrowRate: 0.015, supplyRate: 0.008 };
  const reserve = { available: 500, debt: 500, curve };
  return { ...held, symbol: "WETH", pools, reserve, onChain: { delta: hedgeError } } as unknown as UnderlyingSnapshot;
}

const priceOf = ({ sqrtPriceX96 }: PoolState) => (Number(sqrtPriceX96) / 2 ** 96) ** 2 * 1e12;

describe("costCurve", () => {
  it("on constant liquidity is the pool's fee and P^{3/2}/L", () => {
    const pool = makePool(500, 0, 1e6, []);
    const price = priceOf(pool);
    const selling = costCurve(snapshot, underlyingWith([pool], 20), gas);
    expect(selling.fixed).toBe(7);
    expect(selling.proportional / (price * 0.0005)).toBeCloseTo(1, 6);
    expect(selling.impact / (price ** 1.5 / 1e6)).toBeCloseTo(1, 2);
    // A buyer pays the fee on what goes in.
    const buying = costCurve(snapshot, underlyingWith([pool], -20), gas);
    expect(buying.proportional / ((price * 0.0005) / 0.9995)).toBeCloseTo(1, 6);
    expect(buying.impact / (price ** 1.5 / 1e6)).toBeCloseTo(1, 2);
  });

  it("meets the exact cost at the hedge error and never asks less than a first unit's price", () => {
    fc.assert(
      fc.property(
        fc.array(anyPool, { minLength: 1, maxLength: 4 }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (pools, error) => {
          fc.pre(Math.abs(error) > 1);
          const underlying = underlyingWith(pools, error);
          const { fixed, proportional, impact } = costCurve(snapshot, underlying, { rebalance: 0, swap: 0.5, move: 0 });
          const exact = exposureCost(snapshot, underlying, { rebalance: 0, swap: 0.5, move: 0 }, -error, 0);
          fc.pre(Math.abs(exact.filled) > 1e-3);
          const q = Math.abs(exact.filled);
          const fitted = fixed + proportional * q + impact * q * q;
          // A pool that stands far enough from the deepest one to trade at a gain counts as free.
          expect(fitted).toBeGreaterThanOrEqual((exact.execution + exact.gas) * (1 - 1e-9) - 1e-9);
          if (impact > 0) expect(fitted / (exact.execution + exact.gas)).toBeCloseTo(1, 6);
          expect(Math.min(fixed, proportional, impact)).toBeGreaterThanOrEqual(0);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it("is no dearer with one pool more", () => {
    fc.assert(
      fc.property(anyPool, anyPool, fc.double({ min: -1, max: 1, noNaN: true }), (one, other, share) => {
        fc.pre(Math.abs(share) > 1e-3);
        const deeper = underlyingWith([one.liquidity >= other.liquidity ? one : other], 0);
        const trade = Math.abs(share) * exposureCost(snapshot, deeper, gas, share * 1e12, 0).filled;
        fc.pre(Math.abs(trade) > 1e-6);
        const alone = exposureCost(snapshot, deeper, gas, trade, 0);
        const both = exposureCost(snapshot, underlyingWith([one, other], 0), gas, trade, 0);
        expect(both.filled).toBeCloseTo(trade, 6);
        expect(both.execution + both.gas).toBeLessThanOrEqual(alone.execution + alone.gas + 1e-9 * Math.abs(trade) * 3_000);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it("counts the loan of a short: two moves' gas, and its interest for as long as it is held", () => {
    const pools = [makePool(500, 0, 1e6, [])];
    const short = exposureCost(snapshot, underlyingWith(pools, 0, 0), gas, -100, 0.5);
    expect(short.gas).toBe(5 + 2 + 2 * 3);
    // 100 of 1,000 more lent out: 0.027 · 0.6 / 0.9 = 1.8 %, less the 1 % that quote earns.
    expect(short.carry).toBeCloseTo(100 * 3_000 * (0.018 - 0.01) * 0.5, 9);
    // Holding a unit more saves it.
    expect(costCurve(snapshot, underlyingWith(pools, 100, 0), gas).carry).toBeCloseTo(-3_000 * (0.018 - 0.01), 9);
  });

  it("refuses to price without liquidity", () => {
    const empty = { ...makePool(500, 0, 10, []), liquidity: 0n, ticks: [] };
    expect(() => costCurve(snapshot, underlyingWith([empty], 1), gas)).toThrow(StaleDataError);
  });
});
