import { numberText, orDash, percentText } from "../report/numberText.ts";
import type { BacktestResult } from "../simulation/backtest/backtest.ts";
import type { Interval } from "../simulation/backtest/blockBootstrap.ts";
import type { PolicyFigures } from "../simulation/backtest/comparePolicies.ts";
import type { Frontier } from "../simulation/backtest/costRiskFrontier.ts";
import { alignedTable } from "./alignedTable.ts";

/** What a file of prices held. */
export type BacktestData = {
  readonly file: string;
  readonly rows: number;
  readonly gaps: number;
  readonly missingSteps: number;
  readonly duplicates: number;
};

export const BACKTEST_COLUMNS = [
  "policy",
  "mean",
  "sd",
  "hedging cost",
  "against first (95 %)",
  "variance cut",
  "ES 97.5 %",
  "drawdown",
  "Sharpe",
  "trades",
  "fees",
  "impact",
  "gas",
  "carry",
];

/** The comparison as text: per cycle where money, over the whole run where counts and costs. */
export function backtestTable(result: BacktestResult, data: BacktestData, frontier: Frontier | undefined): string {
  const day = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);
  const head = [
    `${data.file}: ${numberText(data.rows)} prices, ${data.gaps} gaps of ${data.missingSteps} steps in all, ${data.duplicates} duplicates dropped.`,
    `${result.cycles} cycles from ${day(result.from)} to ${day(result.to)}${result.skipped > 0 ? `, ${result.skipped} left out for gaps` : ""}. Quote per cycle; costs over the whole run.`,
    "Hedging cost: certainty equivalent of hedging at every price for nothing, less the policy's own.",
  ];
  return `${head.join("\n")}\n\n${alignedTable(BACKTEST_COLUMNS, result.policies.map(policyRow), 1)}\n${frontierText(frontier)}`;
}

/** One policy as cells of the table. */
export function policyRow(each: PolicyFigures): string[] {
  const { againstFirst } = each;
  return [
    each.name,
    numberText(each.meanPnl),
    orDash(each.pnlDeviation),
    numberText(each.hedgingCost),
    againstFirst === undefined ? "–" : `${numberText(againstFirst.estimate)}${boundsText(againstFirst)}`,
    percentText(each.varianceReduction),
    numberText(each.expectedShortfall),
    numberText(each.maxDrawdown),
    orDash(each.sharpe, 2),
    numberText(each.trades),
    numberText(each.costs.fees),
    numberText(each.costs.impact),
    numberText(each.costs.gas),
    numberText(each.costs.carry),
  ];
}

function boundsText({ lower, upper }: Interval): string {
  return lower === undefined || upper === undefined ? "" : ` [${numberText(lower)}, ${numberText(upper)}]`;
}

function frontierText(frontier: Frontier | undefined): string {
  if (frontier === undefined) return "";
  const rows = frontier.points.map((point) => [
    point.riskAversion.toExponential(1),
    numberText(point.meanPnl),
    orDash(point.pnlDeviation),
    numberText(point.tradingCost),
  ]);
  return `\nFrontier of ${frontier.policy}, per cycle:\n${alignedTable(["risk aversion", "mean", "sd", "trading cost"], rows)}\n`;
}
