import type { Address } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import type { ChainDriver, Contract } from "../../../../keeper/simulation/market/chainDriver.ts";
import { deployMarket, type MarketAddresses } from "../../../../keeper/simulation/market/deployMarket.ts";
import { fundAccount } from "../../../../keeper/simulation/market/fundAccount.ts";
import { loadArtifact } from "../../../../keeper/simulation/market/loadArtifact.ts";
import { fromSqrtPriceX96, toSqrtPriceX96 } from "../../../../keeper/simulation/market/poolPrice.ts";
import { openChain } from "./openChain.ts";

let driver: ChainDriver;
let market: MarketAddresses;
let account: Address;

const abiOf = (path: string) => loadArtifact(path).abi;
const uniswapPoolAbi = abiOf("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json");
const quoterAbi = abiOf("@uniswap/swap-router-contracts/artifacts/contracts/lens/QuoterV2.sol/QuoterV2.json");
const erc20Abi = abiOf("@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json");
const aavePoolAbi = abiOf("@aave/core-v3/artifacts/contracts/interfaces/IPool.sol/IPool.json");
const aaveOracleAbi = abiOf("@aave/core-v3/artifacts/contracts/misc/AaveOracle.sol/AaveOracle.json");
const proxyAbi = abiOf("chainlink-contracts-0.0.10/abi/v0.6/EACAggregatorProxy.json");

beforeAll(async () => {
  driver = await openChain();
  market = await deployMarket(driver, { WETH: 3000, WBTC: 90_000 });
  account = driver.accounts[1] as Address;
});

/** Input that moves a pool from its price to `factor` times it, fee included, in whole tokens. */
async function inputToMove(index: number, price: number, factor: number): Promise<number> {
  const pool = market.uniswap.pools[index] as MarketAddresses["uniswap"]["pools"][number];
  const [usdc, asset] = [market.tokens.USDC, market.tokens[pool.underlying]];
  const [tokenIn, tokenOut] = factor > 1 ? [usdc, asset] : [asset, usdc];
  const sender = market.uniswap.swapRouter;
  const request = {
    tokenIn: tokenIn.address,
    tokenOut: tokenOut.address,
    amountIn: 10n ** 30n,
    fee: pool.feePips,
    sqrtPriceLimitX96: toSqrtPriceX96(price * factor, pool),
  };
  const quoter = { address: market.uniswap.quoterV2, abi: quoterAbi };
  const [amountOut] = (await driver.read(quoter, "quoteExactInputSingle", [request], sender)) as [bigint];
  // The quoter reports only what comes out: ask for exactly that to learn what goes in.
  const exact = {
    tokenIn: tokenIn.address,
    tokenOut: tokenOut.address,
    amount: amountOut,
    fee: pool.feePips,
    sqrtPriceLimitX96: 0n,
  };
  const [amountIn] = (await driver.read(quoter, "quoteExactOutputSingle", [exact], sender)) as [bigint];
  return Number(amountIn) / 10 ** tokenIn.decimals;
}

describe("deployMarket", () => {
  it("opens pools at the first price", async () => {
    for (const pool of market.uniswap.pools) {
      const [sqrtPriceX96] = (await driver.read({ address: pool.address, abi: uniswapPoolAbi }, "slot0")) as [bigint];
      expect(fromSqrtPriceX96(sqrtPriceX96, pool) / (pool.underlying === "WETH" ? 3000 : 90_000)).toBeCloseTo(1, 9);
    }
  });

  it("gives the WETH pool mainnet's depth", async () => {
    expect((await inputToMove(0, 3000, 1.01)) / 579_302).toBeCloseTo(1, 2);
    expect((await inputToMove(0, 3000, 0.99)) / 294).toBeCloseTo(1, 2);
  });

  it("gives the WBTC pool the same depth in dollars and the dear WETH pool less", async () => {
    expect((await inputToMove(2, 90_000, 1.01)) / 579_302).toBeCloseTo(1, 2);
    expect(((await inputToMove(2, 90_000, 0.99)) * 90_000) / (294 * 3000)).toBeCloseTo(1, 2);
    expect(await inputToMove(1, 3000, 1.01)).toBeLessThan(579_302 / 5);
  });

  it("values every token through its Chainlink proxy, in Aave too", async () => {
    for (const [symbol, price] of [
      ["USDC", 1],
      ["WETH", 3000],
      ["WBTC", 90_000],
    ] as const) {
      const token = market.tokens[symbol];
      const [roundId, answer] = (await driver.read({ address: token.feed.proxy, abi: proxyAbi }, "latestRoundData")) as [
        bigint,
        bigint,
      ];
      expect(roundId).toBe((1n << 64n) | 1n);
      expect(Number(answer)).toBe(price * 1e8);
      expect(await driver.read({ address: market.aave.oracle, abi: aaveOracleAbi }, "getAssetPrice", [token.address])).toBe(
        answer,
      );
    }
  });

  it("lends: supply, borrow, interest, repayment, withdrawal", async () => {
    const pool: Contract = { address: market.aave.pool, abi: aavePoolAbi };
    const { WETH, USDC } = market.tokens;
    const lender = driver.accounts[2] as Address;
    const allow = (from: Address, token: Address) =>
      driver.write({ from }, { address: token, abi: erc20Abi }, "approve", [pool.address, 2n ** 256n - 1n]);
    await fundAccount(driver, lender, WETH, lender, 100n * 10n ** 18n);
    await fundAccount(driver, account, USDC, account, 100_000n * 10n ** 6n);
    await allow(lender, WETH.address);
    await allow(account, USDC.address);
    await allow(account, WETH.address);
    await driver.write({ from: lender }, pool, "supply", [WETH.address, 100n * 10n ** 18n, lender, 0]);
    await driver.write({ from: account }, pool, "supply", [USDC.address, 100_000n * 10n ** 6n, account, 0]);
    await driver.settle();
    await driver.write({ from: account }, pool, "borrow", [WETH.address, 20n * 10n ** 18n, 2, 0, account]);
    const { timestamp } = await driver.settle();
    const weth = { address: WETH.address, abi: erc20Abi };
    expect(await driver.read(weth, "balanceOf", [account])).toBe(20n * 10n ** 18n);

    await driver.mine(timestamp + 365 * 86_400);
    const debt = (await driver.read({ address: market.aave.reserves.WETH.variableDebtToken, abi: erc20Abi }, "balanceOf", [
      account,
    ])) as bigint;
    // Aave compounds per second the rate 0.027 * (0.2 / 0.9) = 0.6 % that its curve gives for 20 % lent out.
    expect(Number(debt) / 20e18).toBeCloseTo(Math.exp((0.027 * 0.2) / 0.9), 6);

    await fundAccount(driver, account, WETH, account, 10n ** 18n);
    await driver.write({ from: account }, pool, "repay", [WETH.address, 2n ** 256n - 1n, 2, account]);
    await driver.write({ from: account }, pool, "withdraw", [USDC.address, 2n ** 256n - 1n, account]);
    await driver.settle();
    expect(await driver.read({ address: USDC.address, abi: erc20Abi }, "balanceOf", [account])).toBe(100_000n * 10n ** 6n);
  });
});
