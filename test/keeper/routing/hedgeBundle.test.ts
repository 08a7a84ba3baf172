import { decodeAbiParameters } from "viem";
import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { type BundlePolicy, hedgeBundle } from "../../../keeper/routing/hedgeBundle.ts";

const address = (digit: string) => `0x${digit.repeat(40)}` as const;
const [quote, weth, swaps, aave] = [address("1"), address("2"), address("3"), address("4")];
const addresses = {
  quote: { address: quote, symbol: "USDC", decimals: 6, feed: address("5") },
  contracts: { uniswapVenue: swaps, aaveVenue: aave },
} as unknown as AddressBook;
const policy: BundlePolicy = { priceBand: 0.01, maxBorrowRate: 0.4, targetHealth: 1.6, minimumCash: 20_000 };

function world(holding: { cash: number; lent: number; quoteCash: number; quoteLent: number }) {
  const underlying = {
    address: weth,
    symbol: "WETH",
    decimals: 18,
    poolFee: 500,
    price: 3000,
    cash: holding.cash,
    lent: holding.lent,
  } as UnderlyingSnapshot;
  const snapshot = { ...holding, quoteLiquidationThreshold: 0.8, underlyings: [underlying] } as unknown as Snapshot;
  const bundle = (trade: number, provision = 0) => hedgeBundle(addresses, snapshot, [{ underlying, trade, provision }], policy);
  return bundle;
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
});
