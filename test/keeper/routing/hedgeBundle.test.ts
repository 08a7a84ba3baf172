import fc from "fast-check";
import { decodeAbiParameters } from "viem";
import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { PoolState, ReserveState, Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { type BundlePolicy, hedgeBundle } from "../../../keeper/routing/hedgeBundle.ts";
import { anyPool, makePool } from "./somePools.ts";

const address = (digit: string) => `0x${digit.repeat(40)}` as const;
const [quote, weth, swaps, aave] = [address("1"), address("2"), address("3"), address("4")];
const addresses = {
  quote: { address: quote, symbol: "USDC", decimals: 6, feed: address("5") },
  contracts: { uniswapVenue: swaps, aaveVenue: aave },
} as unknown as AddressBook;
const policy: BundlePolicy = { priceBand: 0.01, maxBorrowRate: 0.4, targetHealth: 1.6, minimumCash: 20_000 };

const gas = { rebalance: 5, swap: 2, move: 3 };
const deep = makePool(500, 0, 1e7, []);
const roomy: ReserveState = { available: 1e5, debt: 1e4, curve: undefined };

type Holding = { cash: number; lent: number; quoteCash: number; quoteLent: number };
type Market = { pools?: readonly PoolState[]; reserve?: ReserveState };

function bundleOf(holding: Holding, { pools = [deep], reserve = roomy }: Market = {}) {
  const { cash, lent } = holding;
  const underlying = { address: weth, symbol: "WETH", decimals: 18, price: 3000, cash, lent, pools, reserve };
  const snapshot = { ...holding, quoteLiquidationThreshold: 0.8, underlyings: [underlying] } as unknown as Snapshot;
  return (trade: number, provision = 0) =>
    hedgeBundle(
      addresses,
      snapshot,
      [{ underlying: underlying as unknown as UnderlyingSnapshot, trade, provision }],
      policy,
      gas,
    );
}

function world(holding: Holding, market?: Market) {
  const bundle = bundleOf(holding, market);
  return (trade: number, provision = 0) => bundle(trade, provision).actions;
}

describe("hedgeBundle", () => {
  it("does nothing when nothing is wanted", () => {
    expect(world({ cash: 1, lent: -1, quoteCash: 1e5, quoteLent: 1e5 })(0)).toEqual([]);
  });

  it("sells what is in hand without touching Aave, at a limit from the oracle", () => {
    const [swap, ...rest] = world({ cash: 10, lent: 0, quoteCash: 1e5, quoteLent: 0 })(-4);
    expect(rest).toEqual([]);
    expect(swap).toMatchObject({ venue: swaps, asset: weth, quantity: -4n * 10n ** 18n, limitWad: 2970n * 10n ** 18n });
    expect(decodeAbiParameters([{ type: "uint24" }], swap?.data ?? "0x")).toEqual([500]);
  });

  it("borrows what is missing, supplying first what the target health asks for", () => {
    const [supply, borrow, swap] = world({ cash: 1, lent: 0, quoteCash: 100_000, quoteLent: 0 })(-11);
    // Ten units borrowed at 3,000 need 1.6 · 30,000 / 0.8 = 60,000 of quote as collateral.
    expect(supply).toMatchObject({ venue: aave, asset: quote });
    expect(Number(supply?.quantity) / 1e6).toBeCloseTo(-60_000, 3);
    expect(borrow).toMatchObject({ venue: aave, asset: weth });
    expect(Number(borrow?.quantity) / 1e18).toBeCloseTo(10, 9);
    expect(Number(borrow?.quantity) / 1e18).toBeGreaterThan(10);
    expect(swap?.quantity).toBe(-11n * 10n ** 18n);
  });

  it("never asks for more of a balance than reading it as a number can be sure of", () => {
    const cash = Number(17_692_627_415_144_132_709n) / 1e18;
    const [swap, ...rest] = world({ cash, lent: 0, quoteCash: 1e5, quoteLent: 0 })(-cash);
    expect(rest).toEqual([]);
    expect(-(swap?.quantity ?? 0n)).toBeLessThan(17_692_627_415_144_132_709n);
    expect(Number(-(swap?.quantity ?? 0n)) / 1e18).toBeCloseTo(cash, 9);
  });

  it("never sells more than it has and borrows, to the last unit", () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 16n });
    fc.assert(
      fc.property(units, fc.double({ min: 0.02, max: 40, noNaN: true }), (had, trade) => {
        const actions = world({ cash: Number(had) / 1e18, lent: -92, quoteCash: 1e6, quoteLent: 0 })(-trade);
        const moved = actions.filter(({ asset }) => asset === weth).reduce((sum, { quantity }) => sum + quantity, 0n);
        expect(had + moved).toBeGreaterThanOrEqual(0n);
        expect(Number(had + moved) / 1e18).toBeCloseTo(0, 9);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("buys no more than it can pay at the worst price, with what must be kept kept", () => {
    const bought = (quoteCash: number, quoteLent: number) => {
      const actions = world({ cash: 0, lent: -5, quoteCash, quoteLent })(50);
      return Number(actions.find(({ venue }) => venue === swaps)?.quantity ?? 0n) / 1e18;
    };
    // 80,300 less 20,000 in hand; 36,060 of the 66,060 lent, as 30,000 secure the debt of five.
    expect(bought(80_300, 0)).toBeCloseTo(60_300 / 3_030, 9);
    expect(bought(20_000, 66_060)).toBeCloseTo(36_060 / 3_030, 9);
    expect(bought(20_000, 30_000)).toBe(0);
    expect(bought(1e6, 0)).toBe(50);
  });

  it("never repays more than it has and buys, to the last unit", () => {
    const units = fc.bigInt({ min: 1n, max: 40n * 10n ** 18n });
    fc.assert(
      fc.property(units, fc.double({ min: 0.001, max: 40, noNaN: true }), (had, trade) => {
        const [swap, repay] = world({ cash: Number(had) / 1e18, lent: -92, quoteCash: 1e6, quoteLent: 0 })(trade);
        expect(-(repay?.quantity ?? 0n)).toBeLessThanOrEqual(had + (swap?.quantity ?? 0n));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("buys, withdrawing only what cash lacks and repaying debt with what it bought", () => {
    const [withdraw, swap, repay] = world({ cash: 0, lent: -5, quoteCash: 25_000, quoteLent: 200_000 })(3);
    // 3 · 3,030 + 20,000 − 25,000 = 4,090 are missing at the worst price.
    expect(Number(withdraw?.quantity) / 1e6).toBeCloseTo(4_090, 3);
    expect(swap).toMatchObject({ venue: swaps, quantity: 3n * 10n ** 18n, limitWad: 3030n * 10n ** 18n });
    expect(repay).toMatchObject({ venue: aave, asset: weth, quantity: -3n * 10n ** 18n });
  });

  it("makes collateral ready only as far as the vault can secure the loan", () => {
    const actions = world({ cash: 0, lent: 0, quoteCash: 80_000, quoteLent: 0 })(0, 60);
    const borrowed = actions.find(({ asset }) => asset === weth);
    // 60,000 to spare secure 60,000 · 0.8 / 1.6 = 30,000 of debt: ten units.
    expect(Number(borrowed?.quantity) / 1e18).toBeCloseTo(10, 9);
    expect(world({ cash: 0, lent: 0, quoteCash: 0, quoteLent: 0 })(0, 60)).toEqual([]);
  });

  it("spreads a trade over pools when that saves more than the second leg's gas, both at the oracle's limit", () => {
    const pools = [makePool(500, 0, 2e6, []), makePool(3_000, 0, 1.2e6, [])];
    const { actions, routes } = bundleOf({ cash: 200, lent: 0, quoteCash: 1e5, quoteLent: 0 }, { pools })(-100);
    expect(actions.map(({ venue, limitWad }) => [venue, limitWad])).toEqual([
      [swaps, 2970n * 10n ** 18n],
      [swaps, 2970n * 10n ** 18n],
    ]);
    expect(actions.map(({ data }) => decodeAbiParameters([{ type: "uint24" }], data)[0])).toEqual([500, 3_000]);
    expect(actions.reduce((sum, { quantity }) => sum + quantity, 0n)).toBe(-100n * 10n ** 18n);
    const [first, second] = routes[0]?.legs ?? [];
    // Cheaper and deeper: the larger share.
    expect(-(first?.quantity ?? 0n)).toBeGreaterThan(-(second?.quantity ?? 0n));
    expect(world({ cash: 200, lent: 0, quoteCash: 1e5, quoteLent: 0 }, { pools })(-1)).toHaveLength(1);
  });

  it("takes its limits from the oracle wherever the pools stand, and trades only what they hold within them", () => {
    fc.assert(
      fc.property(anyPool, anyPool, fc.double({ min: -300, max: 300, noNaN: true }), (one, other, trade) => {
        fc.pre(Math.abs(trade) > 1e-3);
        const { actions, routes } = bundleOf(
          { cash: 300, lent: 0, quoteCash: 1e7, quoteLent: 0 },
          { pools: [one, other] },
        )(trade);
        const traded = actions.filter(({ venue }) => venue === swaps);
        for (const { limitWad } of traded) expect(limitWad).toBe((trade > 0 ? 3030n : 2970n) * 10n ** 18n);
        const units = Number(traded.reduce((sum, { quantity }) => sum + quantity, 0n)) / 1e18;
        expect(Math.abs(units)).toBeLessThanOrEqual(Math.abs(trade) * (1 + 1e-12));
        for (const { quantity, quote } of routes.flatMap(({ legs }) => legs)) {
          const price = -Number(quote) / 1e6 / (Number(quantity) / 1e18);
          if (Math.abs(Number(quantity)) < 1e15) continue;
          if (trade > 0) expect(price).toBeLessThanOrEqual(3030 * (1 + 1e-6));
          else expect(price).toBeGreaterThanOrEqual(2970 * (1 - 1e-6));
        }
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("borrows no further than the highest rate admits and sells accordingly less", () => {
    const curve = { optimalUsage: 0.9, base: 0, slope1: 0.03, slope2: 0.8, reserveFactor: 0.15 };
    const reserve = { available: 200, debt: 800, curve };
    const { actions, routes } = bundleOf({ cash: 0, lent: 0, quoteCash: 1e7, quoteLent: 0 }, { reserve })(-500);
    // 40 % is reached at a usage of 0.9 + 0.1 · (0.4 − 0.03) / 0.8 = 0.94625: 146.25 of the 1,000 units there are.
    expect(routes[0]?.trade).toBeCloseTo(-146.25, 6);
    expect(Number(actions.find(({ venue, asset }) => venue === aave && asset === weth)?.quantity) / 1e18).toBeCloseTo(146.25, 6);
  });

  it("says what health it leaves", () => {
    const { health } = bundleOf({ cash: 0, lent: 0, quoteCash: 100_000, quoteLent: 0 })(-10);
    // The account is brought to its target of 1.6 when it borrows.
    expect(health).toBeCloseTo(1.6, 6);
    expect(bundleOf({ cash: 10, lent: 0, quoteCash: 100_000, quoteLent: 0 })(-10).health).toBe(Number.POSITIVE_INFINITY);
    // Half of the debt repaid: twice the health.
    expect(bundleOf({ cash: 0, lent: -10, quoteCash: 1e6, quoteLent: 60_000 })(5).health).toBeCloseTo(3.2, 6);
  });
});
