import { InvalidInputError } from "../../errors.ts";
import { type BatesModel, createBatesPath, defaultBatesModel } from "../models/batesPath.ts";
import { createRandom } from "../random.ts";
import type { MarketTick } from "./actor.ts";
import { type BaseFeeParameters, createBaseFee } from "./baseFee.ts";
import { type ChainDriver, type ChainProvider, createChainDriver, type MinedBlock } from "./chainDriver.ts";
import { createActors } from "./createActors.ts";
import { deployMarket, type MarketAddresses, type UnderlyingPrices } from "./deployMarket.ts";
import type { UnderlyingSymbol } from "./deployPool.ts";
import type { LendingCrowdParameters } from "./lendingCrowd.ts";
import type { NoiseParameters } from "./noiseTraders.ts";
import { type MarketAccounts, prepareActors } from "./prepareActors.ts";

/** Where true prices come from: called once per block with its time, unix seconds, never going back. USDC is worth one dollar unless it says otherwise. */
export type PricePath = { next(timestamp: number): UnderlyingPrices & { readonly USDC?: number } };

export type LocalMarketParameters = {
  /** An empty development chain: Hardhat in-process or any Hardhat or anvil by HTTP. */
  readonly provider: ChainProvider;
  /** Everything random follows from it. */
  readonly seed: number;
  /** Time of the last block before the first step, unix seconds; at least an hour after the chain's genesis. That hour later when absent. */
  readonly start?: number;
  readonly blockSeconds?: number;
  readonly prices?: UnderlyingPrices;
  readonly model?: BatesModel<UnderlyingSymbol>;
  /** Replaces the random model, for instance by history; `prices` must then be its prices at the start. */
  readonly path?: PricePath;
  readonly noise?: NoiseParameters;
  readonly lending?: LendingCrowdParameters;
  readonly baseFee?: BaseFeeParameters;
};

export type MarketBlock = MinedBlock & { readonly prices: MarketTick["prices"] };

export type LocalMarket = {
  readonly driver: ChainDriver;
  readonly addresses: MarketAddresses;
  readonly accounts: MarketAccounts;
  readonly blockSeconds: number;
  /** The last mined block and the true prices in it. */
  latest(): MarketBlock;
  /** Vol at which an option of that life is fair now; absent when prices come from a given path. */
  readonly fairVol: ((underlying: UnderlyingSymbol, years: number) => number) | undefined;
  /**
   * Goes on one block after the chain's last one, whoever mined it: moves the true price, lets every actor send, then mines one block with all that is in the mempool, Keel's transactions included.
   * @param beforeMine  called with the block's time and true prices once the actors have sent
   */
  step(beforeMine?: (tick: MarketTick) => Promise<void>): Promise<MarketBlock>;
};

const defaultPrices: UnderlyingPrices = { WETH: 3000, WBTC: 90_000 };
/** Pools need this much history before the first block anyone trades in, for their time-weighted price. */
const warmUpSeconds = 3600;
const ether = 10n ** 18n;

/**
 * Builds a market on an empty chain and brings it to life: every block its true prices move by the model, Chainlink reports, traders swap,
 * arbitrage closes the gap, lenders and borrowers come and go, the base fee wanders. Same seed and same start give the same chain.
 * @throws InvalidInputError when the start is too near the chain's genesis or the node has too few accounts
 */
export async function createLocalMarket(parameters: LocalMarketParameters): Promise<LocalMarket> {
  const { provider, seed, blockSeconds = 12, prices = defaultPrices, model = defaultBatesModel } = parameters;
  const driver = await createChainDriver(provider);
  const addresses = await deployMarket(driver, prices);
  const accounts = await prepareActors(driver, addresses, prices);
  const deployed = await driver.mine();
  const start = parameters.start ?? deployed.timestamp + warmUpSeconds;
  if (start < deployed.timestamp + warmUpSeconds) {
    const cure = "set the network's initialDate earlier or start later";
    throw new InvalidInputError(`The market must start an hour after the chain's genesis: ${cure}.`, {
      start,
      genesis: deployed.timestamp,
    });
  }

  const first = { timestamp: start, prices };
  const bates = parameters.path === undefined ? createBatesPath(model, first, seed) : undefined;
  const path: PricePath = parameters.path ?? (bates as PricePath);
  const nextBaseFee = createBaseFee(createRandom(seed, "base fee"), blockSeconds, parameters.baseFee);
  const { noise, lending } = parameters;
  const actors = createActors({ addresses, accounts, prices, seed, blockSeconds, noise, lending });

  async function mineAt(
    timestamp: number,
    now: UnderlyingPrices & { readonly USDC?: number },
    beforeMine?: (tick: MarketTick) => Promise<void>,
  ) {
    const tick: MarketTick = { timestamp, prices: { USDC: 1, ...now } };
    for (const actor of actors) {
      for (const call of actor(tick)) await driver.send(call, call.to, call.data, call.label);
    }
    await beforeMine?.(tick);
    await driver.setBaseFee(nextBaseFee());
    return { ...(await driver.mine(timestamp)), prices: tick.prices };
  }

  for (const account of driver.accounts) await driver.setBalance(account, 100_000n * ether);
  // The lending crowd supplies in its first block and borrows in its second: both lie before the start.
  await mineAt(start - blockSeconds, prices);
  let latest: MarketBlock = await mineAt(start, prices);

  return {
    driver,
    addresses,
    accounts,
    blockSeconds,
    latest: () => latest,
    fairVol: bates?.fairVol,
    async step(beforeMine) {
      const timestamp = (await driver.head()).timestamp + blockSeconds;
      latest = await mineAt(timestamp, path.next(timestamp), beforeMine);
      return latest;
    },
  };
}
