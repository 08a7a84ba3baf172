/** What one trade of q units costs, quote: fixed + proportional·|q| + impact·q². */
export type TradingCosts = {
  /** Gas of one transaction, quote. */
  readonly fixed: number;
  /** Fee, quote per unit. */
  readonly proportional: number;
  /** Price impact, quote per squared unit. */
  readonly impact: number;
};

/** How much worse trading has become. */
export type LiquidityShock = {
  /** Spot over the spot the costs were stated at. */
  readonly spotFactor: number;
  readonly gasMultiplier: number;
  readonly depthDivisor: number;
};

/** Cost of trading `units`, either way; nothing traded costs nothing. */
export function tradingCost(units: number, { fixed, proportional, impact }: TradingCosts): number {
  const size = Math.abs(units);
  return size === 0 ? 0 : fixed + proportional * size + impact * size * size;
}

/**
 * The same costs after a liquidity shock. A fee is a fraction of price; the impact of a pool of constant liquidity L is P^{3/2}/L
 * (Uniswap v3: x = L/√P), so it grows with price and with every drop of depth.
 */
export function shockCosts(costs: TradingCosts, { spotFactor, gasMultiplier, depthDivisor }: LiquidityShock): TradingCosts {
  return {
    fixed: costs.fixed * gasMultiplier,
    proportional: costs.proportional * spotFactor,
    impact: costs.impact * spotFactor ** 1.5 * depthDivisor,
  };
}
