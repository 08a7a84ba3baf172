import { InvalidInputError } from "../../errors.ts";

/**
 * The sure amount that an investor of constant absolute risk aversion takes for a sample of profits: −ln mean(e^{−λx}) / λ, quote.
 * @throws InvalidInputError without a profit, or when risk aversion is not positive
 */
export function certaintyEquivalent(profits: ArrayLike<number>, riskAversion: number): number {
  if (profits.length === 0 || !(riskAversion > 0)) {
    throw new InvalidInputError("A certainty equivalent needs profits and a positive risk aversion", { riskAversion });
  }
  let worst = Number.POSITIVE_INFINITY;
  for (let i = 0; i < profits.length; i += 1) worst = Math.min(worst, profits[i] as number);
  let sum = 0;
  for (let i = 0; i < profits.length; i += 1) sum += Math.exp(-riskAversion * ((profits[i] as number) - worst));
  return worst - Math.log(sum / profits.length) / riskAversion;
}
