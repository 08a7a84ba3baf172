import { type Address, createPublicClient, custom, erc20Abi, type PublicClient } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { aavePoolAbi } from "../../../keeper/chain/abi.ts";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { createMarketMemory } from "../../../keeper/chain/marketMemory.ts";
import { readReserves } from "../../../keeper/chain/reserveReads.ts";
import type { ReserveState, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { carryOfTrade, largestLoan, ratesAfter } from "../../../keeper/routing/borrowCost.ts";
import type { ChainDriver } from "../../../keeper/simulation/market/chainDriver.ts";
import { deployMarket, type MarketAddresses } from "../../../keeper/simulation/market/deployMarket.ts";
import { fundAccount } from "../../../keeper/simulation/market/fundAccount.ts";
import { openChain } from "../simulation/market/openChain.ts";

const ETHER = 10n ** 18n;

describe("rates after a loan", () => {
  let driver: ChainDriver;
  let market: MarketAddresses;
  let client: PublicClient;
  let borrower: Address;
  const memory = createMarketMemory();

  beforeAll(async () => {
    driver = await openChain();
    market = await deployMarket(driver, { WETH: 3000, WBTC: 90_000 });
    client = createPublicClient({ transport: custom(driver.provider), cacheTime: 0 }) as PublicClient;
    const { WETH, USDC } = market.tokens;
    const [, first, lender] = driver.accounts as readonly [Address, Address, Address];
    borrower = first;
    const supply = async (from: Address, token: typeof WETH, amount: bigint) => {
      await fundAccount(driver, from, token, from, amount);
      await driver.write({ from }, { address: token.address, abi: erc20Abi }, "approve", [market.aave.pool, 2n ** 256n - 1n]);
      await driver.write({ from }, { address: market.aave.pool, abi: aavePoolAbi }, "supply", [token.address, amount, from, 0]);
    };
    await supply(lender, WETH, 1_000n * ETHER);
    await supply(borrower, USDC, 10_000_000n * 10n ** 6n);
    await driver.settle();
  });

  async function readReserve(): Promise<{ reserve: ReserveState; borrowRate: number; supplyRate: number }> {
    const { WETH } = market.tokens;
    const data = await client.readContract({
      address: market.aave.pool,
      abi: aavePoolAbi,
      functionName: "getReserveData",
      args: [WETH.address],
    });
    const { hash } = await client.getBlock();
    const book = {
      underlyings: [{ address: WETH.address, decimals: 18 }],
      multicall3: market.multicall3,
    } as unknown as AddressBook;
    const [reserve] = await readReserves(client, book, hash, [data], memory);
    if (reserve === undefined) throw new RangeError("one reserve was asked for");
    return {
      reserve,
      borrowRate: Number(data.currentVariableBorrowRate) / 1e27,
      supplyRate: Number(data.currentLiquidityRate) / 1e27,
    };
  }

  async function borrow(units: bigint): Promise<void> {
    await driver.write({ from: borrower }, { address: market.aave.pool, abi: aavePoolAbi }, "borrow", [
      market.tokens.WETH.address,
      units,
      2,
      0,
      borrower,
    ]);
    await driver.settle();
  }

  it("are the pool's own, below, over and beyond the kink of its curve", async () => {
    for (const units of [100, 400, 380, 50, 40]) {
      const before = await readReserve();
      const predicted = ratesAfter(before, units);
      await borrow(BigInt(units) * ETHER);
      const after = await readReserve();
      // A second of interest lies between the two blocks.
      expect(predicted.borrow / after.borrowRate).toBeCloseTo(1, 6);
      expect(predicted.supply / after.supplyRate).toBeCloseTo(1, 6);
      expect(ratesAfter(after, 0).borrow / after.borrowRate).toBeCloseTo(1, 6);
    }
    const { reserve } = await readReserve();
    expect(reserve.debt).toBeCloseTo(970, 3);
    expect(reserve.available).toBeCloseTo(30, 3);
    expect(reserve.curve?.optimalUsage).toBeCloseTo(0.9, 12);
    expect(reserve.curve).toMatchObject({ base: 0, slope1: 0.027, slope2: 0.8, reserveFactor: 0.15 });
  });

  it("reach a limit with the largest loan below it", async () => {
    const { WETH } = market.tokens;
    await driver.write({ from: borrower }, { address: WETH.address, abi: erc20Abi }, "approve", [
      market.aave.pool,
      2n ** 256n - 1n,
    ]);
    await driver.write({ from: borrower }, { address: market.aave.pool, abi: aavePoolAbi }, "repay", [
      WETH.address,
      800n * ETHER,
      2,
      borrower,
    ]);
    await driver.settle();
    const before = await readReserve();
    for (const limit of [0.01, 0.027, 0.3]) {
      const loan = largestLoan(before.reserve, limit);
      expect(ratesAfter(before, loan).borrow).toBeCloseTo(limit, 9);
    }
    await borrow(BigInt(Math.round(largestLoan(before.reserve, 0.3) * 1e9)) * 10n ** 9n);
    expect((await readReserve()).borrowRate).toBeCloseTo(0.3, 6);
    expect(largestLoan((await readReserve()).reserve, 0.1)).toBe(0);
  });
});

describe("carry", () => {
  const curve = { optimalUsage: 0.9, base: 0, slope1: 0.027, slope2: 0.8, reserveFactor: 0.15 };
  const underlying = (cash: number, lent: number) =>
    ({
      cash,
      lent,
      price: 3_000,
      borrowRate: 0.015,
      supplyRate: 0.008,
      reserve: { available: 500, debt: 500, curve },
    }) as UnderlyingSnapshot;

  it("of a short is (borrow − supply) × value, at the rate the loan drives up and on the debt there was", () => {
    // 100 of 1,000 more lent out: usage 0.6, rate 0.027 · 0.6 / 0.9 = 1.8 %.
    expect(carryOfTrade(underlying(0, 0), 0.01, -100)).toBeCloseTo(100 * 3_000 * (0.018 - 0.01), 9);
    // A debt of 50 pays 0.3 % more from then on.
    expect(carryOfTrade(underlying(0, -50), 0.01, -100)).toBeCloseTo(3_000 * (150 * 0.018 - 50 * 0.015 - 100 * 0.01), 9);
  });

  it("is nothing for units in hand, what they earned for units lent, and saved where debt is repaid", () => {
    expect(carryOfTrade(underlying(10, 0), 0.01, -10)).toBeCloseTo(0, 12);
    expect(carryOfTrade(underlying(0, 10), 0.01, -10)).toBeCloseTo(10 * 3_000 * 0.008, 9);
    expect(carryOfTrade(underlying(0, -10), 0.01, 10)).toBeCloseTo(-10 * 3_000 * (0.015 - 0.01), 9);
    expect(carryOfTrade(underlying(0, 0), 0.01, 10)).toBeCloseTo(0, 12);
  });
});
