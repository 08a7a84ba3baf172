import { decodeFunctionData, isAddressEqual } from "viem";
import type { ActorCall, MarketTick } from "../market/actor.ts";
import { createBaseFee } from "../market/baseFee.ts";
import { createActors } from "../market/createActors.ts";
import { aggregatorAbi } from "../market/deployFeeds.ts";
import { createRandom } from "../random.ts";
import type { DemoStart } from "../runDemo.ts";
import type { Scenario } from "../scenario.ts";
import { createTwinPools, type TwinPools } from "./twinPools.ts";

/** One answer of a feed, in 1e-8 dollars. */
export type Round = { readonly answer: bigint; readonly timestamp: number };

export type TwinTick = MarketTick & { readonly baseFeeWei: bigint };

export type TwinMarket = {
  readonly pools: TwinPools;
  /** Moves true prices, oracle, base fee and pools by one block; whoever tips less than the arbitrageur acts afterwards. */
  readonly step: (timestamp: number) => TwinTick;
  /** Rounds of a feed, oldest first, from two blocks before the start on. */
  readonly roundsOf: (symbol: string) => readonly Round[];
  /** The vault's own oracle price of an underlying, quote WAD. */
  readonly priceWad: (symbol: string) => bigint;
};

/** WAD per unit of a feed's answer, and the answer for a dollar. */
const PER_ANSWER = 10n ** 10n;
const ONE_DOLLAR = 10n ** 8n;

/** The demo's market off the chain: the same actors, whose calls are carried out by exact arithmetic; Aave's are left to the chain. */
export function createTwinMarket(
  { market, snapshot }: DemoStart,
  { start, prices, path }: Scenario,
  seed: number,
  blockSeconds: number,
): TwinMarket {
  const { addresses, accounts } = market;
  const pools = createTwinPools(snapshot.underlyings, addresses.uniswap.swapRouter02);
  const actors = createActors({ addresses, accounts, prices, seed, blockSeconds });
  const nextBaseFee = createBaseFee(createRandom(seed, "base fee"), blockSeconds);
  const feeds = Object.values(addresses.tokens).map(({ symbol, feed }) => ({ symbol, aggregator: feed.aggregator }));
  const rounds = new Map<string, Round[]>(feeds.map(({ symbol }) => [symbol, []]));

  function report({ to, data }: ActorCall, timestamp: number): boolean {
    const feed = feeds.find(({ aggregator }) => isAddressEqual(aggregator, to));
    if (feed === undefined) return false;
    const { args } = decodeFunctionData({ abi: aggregatorAbi, data });
    rounds.get(feed.symbol)?.push({ answer: args[0], timestamp });
    return true;
  }

  function act(tick: MarketTick, trades: boolean): TwinTick {
    // By tip: the oracle, the crowd, the arbitrageur, which is the order of the actors.
    for (const call of actors.flatMap((actor) => actor(tick))) {
      const isSwap = !report(call, tick.timestamp) && !isAddressEqual(call.to, addresses.aave.pool);
      if (isSwap && trades) pools.call(call);
    }
    return { ...tick, baseFeeWei: nextBaseFee() };
  }

  // The start's own pools already bear the two blocks in which everybody begins.
  for (const timestamp of [start - blockSeconds, start]) act({ timestamp, prices: { USDC: 1, ...prices } }, false);

  return {
    pools,
    step: (timestamp) => act({ timestamp, prices: { USDC: 1, ...path.next(timestamp) } }, true),
    roundsOf: (symbol) => rounds.get(symbol) ?? [],
    priceWad(symbol) {
      const last = (of: string) => rounds.get(of)?.at(-1)?.answer ?? 0n;
      return (last(symbol) * PER_ANSWER * ONE_DOLLAR) / (last("USDC") || ONE_DOLLAR);
    },
  };
}
