import { type Address, encodeFunctionData, multicall3Abi } from "viem";
import { type Actor, tips } from "./actor.ts";
import type { PoolOrientation } from "./poolPrice.ts";
import { swapCall } from "./swapCall.ts";

type Traded<Symbol extends string> = { readonly symbol: Symbol; readonly address: Address };

export type ArbitragedMarket<Symbol extends string> = {
  /** A Multicall3 that holds the inventory and has allowed the router to take it. */
  readonly wallet: Address;
  /** SwapRouter02. */
  readonly router: Address;
  readonly quote: Traded<Symbol>;
  readonly pools: readonly (PoolOrientation & { readonly feePips: number; readonly underlying: Traded<Symbol> })[];
};

/** More than any inventory: the limit price ends the trade. */
const unlimited = 2n ** 127n;

/**
 * Brings every pool back to the edge of its fee band around the true price, where trading on would no longer pay.
 * It cannot know what else will be in the block, so it tries both directions of every pool in one bundle, after everybody else: a pool that
 * needs no correction refuses the limit price.
 */
export function createArbitrageur<Symbol extends string>(from: Address, market: ArbitragedMarket<Symbol>): Actor<Symbol> {
  const { wallet, router, quote, pools } = market;
  return ({ prices }) => {
    const attempt = (pool: (typeof pools)[number], buysUnderlying: boolean) => {
      const fee = pool.feePips / 1e6;
      const price = prices[pool.underlying.symbol] / prices[quote.symbol];
      const callData = swapCall({
        pool,
        quote: quote.address,
        underlying: pool.underlying.address,
        buysUnderlying,
        amountIn: unlimited,
        limitPrice: buysUnderlying ? price * (1 - fee) : price / (1 - fee),
        recipient: wallet,
      });
      return { target: router, allowFailure: true, callData };
    };
    const calls = pools.flatMap((pool) => [attempt(pool, true), attempt(pool, false)]);
    const data = encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args: [calls] });
    return [{ from, to: wallet, data, gas: 4_000_000n, tipWei: tips.arbitrageur, label: "arbitrage" }];
  };
}
