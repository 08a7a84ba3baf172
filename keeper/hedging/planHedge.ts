import type { BookGreeks } from "../risk/bookGreeks.ts";
import { type HedgeCosts, type NoTradeRegion, noTradeRegion, tradeTo } from "./noTradeRegion.ts";

export type HedgeProblem = {
  readonly underlying: string;
  readonly spot: number;
  readonly greeks: BookGreeks;
  /** Forecast of realised vol, annualised. */
  readonly vol: number;
  readonly riskAversion: number;
  readonly costs: HedgeCosts;
  /** Years between two decisions. */
  readonly checkEvery: number;
};

/** What to do about one underlying now, and why, in numbers and in one readable line. */
export type HedgePlan = {
  readonly underlying: string;
  readonly verdict: "hold" | "hedge";
  readonly hedgeError: number;
  readonly region: NoTradeRegion;
  /** Units to trade, positive = buy; 0 when holding. */
  readonly trade: number;
  /** Expected cost of the trade, quote. */
  readonly cost: number;
  /** Risk removed, as certainty equivalent over the horizon of the book, quote. */
  readonly saves: number;
  readonly reason: string;
};

/** A hedge error outlives the options: it stays until the next ones are sold or somebody trades it away. */
const SHORTEST_HORIZON_YEARS = 1 / 365;

/**
 * Decides one underlying: hold inside the no-trade region, else trade to its nearer target.
 * @throws InvalidInputError when spot, vol, risk aversion or a cost is out of range
 */
export function planHedge(problem: HedgeProblem): HedgePlan {
  const { underlying, spot, greeks, vol, riskAversion, costs, checkEvery } = problem;
  const years = Math.max(greeks.horizonYears, SHORTEST_HORIZON_YEARS);
  const region = noTradeRegion({ spot, vol, gamma: greeks.gamma, years, riskAversion, costs, checkEvery });
  const trade = tradeTo(region, greeks.hedgeError);
  const centre = (region.targetLower + region.targetUpper) / 2;
  const left = greeks.hedgeError + trade - centre;
  const saves = ((riskAversion * (vol * spot) ** 2 * years) / 2) * ((greeks.hedgeError - centre) ** 2 - left ** 2);
  const size = Math.abs(trade);
  const cost = trade === 0 ? 0 : costs.fixed + costs.proportional * size + costs.impact * size * size;
  const bounds = `[${region.lower.toFixed(3)}, ${region.upper.toFixed(3)}]`;
  const reason =
    trade === 0
      ? `hold: error ${greeks.hedgeError.toFixed(3)} inside ${bounds}; a trade would cost at least ${costs.fixed.toFixed(2)}`
      : `${trade > 0 ? "buy" : "sell"} ${size.toFixed(3)}: error ${greeks.hedgeError.toFixed(3)} outside ${bounds}; costs ${cost.toFixed(2)} (gas ${costs.fixed.toFixed(2)}), removes risk worth ${saves.toFixed(2)}`;
  return {
    underlying,
    verdict: trade === 0 ? "hold" : "hedge",
    hedgeError: greeks.hedgeError,
    region,
    trade,
    cost,
    saves,
    reason,
  };
}
