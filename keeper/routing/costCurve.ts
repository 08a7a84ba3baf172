import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import type { HedgeCosts } from "../hedging/noTradeRegion.ts";

export type GasEstimate = {
  /** Gas units of one rebalance. */
  readonly units: number;
  /** Wei per unit of gas, base fee and tip. */
  readonly priceWei: number;
  /** Ether in quote. */
  readonly etherPrice: number;
};

/**
 * What changing the holding of one underlying costs now: gas, pool fee, price impact of the liquidity in range, and carry.
 * Within a tick range a trade of q moves the price by 2P^{3/2}/L per unit, so it pays P^{3/2}/L·q² on average (Uniswap v3 core, eq. 6.14-6.16).
 * Carry: a unit bought forgoes quote's supply rate and saves the borrow rate while there is debt, else earns the supply rate.
 */
export function costCurve(snapshot: Snapshot, underlying: UnderlyingSnapshot, gas: GasEstimate): HedgeCosts {
  const { price, pool, lent, borrowRate, supplyRate } = underlying;
  const rateOfHolding = lent < 0 ? borrowRate : supplyRate;
  return {
    fixed: gas.units * gas.priceWei * 1e-18 * gas.etherPrice,
    proportional: (price * pool.fee) / 1e6,
    impact: pool.price ** 1.5 / pool.liquidity,
    carry: price * (snapshot.quoteSupplyRate - rateOfHolding),
  };
}
