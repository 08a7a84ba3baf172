import { observePrice, type RealisedVol } from "../../hedging/realisedVol.ts";
import type { BacktestMarket } from "./market.ts";

export type MarketAssumptions = {
  /** Wei per unit of gas at a moment (unix seconds). */
  readonly gasWeiAt: (time: number) => number;
  /** After which a squared return counts half in the forecast of vol, seconds. */
  readonly halfLifeSeconds: number;
  /** Vol forecast before any return is known. */
  readonly firstVol: number;
  /** Vol that options are sold at over the forecast, e.g. 1.1. */
  readonly impliedOverForecast: number;
  /** Vol that options were sold at, where it is known. */
  readonly impliedVolAt?: ((time: number) => number | undefined) | undefined;
  /** No forecast is lower. */
  readonly leastVol: number;
};

/**
 * A market to backtest in from a path of prices: the forecast at each row knows the prices up to that row and no further.
 * @param times  unix seconds, ascending; @param prices quote per unit
 */
export function buildMarket(times: Float64Array, prices: Float64Array, assumptions: MarketAssumptions): BacktestMarket {
  const { gasWeiAt, halfLifeSeconds, firstVol, impliedOverForecast, impliedVolAt, leastVol } = assumptions;
  const forecastVol = new Float64Array(times.length);
  let realised: RealisedVol | undefined;
  for (let i = 0; i < times.length; i += 1) {
    realised = observePrice(realised, prices[i] as number, times[i] as number, firstVol, halfLifeSeconds);
    forecastVol[i] = Math.max(leastVol, Math.sqrt(realised.variance));
  }
  return {
    times,
    prices,
    forecastVol,
    impliedVol: forecastVol.map((vol, row) => impliedVolAt?.(times[row] as number) ?? vol * impliedOverForecast),
    gasWei: times.map(gasWeiAt),
  };
}
