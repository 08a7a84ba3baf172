import type { Address } from "viem";
import type { Random } from "../random.ts";
import { type Actor, type ActorCall, tips } from "./actor.ts";
import type { MarketAddresses } from "./deployMarket.ts";
import { swapCall } from "./swapCall.ts";

export type NoiseParameters = {
  /** Swaps per pool and block, on average. */
  readonly swapsPerBlock: number;
  /** Median size in USD and the standard deviation of its logarithm. */
  readonly medianUsd: number;
  readonly logDeviation: number;
};

export const defaultNoise: NoiseParameters = { swapsPerBlock: 0.1, medianUsd: 4_000, logDeviation: 1.2 };

/** Beyond a block trade of this size a trader would go elsewhere. */
const largestUsd = 250_000;

/** People who swap for reasons of their own: at random moments, in either direction, of lognormal size. */
export function createNoiseTraders(
  from: Address,
  market: MarketAddresses,
  random: Random,
  { swapsPerBlock, medianUsd, logDeviation }: NoiseParameters = defaultNoise,
): Actor {
  return ({ prices }) =>
    market.uniswap.pools.flatMap((pool) =>
      Array.from({ length: random.poisson(swapsPerBlock) }, (): ActorCall => {
        const usd = Math.min(medianUsd * Math.exp(logDeviation * random.normal()), largestUsd);
        const buysUnderlying = random.uniform() < 0.5;
        const paid = market.tokens[buysUnderlying ? "USDC" : pool.underlying];
        const data = swapCall({
          pool,
          quote: market.tokens.USDC.address,
          underlying: market.tokens[pool.underlying].address,
          buysUnderlying,
          amountIn: BigInt(Math.ceil((usd / prices[paid.symbol]) * 10 ** paid.decimals)),
          recipient: from,
        });
        return { from, to: market.uniswap.swapRouter02, data, gas: 600_000n, tipWei: tips.crowd, label: "noise swap" };
      }),
    );
}
