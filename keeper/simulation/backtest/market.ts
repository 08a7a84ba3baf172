/** Prices and gas along one path, the market a backtest trades in. Row i is one moment at which a policy may act. */
export type BacktestMarket = {
  /** Unix seconds, ascending. */
  readonly times: Float64Array;
  /** Quote per unit. */
  readonly prices: Float64Array;
  /** Gas price at each time, wei per unit of gas. */
  readonly gasWei: Float64Array;
  /** Vol at which options are marked and sold at each time, annualised. */
  readonly impliedVol: Float64Array;
  /** The keeper's forecast of realised vol at each time, annualised; known at that time. */
  readonly forecastVol: Float64Array;
};

/** What trading costs in a backtest. */
export type TradingTerms = {
  /** Pool fee and half spread, fraction of the price. */
  readonly feeFraction: number;
  /** Quote that moves the price by 100 %: a trade worth x pays x/depth of itself in impact. */
  readonly depth: number;
  /** Gas of one hedge. */
  readonly gasUnits: number;
  /** Price of ether in quote where the underlying is another asset; absent: the underlying's own price. */
  readonly etherPrice?: number | undefined;
  /** Rows between a decision and its execution. */
  readonly latency: number;
  /** Carry of one unit of quote value held or owed for a year: funding, or borrow less supply rate. */
  readonly carryRate: number;
};

/** Quote that one hedge costs in gas at row i. */
export function gasCost(market: BacktestMarket, terms: TradingTerms, row: number): number {
  return (market.gasWei[row] as number) * 1e-18 * terms.gasUnits * (terms.etherPrice ?? (market.prices[row] as number));
}
