import { mean, sampleStandardDeviation } from "simple-statistics";
import type { BacktestProblem } from "./backtest.ts";
import { rollCycles } from "./cycles.ts";
import { markCycles } from "./markCycles.ts";
import { runPolicy } from "./runPolicy.ts";

/** What a policy costs and leaves at one risk aversion: mean and deviation of a cycle's P&L, and its costs, quote per cycle; no deviation when there is but one. */
export type FrontierPoint = {
  readonly riskAversion: number;
  readonly meanPnl: number;
  readonly pnlDeviation: number | undefined;
  readonly tradingCost: number;
};
export type Frontier = { readonly policy: string; readonly points: readonly FrontierPoint[] };

/** Multiples of the risk aversion asked for. */
const MULTIPLES = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/** The frontier of cost and risk that a policy draws as risk aversion rises; the problem's first policy. */
export function costRiskFrontier(problem: BacktestProblem, onProgress?: (done: number, of: number) => void): Frontier {
  const { market, programme, terms, riskAversion, policies } = problem;
  const [policy] = policies;
  if (policy === undefined) return { policy: "", points: [] };
  const { cycles } = rollCycles(market, programme);
  const marked = markCycles(market, cycles);
  const of = cycles.length * MULTIPLES.length;
  const points = MULTIPLES.map((multiple, index) => {
    const onCycle = (done: number) => onProgress?.(index * cycles.length + done, of);
    const run = runPolicy(market, marked, terms, riskAversion * multiple, policy, onCycle);
    const pnl = Array.from(run.cyclePnl);
    const { fees, impact, gas, carry } = run.costs;
    return {
      riskAversion: riskAversion * multiple,
      meanPnl: mean(pnl),
      pnlDeviation: pnl.length > 1 ? sampleStandardDeviation(pnl) : undefined,
      tradingCost: (fees + impact + gas + carry) / cycles.length,
    };
  });
  return { policy: policy.name, points };
}
