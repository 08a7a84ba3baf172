import { createPublicClient, http, type PublicClient } from "viem";
import { aggregatorProxyAbi } from "../chain/abi.ts";
import type { MarketBook } from "../chain/addressBook.ts";
import { knownMarkets } from "../chain/knownMarkets.ts";
import { fromUnits } from "../chain/units.ts";
import { cycleExpiry, type Programme } from "../desk/programme.ts";
import { ConfigError } from "../errors.ts";
import type { ChainDriver } from "./market/chainDriver.ts";
import type { UnderlyingPrices } from "./market/deployMarket.ts";
import type { TokenSymbol } from "./market/deployTokens.ts";
import { createForkDriver, type ForkedMarket, takeFromAave } from "./market/forkDriver.ts";
import { fundAccount } from "./market/fundAccount.ts";
import { httpProvider } from "./market/httpProvider.ts";
import { createLocalMarket } from "./market/localMarket.ts";
import { serveChain } from "./market/serveChain.ts";
import { castOf, marketBook } from "./openWorld.ts";
import { createScenario, modelScenario, type Scenario } from "./scenario.ts";

/** A market on a served chain that somebody moves block by block: our own, or a fork of a public one. */
export type MovingMarket = {
  /** JSON-RPC of the chain. */
  readonly url: string;
  readonly driver: ChainDriver;
  readonly book: MarketBook;
  readonly scenario: Scenario;
  /** True prices in the last block. */
  prices(): UnderlyingPrices;
  /** Mines one block in which prices have moved and everything sent in time is included. */
  step(): Promise<void>;
  /** Puts into the mempool what gives somebody tokens of the market. @param amount token units */
  give(symbol: string, to: `0x${string}`, amount: bigint): Promise<void>;
  close(): Promise<void>;
};

export type LocalParameters = {
  readonly port: number;
  readonly seed: number;
  readonly blockSeconds: number;
  readonly pricesFile?: string | undefined;
  /** Days the price file must cover. */
  readonly days: number;
};

/** Where the chain to fork is, or an already running fork to drive. */
export type ForkSource = { readonly url: string; readonly blockNumber?: number | undefined } | { readonly rpc: string };

const WARM_UP_SECONDS = 2 * 3600;
const DAY = 86_400;

/**
 * Serves an empty chain and builds the local market on it.
 * @throws ConfigError when the port is taken; InvalidInputError when the price file is unreadable or too short
 */
export async function openLocalMarket(parameters: LocalParameters): Promise<MovingMarket> {
  const { port, seed, blockSeconds } = parameters;
  const scenario = createScenario(parameters);
  const { start, prices, path } = scenario;
  const served = await serveChain({ port, genesis: new Date((start - WARM_UP_SECONDS) * 1000) });
  const market = await createLocalMarket({ provider: served.provider, seed, start, blockSeconds, prices, path });
  const guardian = castOf().guardian.address;
  return {
    url: served.url,
    driver: market.driver,
    book: marketBook(market.addresses),
    scenario,
    prices: () => market.latest().prices,
    async step() {
      const { timestamp, prices: now } = await market.step();
      scenario.observe(timestamp, now);
    },
    give: (symbol, to, amount) => fundAccount(market.driver, guardian, market.addresses.tokens[symbolOf(symbol)], to, amount),
    close: served.close,
  };
}

/**
 * Forks a chain and serves the fork, or takes a fork somebody else serves, and takes its feeds and pools over: from the prices they stand at
 * they go on along the model. A fork taken while nothing is on sale starts when the next options are.
 * @param book the market on it; the known one of that chain when absent
 * @throws ConfigError when the chain is unreachable, its market is unknown or lacks an asset the model has
 */
export async function openForkedMarket(
  source: ForkSource,
  parameters: Pick<LocalParameters, "port" | "seed" | "blockSeconds"> & {
    readonly book?: MarketBook | undefined;
    readonly programme: Programme | undefined;
  },
): Promise<MovingMarket> {
  const { port, seed, blockSeconds, programme } = parameters;
  const origin = createPublicClient({ transport: http("rpc" in source ? source.rpc : source.url) });
  const [chainId, newest] = await reach(origin);
  const book = parameters.book ?? knownMarkets.get(chainId);
  if (book === undefined)
    throw new ConfigError(`Chain ${chainId} has no market Keel knows: name its addresses with --market FILE`, { chainId });
  const served =
    "rpc" in source
      ? { url: source.rpc, provider: httpProvider(source.rpc), close: async () => undefined }
      : await serveChain({ port, forking: { url: source.url, blockNumber: source.blockNumber ?? newest } });
  const { driver, step } = await createForkDriver(served.provider, forkedMarket(book));
  // Well-known accounts carry delegated code on public chains; here they are plain accounts again.
  for (const account of driver.accounts) await served.provider.request({ method: "hardhat_setCode", params: [account, "0x"] });

  const { timestamp } = await driver.head();
  const expiry = programme && cycleExpiry(programme, timestamp);
  const closed = programme !== undefined && expiry !== undefined && expiry - timestamp < programme.lastSaleDays * DAY;
  const start = closed ? expiry : timestamp + 1;
  let prices = await feedPrices(createPublicClient({ transport: http(served.url) }) as PublicClient, book);
  const scenario = modelScenario(seed, start, prices);
  const moveTo = async (time: number) => {
    prices = scenario.path.next(time);
    await step({ timestamp: time, prices: { USDC: 1, ...prices } });
  };
  await moveTo(start);
  return {
    url: served.url,
    driver,
    book,
    scenario,
    prices: () => prices,
    step: async () => moveTo((await driver.head()).timestamp + blockSeconds),
    give(symbol, to, amount) {
      const token = [book.quote, ...book.underlyings].find((each) => each.symbol === symbol) ?? book.quote;
      return takeFromAave(driver, token, book.aavePool, to, () => amount);
    },
    close: served.close,
  };
}

async function reach(client: { getChainId(): Promise<number>; getBlockNumber(): Promise<bigint> }): Promise<[number, number]> {
  try {
    const [chainId, block] = await Promise.all([client.getChainId(), client.getBlockNumber()]);
    return [chainId, Number(block)];
  } catch {
    // The cause is not chained: it quotes the URL, which may carry an API key.
    throw new ConfigError("The chain to fork does not answer: check the URL given with --fork or --rpc");
  }
}

function symbolOf(symbol: string): TokenSymbol {
  if (symbol === "USDC" || symbol === "WETH" || symbol === "WBTC") return symbol;
  throw new ConfigError(`The price model knows USDC, WETH and WBTC, not ${symbol}: take it out of the market file`, { symbol });
}

function forkedMarket(book: MarketBook): ForkedMarket<TokenSymbol> {
  return {
    quote: { ...book.quote, symbol: symbolOf(book.quote.symbol) },
    underlyings: book.underlyings.map((each) => ({ ...each, symbol: symbolOf(each.symbol) })),
    aavePool: book.aavePool,
  };
}

/** Prices in USD as the market's feeds tell them. */
export async function feedPrices(client: PublicClient, book: MarketBook): Promise<UnderlyingPrices> {
  const entries = await Promise.all(
    book.underlyings.map(async ({ symbol, feed: address }) => {
      const feed = { address, abi: aggregatorProxyAbi } as const;
      const [answer, decimals] = await Promise.all([
        client.readContract({ ...feed, functionName: "latestAnswer" }),
        client.readContract({ ...feed, functionName: "decimals" }),
      ]);
      return [symbol, fromUnits(answer, decimals)] as const;
    }),
  );
  return { WETH: 3000, WBTC: 90_000, ...Object.fromEntries(entries) };
}
