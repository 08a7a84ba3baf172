import { mean, sampleStandardDeviation } from "simple-statistics";
import { InvalidInputError } from "../errors.ts";

/**
 * Annualised Sharpe ratio of periodic returns (or profits): mean excess over its sample deviation, times √(periods per year), which
 * holds for returns without autocorrelation (Lo 2002). Undefined when they do not vary.
 * @param riskFree  per period, in the unit of the returns
 * @throws InvalidInputError with fewer than two returns, or periods that are not positive
 */
export function sharpeRatio(returns: readonly number[], periodsPerYear: number, riskFree = 0): number | undefined {
  if (returns.length < 2 || !(periodsPerYear > 0)) {
    throw new InvalidInputError("A Sharpe ratio needs two returns and a positive number of periods per year", {
      count: returns.length,
      periodsPerYear,
    });
  }
  const deviation = sampleStandardDeviation([...returns]);
  return deviation === 0 ? undefined : ((mean([...returns]) - riskFree) / deviation) * Math.sqrt(periodsPerYear);
}
