import { InvalidInputError } from "../errors.ts";
import { type HedgeCosts, stationaryBand } from "./noTradeRegion.ts";

export type RiskBudgetProblem = {
  /** Standard deviation of the hedged book's profit and loss over a day, quote. */
  readonly dailyPnlSd: number;
  readonly spot: number;
  /** Annualised. */
  readonly vol: number;
  /** Book gamma, units of underlying per unit of price. */
  readonly gamma: number;
  readonly costs: HedgeCosts;
};

const LOWEST = 1e-12;
const HIGHEST = 1e6;

/**
 * Daily standard deviation of profit and loss, quote, that the stationary closed-form policy leaves at a risk aversion.
 * The error D is a Brownian motion that restarts at ±t on reaching ±b. Its stationary density is the time spent per cycle: flat between −t and t,
 * then falling in a straight line to 0 at ±b, of height 1/(b+t). Hence E D² = (b² + t²)/6, and a day's loss on it has variance E D²·σ²S²/365 (carry moves the mean, not counted).
 */
function dailyPnlSd(riskAversion: number, { spot, vol, gamma, costs }: Omit<RiskBudgetProblem, "dailyPnlSd">): number {
  const { trigger, target } = stationaryBand({ spot, vol, gamma, years: 1, riskAversion, costs });
  return spot * vol * Math.sqrt((trigger * trigger + target * target) / 6 / 365);
}

/**
 * The risk aversion (1 / quote) at which the stationary policy leaves the daily standard deviation one can live with: wider regions leave more,
 * so the root is unique; found by bisection on its logarithm.
 * @throws InvalidInputError when the budget is not positive, or no risk aversion attains it (no gamma, or no cost of trading)
 */
export function riskAversionFor(problem: RiskBudgetProblem): number {
  const { dailyPnlSd: budget } = problem;
  if (!(budget > 0 && budget < Infinity)) {
    throw new InvalidInputError(`a daily risk budget must be above 0 quote, got ${budget}`, { budget });
  }
  let low = Math.log(LOWEST);
  let high = Math.log(HIGHEST);
  if (dailyPnlSd(LOWEST, problem) < budget || dailyPnlSd(HIGHEST, problem) > budget) {
    throw new InvalidInputError(`no risk aversion leaves ${budget} quote a day: the book needs gamma and a cost of trading`, {
      budget,
      gamma: problem.gamma,
    });
  }
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (dailyPnlSd(Math.exp(middle), problem) > budget) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
