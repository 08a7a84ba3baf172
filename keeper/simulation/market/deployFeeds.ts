import { type Address, parseAbi } from "viem";
import type { ChainDriver } from "./chainDriver.ts";
import { loadArtifact, loadBuiltArtifact } from "./loadArtifact.ts";

export type FeedName = "ETH" | "BTC" | "USDC";

export type Feed = {
  /** What contracts read: Chainlink's own EACAggregatorProxy. */
  readonly proxy: Address;
  /** What the reporter writes to. */
  readonly aggregator: Address;
  readonly decimals: number;
};

const feedDecimals = 8;

const proxyPath = "chainlink-contracts-0.0.10/abi/v0.6/EACAggregatorProxy.json";
const aggregatorPath = "@chainlink/contracts/src/v0.8/tests/MockV3Aggregator.sol/MockV3Aggregator.json";

/** The one function a reporter calls. */
export const aggregatorAbi = parseAbi(["function updateAnswer(int256 answer)"]);

/** An aggregator's answer for a price in USD: 8 decimals, as Chainlink's USD feeds have. */
export function toAnswer(price: number): bigint {
  return BigInt(Math.round(price * 10 ** feedDecimals));
}

/** Deploys one Chainlink feed against USD per price, its first round answering that price. */
export async function deployFeeds(
  driver: ChainDriver,
  from: Address,
  prices: Readonly<Record<FeedName, number>>,
): Promise<Readonly<Record<FeedName, Feed>>> {
  const proxyArtifact = loadArtifact(proxyPath);
  const aggregatorArtifact = loadBuiltArtifact(aggregatorPath);
  const deployFeed = async (price: number): Promise<Feed> => {
    const aggregator = await driver.deploy({ from }, aggregatorArtifact, [feedDecimals, toAnswer(price)]);
    const noAccessController = "0x0000000000000000000000000000000000000000";
    const proxy = await driver.deploy({ from }, proxyArtifact, [aggregator.address, noAccessController]);
    return { proxy: proxy.address, aggregator: aggregator.address, decimals: feedDecimals };
  };
  return { ETH: await deployFeed(prices.ETH), BTC: await deployFeed(prices.BTC), USDC: await deployFeed(prices.USDC) };
}
