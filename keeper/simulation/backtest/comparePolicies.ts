import { mean, sampleStandardDeviation, sampleVariance } from "simple-statistics";
import { drawdownOfPnl } from "../../risk/drawdown.ts";
import { sharpeRatio } from "../../risk/sharpeRatio.ts";
import { historicalTailRisk } from "../../risk/tailRisk.ts";
import { createRandom } from "../random.ts";
import { blockBootstrap, type Interval } from "./blockBootstrap.ts";
import { certaintyEquivalent } from "./certaintyEquivalent.ts";
import type { PolicyRun } from "./runPolicy.ts";

/** One policy's figures. Money in quote, per cycle where nothing else is said. */
export type PolicyFigures = {
  readonly name: string;
  readonly meanPnl: number;
  /** Absent when there is but one cycle. */
  readonly pnlDeviation: number | undefined;
  /** Certainty equivalent of hedging at every row for nothing, less the policy's own: costs and remaining risk in one number. */
  readonly hedgingCost: number;
  /** Hedging cost less the first policy's, over the same cycles, 95 % interval from eight cycles on; absent for the first itself. */
  readonly againstFirst: Interval | undefined;
  /** 1 − var / var(unhedged) of daily P&L. */
  readonly varianceReduction: number;
  /** Of a cycle's P&L, 97.5 %. */
  readonly expectedShortfall: number;
  /** Of daily P&L added up; of many paths the mean of each one's own. */
  readonly maxDrawdown: number;
  /** Annualised, from daily P&L. */
  readonly sharpe: number | undefined;
  readonly turnover: number;
  readonly trades: number;
  readonly costs: PolicyRun["costs"];
};

export type Comparison = {
  readonly riskAversion: number;
  readonly cycles: number;
  readonly policies: readonly PolicyFigures[];
};

/** Cycles that a crisis ties together: resampled as one block. */
const BLOCK_CYCLES = 4;
const CONFIDENCE = 0.975;

/**
 * Sets policies side by side, the first one as the yardstick.
 * @param frictionless the run that hedges every row and pays nothing
 * @param unhedged the run that never trades
 */
export function comparePolicies(
  runs: readonly PolicyRun[],
  frictionless: PolicyRun,
  unhedged: PolicyRun,
  riskAversion: number,
  seed: number,
): Comparison {
  const cycles = frictionless.cyclePnl.length;
  const perfect = certaintyEquivalent(frictionless.cyclePnl, riskAversion);
  const openVariance = variance(unhedged.dailyPnl);
  const [first] = runs;
  const policies = runs.map((run): PolicyFigures => {
    const pnl = Array.from(run.cyclePnl);
    return {
      name: run.name,
      meanPnl: mean(pnl),
      pnlDeviation: pnl.length > 1 ? sampleStandardDeviation(pnl) : undefined,
      hedgingCost: perfect - certaintyEquivalent(pnl, riskAversion),
      againstFirst: first === undefined || run === first ? undefined : costDifference(run, first, riskAversion, seed),
      varianceReduction: openVariance === 0 ? 0 : 1 - variance(run.dailyPnl) / openVariance,
      expectedShortfall: historicalTailRisk(pnl, CONFIDENCE).expectedShortfall,
      maxDrawdown: drawdownOfPnl(run.dailyPnl),
      sharpe: run.dailyPnl.length > 1 ? sharpeRatio(run.dailyPnl, 365) : undefined,
      turnover: run.turnover,
      trades: run.trades,
      costs: run.costs,
    };
  });
  return { riskAversion, cycles, policies };
}

/** Hedging cost of one run less that of another, resampled over the same cycles. */
function costDifference(run: PolicyRun, first: PolicyRun, riskAversion: number, seed: number): Interval {
  const pick = (pnl: Float64Array, indices: Int32Array, into: Float64Array) => {
    for (let i = 0; i < indices.length; i += 1) into[i] = pnl[indices[i] as number] as number;
    return certaintyEquivalent(into, riskAversion);
  };
  const length = run.cyclePnl.length;
  const sample = new Float64Array(length);
  const statistic = (indices: Int32Array) => pick(first.cyclePnl, indices, sample) - pick(run.cyclePnl, indices, sample);
  return blockBootstrap(length, BLOCK_CYCLES, statistic, createRandom(seed, `bootstrap/${run.name}`));
}

function variance(values: readonly number[]): number {
  return values.length > 1 ? sampleVariance([...values]) : 0;
}
