import { type Address, encodeFunctionData, erc20Abi, multicall3Abi, parseAbi, parseUnits } from "viem";
import { InvalidInputError } from "../../errors.ts";
import type { ChainDriver } from "./chainDriver.ts";
import type { MarketAddresses, UnderlyingPrices } from "./deployMarket.ts";
import { deployMulticall } from "./deployMulticall.ts";
import type { TokenSymbol } from "./deployTokens.ts";
import { fundAccount } from "./fundAccount.ts";
import { lendingSizesUsd } from "./lendingCrowd.ts";

/** Who is who among the node's unlocked accounts. */
export type MarketAccounts = {
  readonly deployer: Address;
  readonly reporter: Address;
  readonly arbitrageur: Address;
  /** The Multicall3 that holds the arbitrageur's inventory. */
  readonly arbitrageWallet: Address;
  readonly noiseTrader: Address;
  readonly lender: Address;
  readonly borrower: Address;
  /** Accounts the market never touches, for Keel and its users. */
  readonly free: readonly Address[];
};

const symbols: readonly TokenSymbol[] = ["USDC", "WETH", "WBTC"];
const everything = 2n ** 256n - 1n;
/** USD of every token: enough to push each pool from one end of its range to the other, and to swap at random for years. */
const inventoryUsd = { arbitrage: 2e9, noise: 200e6 };
const approveAbi = parseAbi(["function approve(address spender, uint256 amount) returns (bool)"]);

/**
 * Gives the market's actors what they trade with and the allowances they need. The deployer is the first account, the actors the last five.
 * @throws InvalidInputError when the node has fewer than seven unlocked accounts
 */
export async function prepareActors(
  driver: ChainDriver,
  market: MarketAddresses,
  prices: UnderlyingPrices,
): Promise<MarketAccounts> {
  const [deployer, ...rest] = driver.accounts;
  const [borrower, lender, noiseTrader, arbitrageur, reporter] = rest.slice(-5);
  if (!deployer || !borrower || !lender || !noiseTrader || !arbitrageur || !reporter || rest.length < 6) {
    throw new InvalidInputError("A local market needs a node with at least seven unlocked accounts.", {
      accounts: driver.accounts.length,
    });
  }
  const wallet = await deployMulticall(driver, deployer);
  const usd = { ...prices, USDC: 1 };
  const give = async (account: Address, amountsUsd: Readonly<Record<TokenSymbol, number>>) => {
    for (const symbol of symbols) {
      const token = market.tokens[symbol];
      const amount = parseUnits((amountsUsd[symbol] / usd[symbol]).toFixed(token.decimals), token.decimals);
      await fundAccount(driver, deployer, token, account, amount);
    }
  };
  const allow = async (from: Address, spender: Address) => {
    for (const symbol of symbols) {
      await driver.write({ from }, { address: market.tokens[symbol].address, abi: erc20Abi }, "approve", [spender, everything]);
    }
  };
  const each = (amount: number) => ({ USDC: amount, WETH: amount, WBTC: amount });
  const lending = { USDC: lendingSizesUsd.USDC * 1.2, WETH: lendingSizesUsd.WETH * 1.2, WBTC: lendingSizesUsd.WBTC * 1.2 };

  await give(wallet.address, each(inventoryUsd.arbitrage));
  await give(noiseTrader, each(inventoryUsd.noise));
  await give(lender, lending);
  await give(borrower, lending);
  await allow(noiseTrader, market.uniswap.swapRouter02);
  await allow(lender, market.aave.pool);
  await allow(borrower, market.aave.pool);
  const callData = encodeFunctionData({
    abi: approveAbi,
    functionName: "approve",
    args: [market.uniswap.swapRouter02, everything],
  });
  const calls = symbols.map((symbol) => ({ target: market.tokens[symbol].address, allowFailure: false, callData }));
  await driver.write({ from: arbitrageur }, { address: wallet.address, abi: multicall3Abi }, "aggregate3", [calls]);
  await driver.settle();

  const free = rest.slice(0, -5);
  return { deployer, reporter, arbitrageur, arbitrageWallet: wallet.address, noiseTrader, lender, borrower, free };
}
