import type { Address } from "viem";
import { InvalidInputError } from "../../errors.ts";
import type { ChainDriver } from "./chainDriver.ts";
import { type AaveAddresses, deployAave } from "./deployAave.ts";
import { deployFeeds, type Feed } from "./deployFeeds.ts";
import { deployMulticall } from "./deployMulticall.ts";
import { deployPool, type PoolAddresses, type UnderlyingSymbol } from "./deployPool.ts";
import { deployTokens, type TokenSymbol, tokenDecimals } from "./deployTokens.ts";
import { deployUniswap } from "./deployUniswap.ts";

/** Dollars per unit of each underlying. */
export type UnderlyingPrices = Readonly<Record<UnderlyingSymbol, number>>;

export type TokenAddresses = {
  readonly symbol: TokenSymbol;
  readonly address: Address;
  readonly decimals: number;
  /** Its Chainlink feed against USD. */
  readonly feed: Feed;
};

/** Everything a market consists of; plain JSON. */
export type MarketAddresses = {
  readonly chainId: number;
  /** Block at which everything was in place. */
  readonly deployBlock: number;
  readonly multicall3: Address;
  /** USDC is the quote asset; the others are underlyings. */
  readonly tokens: Readonly<Record<TokenSymbol, TokenAddresses>>;
  readonly uniswap: {
    readonly factory: Address;
    readonly positionManager: Address;
    readonly swapRouter: Address;
    readonly swapRouter02: Address;
    readonly quoterV2: Address;
    readonly pools: readonly PoolAddresses[];
  };
  readonly aave: AaveAddresses;
};

/** Mainnet's USDC/WETH 0.05 % pool near 3,000 takes this much to move by 1 %; WBTC is given the same in dollars. */
const mainnetDepth = { quoteUp: 579_302, quoteDown: 294 * 3000 };
const thinShare = 0.15;

/**
 * Deploys a whole market on an empty development chain: tokens, Chainlink feeds, Uniswap v3 pools with mainnet's depth, Aave v3.
 * The first account of the driver deploys and owns everything. Blocks are mined one second apart.
 * @param depthShare  depth of the pools against mainnet's
 * @throws InvalidInputError when a price is not positive
 * @throws ChainError when the node refuses or reverts a transaction
 */
export async function deployMarket(driver: ChainDriver, prices: UnderlyingPrices, depthShare = 1): Promise<MarketAddresses> {
  for (const [symbol, price] of Object.entries(prices)) {
    if (!(price > 0))
      throw new InvalidInputError(`The first price of ${symbol} must be positive, not ${price}.`, { symbol, price });
  }
  const from = driver.accounts[0];
  if (from === undefined) throw new InvalidInputError("The node has no unlocked account to deploy from.");

  const multicall = await deployMulticall(driver, from);
  const tokens = await deployTokens(driver, from);
  const feeds = await deployFeeds(driver, from, { ETH: prices.WETH, BTC: prices.WBTC, USDC: 1 });
  const uniswap = await deployUniswap(driver, from, tokens.WETH.address);
  await driver.settle();

  for (const symbol of ["USDC", "WETH", "WBTC"] as const) {
    await driver.write({ from }, tokens[symbol], "approve", [uniswap.positionManager.address, 2n ** 256n - 1n]);
  }
  const depthAt = (price: number, share: number) => ({
    quoteUp: mainnetDepth.quoteUp * depthShare * share,
    underlyingDown: (mainnetDepth.quoteDown * depthShare * share) / price,
  });
  const pools = [
    await deployPool(driver, from, uniswap, tokens, prices.WETH, {
      underlying: "WETH",
      feePips: 500,
      depth: depthAt(prices.WETH, 1),
    }),
    await deployPool(driver, from, uniswap, tokens, prices.WETH, {
      underlying: "WETH",
      feePips: 3000,
      depth: depthAt(prices.WETH, thinShare),
    }),
    await deployPool(driver, from, uniswap, tokens, prices.WBTC, {
      underlying: "WBTC",
      feePips: 500,
      depth: depthAt(prices.WBTC, 1),
    }),
  ];
  const aave = await deployAave(driver, from, tokens, {
    USDC: feeds.USDC.proxy,
    WETH: feeds.ETH.proxy,
    WBTC: feeds.BTC.proxy,
  });
  const { number } = await driver.settle();

  const token = (symbol: TokenSymbol, feed: Feed): TokenAddresses => ({
    symbol,
    address: tokens[symbol].address,
    decimals: tokenDecimals[symbol],
    feed,
  });
  return {
    chainId: driver.chainId,
    deployBlock: number,
    multicall3: multicall.address,
    tokens: { USDC: token("USDC", feeds.USDC), WETH: token("WETH", feeds.ETH), WBTC: token("WBTC", feeds.BTC) },
    uniswap: {
      factory: uniswap.factory.address,
      positionManager: uniswap.positionManager.address,
      swapRouter: uniswap.swapRouter.address,
      swapRouter02: uniswap.swapRouter02.address,
      quoterV2: uniswap.quoterV2.address,
      pools,
    },
    aave,
  };
}
