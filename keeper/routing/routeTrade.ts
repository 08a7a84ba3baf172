import type { PoolState, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { fromUnits, toUnits } from "../chain/units.ts";
import type { GasCosts } from "./costCurve.ts";
import { poolDepth } from "./depthCurve.ts";
import { splitTrade } from "./splitTrade.ts";
import { swap } from "./swap.ts";

/** One pool's share of a trade. */
export type RouteLeg = {
  readonly fee: number;
  /** Token units the vault receives; negative = gives. */
  readonly quantity: bigint;
  /** Quote units it should receive for them by the pool as read; negative = pays. */
  readonly quote: bigint;
};

/** How a trade of one underlying is spread over its pools. */
export type Route = {
  readonly underlying: string;
  /** Units that the pools hold within the limit, signed; at most what was asked. */
  readonly trade: number;
  /** Worst price accepted, quote per unit, fee included: from the oracle, never from a pool. */
  readonly limitPrice: number;
  readonly legs: readonly RouteLeg[];
  /** Sum over the legs, whole quote. */
  readonly quote: number;
};

/**
 * Spreads a trade over the pools of an underlying at least cost, gas of each leg included, and says to the last unit what each would exchange.
 * @param trade  units, positive = buy
 * @param priceBand  worst price as a distance from the oracle's, fraction
 */
export function routeTrade(underlying: UnderlyingSnapshot, trade: number, priceBand: number, gas: GasCosts): Route {
  const { symbol, pools, price, decimals } = underlying;
  const side = trade > 0 ? "buy" : "sell";
  const sign = Math.sign(trade);
  const limitPrice = price * (1 + sign * priceBand);
  const offers = pools.map((pool) => ({ curve: poolDepth(pool, side, limitPrice), gas: gas.swap }));
  const { units, filled } = splitTrade(offers, side, Math.abs(trade));
  const isWhole = filled >= Math.abs(trade) * (1 - WHOLE);
  const total = isWhole ? trade : sign * filled;
  const shares = units.map((each) => toUnits(sign * each, decimals));
  // Rounding of the shares goes to the largest, so that they add up to the trade.
  const largest = units.indexOf(Math.max(...units));
  const rest = toUnits(total, decimals) - shares.reduce((sum, share) => sum + share, 0n);
  const legs = pools.flatMap((pool, index): RouteLeg[] => {
    const quantity = (shares[index] ?? 0n) + (index === largest ? rest : 0n);
    return quantity === 0n ? [] : [{ fee: pool.fee, quantity, quote: quoteFor(pool, quantity) }];
  });
  const quote = legs.reduce((sum, leg) => sum + fromUnits(leg.quote, pools[0]?.quoteDecimals ?? 0), 0);
  return { underlying: symbol, trade: legs.length === 0 ? 0 : total, limitPrice, legs, quote };
}

/** Rounding of a sum of shares. */
const WHOLE = 1e-9;

function quoteFor(pool: PoolState, quantity: bigint): bigint {
  const { paid, received } = swap(pool, { zeroForOne: pool.underlyingIsToken0 === quantity < 0n, amount: -quantity });
  return quantity > 0n ? -paid : received;
}
