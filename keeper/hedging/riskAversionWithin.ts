import { blackScholes } from "../pricing/blackScholes.ts";
import type { RegionProblem } from "./regionProblem.ts";
import { riskAversionFor } from "./riskAversionFor.ts";

/** The risk aversion that keeps a book, as it stands, within a daily standard deviation in quote. @throws InvalidInputError when none does */
export function riskAversionWithin(dailyPnlSd: number, problem: Omit<RegionProblem, "riskAversion">): number {
  const { spot, vol, positions } = problem;
  const { fixed, proportional, impact = 0, carry = 0 } = problem.costs;
  const gamma = positions.reduce(
    (sum, { type, strike, years, size }) => sum + size * blackScholes({ type, spot, strike, years, vol }).gamma,
    0,
  );
  return riskAversionFor({ dailyPnlSd, spot, vol, gamma, costs: { fixed, proportional: proportional * spot, impact, carry } });
}
