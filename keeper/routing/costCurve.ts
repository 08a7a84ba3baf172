import type { PoolState, Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { StaleDataError } from "../errors.ts";
import type { HedgeCosts } from "../hedging/noTradeRegion.ts";
import { carryOfTrade } from "./borrowCost.ts";
import { type DepthCurve, poolDepth, type Side } from "./depthCurve.ts";
import { splitTrade } from "./splitTrade.ts";

/** What gas costs now, in quote. */
export type GasCosts = {
  /** A rebalance but for its swaps and moves: the guard's two measurements. */
  readonly rebalance: number;
  /** Each swap, and each move to or from Aave. */
  readonly swap: number;
  readonly move: number;
};

/** What a change of one underlying's holding costs, quote. */
export type ExposureCost = {
  /** Units traded, signed: fewer than asked where the pools end. */
  readonly filled: number;
  /** Fees and price impact against the middle price. */
  readonly execution: number;
  readonly gas: number;
  /** Interest over the holding time, net of what the proceeds earn. */
  readonly carry: number;
};

/**
 * What an exposure of so many units costs over all venues: pools share it so that it costs least, what is sold beyond the vault's own units is
 * borrowed.
 * @param trade  units, positive = buy
 * @param years  expected holding time
 */
export function exposureCost(
  snapshot: Pick<Snapshot, "quoteSupplyRate">,
  underlying: UnderlyingSnapshot,
  gas: GasCosts,
  trade: number,
  years: number,
): ExposureCost {
  const { side, curves } = depthFor(underlying, trade);
  const offers = curves.map((curve) => ({ curve, gas: gas.swap }));
  const { quote, ...split } = splitTrade(offers, side, Math.abs(trade));
  const filled = Math.sign(trade) * split.filled;
  const worth = split.filled * middlePrice(underlying);
  return {
    filled,
    execution: side === "buy" ? quote - worth : worth - quote,
    gas: gas.rebalance + split.gas + movesFor(underlying, filled) * gas.move,
    carry: carryOfTrade(underlying, snapshot.quoteSupplyRate, filled) * years,
  };
}

/**
 * The same as the decision needs it, fitted where trades are plausible on the side that would now be traded: `proportional` is the cost of a
 * first unit, `impact` the curvature of the chord to a trade of the whole hedge error, or of the size at which fees outweigh gas if that is more;
 * `fixed` is the gas of such a trade, `carry` what a unit of it bears a year.
 * @throws StaleDataError when no pool has liquidity
 */
export function costCurve(snapshot: Snapshot, underlying: UnderlyingSnapshot, gas: GasCosts): HedgeCosts {
  const { onChain, targetDelta, symbol, holdings, legs } = underlying;
  const error = onChain.delta - targetDelta;
  const { side, curves } = depthFor(underlying, -error);
  const middle = middlePrice(underlying);
  const open = curves.filter(({ depths }) => depths.some((depth) => depth > 0));
  if (open.length === 0)
    throw new StaleDataError(`No ${symbol} pool has liquidity around its price: no hedge can be priced`, { symbol });
  const firsts = open.map(({ roots, depths }) => {
    const price = (roots[depths.findIndex((depth) => depth > 0)] ?? 0) ** 2;
    return side === "buy" ? price - middle : middle - price;
  });
  const proportional = Math.max(0, Math.min(...firsts));
  const gross = legs.reduce((sum, { size }) => sum + Math.abs(size), Math.abs(holdings));
  const worthItsGas = proportional > 0 ? (gas.rebalance + gas.swap) / proportional : 0;
  const measurable = Math.max(...open.map(({ roots: [root = 1], depths }) => (MEASURABLE * Math.max(...depths)) / root));
  const size = Math.max(Math.abs(error), Math.min(worthItsGas, gross), measurable);
  const { filled, execution, gas: fixed, carry } = exposureCost(snapshot, underlying, gas, side === "buy" ? size : -size, 1);
  const impact = Math.max(0, execution - proportional * Math.abs(filled)) / (filled * filled);
  return { fixed, proportional, impact, carry: carry / filled };
}

/** Relative change of a √price whose chord is well above rounding. */
const MEASURABLE = 1e-5;

function depthFor({ pools }: UnderlyingSnapshot, trade: number): { side: Side; curves: readonly DepthCurve[] } {
  const side = trade > 0 ? "buy" : "sell";
  return { side, curves: pools.map((pool) => poolDepth(pool, side)) };
}

/** Moves to and from Aave: selling what is not in hand supplies collateral and borrows, buying while there is debt repays it. */
function movesFor({ cash, lent }: UnderlyingSnapshot, trade: number): number {
  if (trade < 0) return -trade > cash ? 2 : 0;
  return trade > 0 && lent < 0 ? 1 : 0;
}

/**
 * The price of the deepest pool: arbitrage holds it nearer to the true price than the oracle, which is told of moves beyond half a percent only.
 * Costs are counted from here; limits are not.
 */
export function middlePrice({ pools }: Pick<UnderlyingSnapshot, "pools">): number {
  const deepest = pools.reduce<PoolState | undefined>(
    (best, pool) => (best && best.liquidity >= pool.liquidity ? best : pool),
    undefined,
  );
  if (deepest === undefined) return 0;
  const { underlyingIsToken0, sqrtPriceX96, underlyingDecimals, quoteDecimals } = deepest;
  const raw = (Number(sqrtPriceX96) / 2 ** 96) ** 2;
  return (underlyingIsToken0 ? raw : 1 / raw) * 10 ** (underlyingDecimals - quoteDecimals);
}
