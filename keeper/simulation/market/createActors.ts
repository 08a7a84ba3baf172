import { createRandom } from "../random.ts";
import type { Actor } from "./actor.ts";
import { createArbitrageur } from "./arbitrageur.ts";
import { createChainlinkReporter } from "./chainlinkReporter.ts";
import type { MarketAddresses, UnderlyingPrices } from "./deployMarket.ts";
import { createLendingCrowd, type LendingCrowdParameters } from "./lendingCrowd.ts";
import { createNoiseTraders, type NoiseParameters } from "./noiseTraders.ts";
import type { MarketAccounts } from "./prepareActors.ts";

export type ActorParameters = {
  readonly addresses: MarketAddresses;
  readonly accounts: MarketAccounts;
  /** True prices at the start. */
  readonly prices: UnderlyingPrices;
  readonly seed: number;
  readonly blockSeconds: number;
  readonly noise?: NoiseParameters | undefined;
  readonly lending?: LendingCrowdParameters | undefined;
};

/** Everybody in the local market, in the order they act. */
export function createActors(parameters: ActorParameters): readonly Actor[] {
  const { addresses, accounts, prices, seed, blockSeconds, noise, lending } = parameters;
  const { tokens, uniswap } = addresses;
  const random = (name: string) => createRandom(seed, name);
  const feeds = [
    { symbol: "WETH", aggregator: tokens.WETH.feed.aggregator, deviation: 0.005, heartbeatSeconds: 3600 },
    { symbol: "WBTC", aggregator: tokens.WBTC.feed.aggregator, deviation: 0.005, heartbeatSeconds: 3600 },
    { symbol: "USDC", aggregator: tokens.USDC.feed.aggregator, deviation: 0.0025, heartbeatSeconds: 86_400 },
  ] as const;
  return [
    createChainlinkReporter(accounts.reporter, feeds),
    createNoiseTraders(accounts.noiseTrader, addresses, random("noise"), noise),
    createLendingCrowd(accounts, addresses, { ...prices, USDC: 1 }, random("lending"), blockSeconds, lending),
    createArbitrageur(accounts.arbitrageur, {
      wallet: accounts.arbitrageWallet,
      router: uniswap.swapRouter02,
      quote: tokens.USDC,
      pools: uniswap.pools.map((pool) => ({ ...pool, underlying: tokens[pool.underlying] })),
    }),
  ];
}
