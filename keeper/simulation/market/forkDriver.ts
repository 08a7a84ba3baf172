import { type Address, encodeFunctionData, erc20Abi, getAddress, multicall3Abi } from "viem";
import { ChainError, InvalidInputError } from "../../errors.ts";
import type { Actor, MarketTick } from "./actor.ts";
import { createArbitrageur } from "./arbitrageur.ts";
import { type ChainDriver, type ChainProvider, type Contract, createChainDriver, type MinedBlock } from "./chainDriver.ts";
import { createChainlinkReporter, type ReportedFeed } from "./chainlinkReporter.ts";
import { deployMulticall } from "./deployMulticall.ts";
import { loadArtifact, loadBuiltArtifact } from "./loadArtifact.ts";
import { fromSqrtPriceX96, isToken0, type PoolOrientation } from "./poolPrice.ts";

/** One asset of the forked chain's market. */
export type ForkedToken<Symbol extends string> = {
  readonly symbol: Symbol;
  readonly address: Address;
  readonly decimals: number;
  /** Its Chainlink proxy against USD. */
  readonly feed: Address;
};

type ForkedPool = { readonly address: Address; readonly fee: number };

export type ForkedMarket<Symbol extends string> = {
  readonly quote: ForkedToken<Symbol>;
  /** With the Uniswap v3 pools against quote whose prices are to follow, and their fees in 1e-6. */
  readonly underlyings: readonly (ForkedToken<Symbol> & { readonly pools: readonly ForkedPool[] })[];
  /** Aave v3 pool of the forked chain: its aTokens hold the tokens the trader is lent. */
  readonly aavePool: Address;
};

export type ForkDriver<Symbol extends string> = {
  readonly driver: ChainDriver;
  /** Mines one block in which feeds and pools stand at these USD prices. */
  step(tick: MarketTick<Symbol>): Promise<MinedBlock>;
};

const uniswapPoolAbi = loadArtifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json").abi;
const proxyAbi = loadArtifact("chainlink-contracts-0.0.10/abi/v0.6/EACAggregatorProxy.json").abi;
const aavePoolAbi = loadArtifact("@aave/core-v3/artifacts/contracts/interfaces/IPool.sol/IPool.json").abi;
const router02 = "@uniswap/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json";
const aggregatorPath = "@chainlink/contracts/src/v0.8/tests/MockV3Aggregator.sol/MockV3Aggregator.json";
const none: Address = "0x0000000000000000000000000000000000000000";
const everything = 2n ** 256n - 1n;
/** Whoever trades after the arbitrageur, a hedge for instance, may leave a pool this far from the true price until the next block. */
const othersImpact = 0.01;
const publicRules = { deviation: 0.005, heartbeatSeconds: 3600 };

/**
 * Gives a forked chain's market a price of our own. A fork's feeds stand still and its pools know no other traders, so the owner of each
 * Chainlink proxy is impersonated to confirm an aggregator that a reporter feeds (old rounds stay readable in their phases), and an
 * arbitrageur moves each pool, with half of what Aave's aTokens hold idle (the largest holders of a token on most chains, and the only
 * ones that lose nothing but their liquidity).
 * @param provider  Hardhat or anvil on a fork, with at least two unlocked accounts: the last deploys and reports, the one before it trades
 * @throws InvalidInputError when accounts are missing
 * @throws ChainError when the trader runs out of funds, an address is not what the market says it is, or a feed's answer has other than 8 decimals
 */
export async function createForkDriver<Symbol extends string>(
  provider: ChainProvider,
  market: ForkedMarket<Symbol>,
): Promise<ForkDriver<Symbol>> {
  const driver = await createChainDriver(provider);
  const [trader, reporter] = driver.accounts.slice(-2);
  if (!reporter || !trader) throw new InvalidInputError("A fork driver needs a node with two unlocked accounts.");
  // Hardhat can only call a fork once it has a block of its own.
  await driver.mine();

  const tokens = [market.quote, ...market.underlyings];
  const feeds: ReportedFeed<Symbol>[] = [];
  for (const token of tokens) feeds.push(await takeOverFeed(driver, reporter, token));
  const wallet = await deployMulticall(driver, reporter);
  const router = await deployRouter(driver, reporter, market);
  for (const token of tokens) await takeFromAave(driver, token, market.aavePool, wallet.address, (idle) => idle / 2n);
  const approve = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [router.address, everything] });
  const approvals = tokens.map((token) => ({ target: token.address, allowFailure: false, callData: approve }));
  await driver.write({ from: trader }, { address: wallet.address, abi: multicall3Abi }, "aggregate3", [approvals]);
  await driver.settle();

  const actors: readonly Actor<Symbol>[] = [
    createChainlinkReporter(reporter, feeds),
    createArbitrageur(trader, {
      wallet: wallet.address,
      router: router.address,
      quote: market.quote,
      pools: market.underlyings.flatMap((underlying) =>
        underlying.pools.map(({ fee }) => ({ underlying, feePips: fee, ...orientationOf(market.quote, underlying) })),
      ),
    }),
  ];
  return {
    driver,
    async step(tick) {
      for (const actor of actors) {
        for (const call of actor(tick)) await driver.send(call, call.to, call.data, call.label);
      }
      const block = await driver.mine(tick.timestamp);
      for (const underlying of market.underlyings) {
        for (const pool of underlying.pools) await checkFollowed(driver, market.quote, underlying, pool, tick);
      }
      return block;
    },
  };
}

/** Puts an aggregator of our own behind a proxy, going on from the proxy's last answer. */
async function takeOverFeed<Symbol extends string>(
  driver: ChainDriver,
  from: Address,
  { symbol, feed }: ForkedToken<Symbol>,
): Promise<ReportedFeed<Symbol>> {
  const proxy: Contract = { address: feed, abi: proxyAbi };
  const decimals = Number(await driver.read(proxy, "decimals"));
  if (decimals !== 8)
    throw new ChainError(`The feed of ${symbol} has ${decimals} decimals, not the 8 of a USD feed.`, { feed, decimals });
  const answer = await driver.read(proxy, "latestAnswer");
  const owner = getAddress(String(await driver.read(proxy, "owner")));
  const aggregator = await driver.deploy({ from }, loadBuiltArtifact(aggregatorPath), [decimals, answer]);
  await driver.impersonate(owner);
  await driver.write({ from: owner }, proxy, "proposeAggregator", [aggregator.address]);
  await driver.write({ from: owner }, proxy, "confirmAggregator", [aggregator.address]);
  await driver.settle();
  return { symbol, aggregator: aggregator.address, ...publicRules };
}

/** A router for the factory that made the first underlying's pool, wherever the chain keeps its own. */
async function deployRouter<Symbol extends string>(
  driver: ChainDriver,
  from: Address,
  market: ForkedMarket<Symbol>,
): Promise<Contract> {
  const underlying = market.underlyings[0];
  const pool = underlying?.pools[0];
  if (underlying === undefined || pool === undefined)
    throw new InvalidInputError("A forked market needs at least one underlying with a pool.");
  const factory = await driver.read({ address: pool.address, abi: uniswapPoolAbi }, "factory");
  return driver.deploy({ from }, loadArtifact(router02), [none, factory, none, underlying.address]);
}

/** A pool stays behind only when the trader has nothing left to move it with. */
async function checkFollowed<Symbol extends string>(
  driver: ChainDriver,
  quote: ForkedToken<Symbol>,
  underlying: ForkedToken<Symbol>,
  { address, fee }: ForkedPool,
  { prices }: MarketTick<Symbol>,
): Promise<void> {
  const [sqrtPriceX96] = (await driver.read({ address, abi: uniswapPoolAbi }, "slot0")) as readonly [bigint];
  const poolPrice = fromSqrtPriceX96(sqrtPriceX96, orientationOf(quote, underlying));
  const truePrice = prices[underlying.symbol] / prices[quote.symbol];
  if (Math.abs(Math.log(poolPrice / truePrice)) < Math.max((2 * fee) / 1e6, othersImpact)) return;
  throw new ChainError(
    `The trader ran out of funds: the ${underlying.symbol} pool stands at ${poolPrice}, not at ${truePrice}.`,
    {
      pool: address,
      poolPrice,
      truePrice,
    },
  );
}

function orientationOf<Symbol extends string>(quote: ForkedToken<Symbol>, underlying: ForkedToken<Symbol>): PoolOrientation {
  return {
    underlyingIsToken0: isToken0(underlying.address, quote.address),
    underlyingDecimals: underlying.decimals,
    quoteDecimals: quote.decimals,
  };
}

/**
 * Puts into the mempool a transfer of tokens that lie idle in Aave's aToken.
 * @param share how many of the idle ones
 * @throws ChainError when nothing or too little is idle there
 */
export async function takeFromAave<Symbol extends string>(
  driver: ChainDriver,
  token: Pick<ForkedToken<Symbol>, "address" | "symbol">,
  aavePool: Address,
  to: Address,
  share: (idle: bigint) => bigint,
): Promise<void> {
  const reserve = (await driver.read({ address: aavePool, abi: aavePoolAbi }, "getReserveData", [token.address])) as {
    aTokenAddress: Address;
  };
  const [whale, erc20] = [reserve.aTokenAddress, { address: token.address, abi: erc20Abi }];
  const idle = (await driver.read(erc20, "balanceOf", [whale])) as bigint;
  const amount = share(idle);
  if (idle === 0n || amount > idle)
    throw new ChainError(`Aave holds too little idle ${token.symbol} on this chain to trade with.`, { idle, amount, whale });
  await driver.impersonate(whale);
  await driver.write({ from: whale }, erc20, "transfer", [to, amount]);
}
