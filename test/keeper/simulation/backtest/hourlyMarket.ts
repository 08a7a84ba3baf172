import { buildMarket } from "../../../../keeper/simulation/backtest/buildMarket.ts";
import type { BacktestMarket } from "../../../../keeper/simulation/backtest/market.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

/** A Friday 08:00 UTC. */
export const FRIDAY = Date.UTC(2026, 0, 2, 8) / 1000;

/** Hours of a geometric Brownian motion from a Friday on, its vol known to everybody. */
export function hourlyMarket(weeks: number, vol: number, seed: number, gasGwei = 20, stepSeconds = 3600): BacktestMarket {
  const random = createRandom(seed, "market");
  const rows = Math.round((weeks * 7 * 86_400) / stepSeconds) + 1;
  const times = Float64Array.from({ length: rows }, (_, row) => FRIDAY + row * stepSeconds);
  const step = vol * Math.sqrt(stepSeconds / (365 * 86_400));
  let price = 2_000;
  const prices = Float64Array.from({ length: rows }, (_, row) => {
    if (row > 0) price *= Math.exp(step * random.normal() - (step * step) / 2);
    return price;
  });
  const market = buildMarket(times, prices, {
    gasWeiAt: () => gasGwei * 1e9,
    halfLifeSeconds: 72 * 3600,
    firstVol: vol,
    impliedOverForecast: 1,
    leastVol: 0.1,
  });
  const known = market.forecastVol.map(() => vol);
  return { ...market, forecastVol: known, impliedVol: known };
}
