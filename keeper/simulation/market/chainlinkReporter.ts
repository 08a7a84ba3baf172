import { type Address, encodeFunctionData } from "viem";
import { type Actor, type ActorCall, tips } from "./actor.ts";
import { aggregatorAbi, toAnswer } from "./deployFeeds.ts";

export type ReportedFeed<Symbol extends string> = {
  /** What it prices in USD. */
  readonly symbol: Symbol;
  readonly aggregator: Address;
  /** A new round as soon as the price has moved by this fraction of the last answer… */
  readonly deviation: number;
  /** …or this long after the last round. */
  readonly heartbeatSeconds: number;
};

/** Opens a new round of each feed on deviation or heartbeat, as Chainlink's networks do, and one at the first block it sees. */
export function createChainlinkReporter<Symbol extends string>(
  from: Address,
  feeds: readonly ReportedFeed<Symbol>[],
): Actor<Symbol> {
  const last = new Map<Symbol, { answer: bigint; timestamp: number }>();
  return (tick) =>
    feeds.flatMap((feed): ActorCall[] => {
      const answer = toAnswer(tick.prices[feed.symbol]);
      const before = last.get(feed.symbol);
      if (before !== undefined) {
        const moved = Math.abs(Number(answer - before.answer)) / Number(before.answer);
        if (moved < feed.deviation && tick.timestamp - before.timestamp < feed.heartbeatSeconds) return [];
      }
      last.set(feed.symbol, { answer, timestamp: tick.timestamp });
      const data = encodeFunctionData({ abi: aggregatorAbi, functionName: "updateAnswer", args: [answer] });
      return [{ from, to: feed.aggregator, data, gas: 250_000n, tipWei: tips.reporter, label: `new ${feed.symbol} round` }];
    });
}
