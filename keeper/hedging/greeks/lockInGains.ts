/** How much dearer risk becomes at most. */
const MOST = 4;

/**
 * Risk aversion of a desk judged by mean − z·sd at the end: what it is ahead of its plan is worth keeping. The optimum for that goal is quadratic
 * utility around a bliss point 1/λ above the plan (Li and Ng 2000), so at a distance `ahead` beyond the plan aversion is λ/(1 − λ·ahead). Behind
 * the plan the same formula would take more risk; that half is left out, because it fattens the loss tail it is meant to contain.
 * @param ahead  result so far less what the plan expected by now, quote
 */
export function lockInGains(riskAversion: number, ahead: number): number {
  return riskAversion / Math.min(1, Math.max(1 / MOST, 1 - riskAversion * ahead));
}
