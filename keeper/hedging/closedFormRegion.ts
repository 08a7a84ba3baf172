import { blackScholes } from "../pricing/blackScholes.ts";
import { noTradeRegion } from "./noTradeRegion.ts";
import type { RegionProblem } from "./regionProblem.ts";

/**
 * The closed form around the book's own Black-Scholes delta at a time and spot, as holdings of the underlying:
 * [lower, target lower, target upper, upper, ideal holding] into `region`. A position counts as paid from the look nearest its expiry.
 * @param elapsed  years since the problem's start
 * @see noTradeRegion
 */
export function closedFormRegion(problem: RegionProblem, elapsed: number, spot: number, region: Float64Array): void {
  const { vol, positions, riskAversion, costs, checkEvery = 0 } = problem;
  let delta = 0;
  let gamma = 0;
  let horizon = 0;
  for (const { type, strike, years, size } of positions) {
    const left = years - elapsed;
    if (!(left > checkEvery / 2)) continue;
    const value = blackScholes({ type, spot, strike, years: left, vol });
    delta += size * value.delta;
    gamma += size * value.gamma;
    horizon = Math.max(horizon, left);
  }
  const { lower, targetLower, targetUpper, upper } = noTradeRegion({
    spot,
    vol,
    gamma,
    years: horizon,
    riskAversion,
    costs: {
      fixed: costs.fixed,
      proportional: costs.proportional * spot,
      impact: costs.impact ?? 0,
      carry: costs.carry ?? 0,
    },
    checkEvery,
  });
  region[0] = lower - delta;
  region[1] = targetLower - delta;
  region[2] = targetUpper - delta;
  region[3] = upper - delta;
  region[4] = -delta;
}
