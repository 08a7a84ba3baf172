import type { BudgetLine } from "../risk/checkRiskBudget.ts";
import type { ScenarioGrid, StressReport } from "../risk/stressReport.ts";
import { alignedTable } from "./alignedTable.ts";

/** A stress report as plain text. */
export function stressTable(report: StressReport, budget: readonly BudgetLine[]): string {
  const { greeks, jumps, settings } = report;
  const percent = `${(100 * settings.confidence).toFixed(1)} %`;
  const parts = [
    `Greeks. Cash delta = delta x spot; cash gamma = gamma x spot^2 / 100, the cash delta a 1 % move adds; vega per vol point.\n${greeksTable(greeks)}`,
    `Hedge. Coverage +1 = fully hedged, above 1 over-hedged; H = -1 neutral.\n${coverageTable(greeks)}`,
    `Profit now, all underlyings: spot across, vol multiplier down, full revaluation, quote.\n${matrixTable(jumps)}`,
    `Scenarios, quote. A deviation is over ${hours(settings.horizonSeconds)}; hedge = closing the hedge error at the scenario's costs.\n${scenarioTable(report)}`,
    `Loss over ${hours(settings.horizonSeconds)} at ${percent}, quote, all underlyings moving together.\n${tailTable(report)}`,
  ];
  if (report.noHistory !== undefined) parts.push(report.noHistory);
  if (budget.length > 0) parts.push(`Risk budget, quote.\n${budgetTable(budget)}`);
  return `${parts.join("\n\n")}\n`;
}

function greeksTable({ underlyings, total }: StressReport["greeks"]): string {
  const columns = ["underlying", "expiry", "days", "legs", "option value", "cash delta", "cash gamma", "vega", "theta a day"];
  const cash = (each: { value: number; cashDelta: number; cashGamma: number; vega: number; thetaPerDay: number }) =>
    [each.value, each.cashDelta, each.cashGamma, each.vega / 100, each.thetaPerDay].map(money);
  const rows = underlyings.flatMap((each) => [
    ...each.expiries.map((one) => [
      each.underlying,
      new Date(one.expiry * 1000).toISOString().slice(0, 10),
      (one.years * 365).toFixed(1),
      String(one.legs),
      ...cash(one),
    ]),
    [each.underlying, "with holdings", "", "", ...cash(each)],
  ]);
  return alignedTable(columns, [...rows, ["total", "", "", "", ...cash(total)]], 2);
}

function coverageTable({ underlyings }: StressReport["greeks"]): string {
  const columns = ["underlying", "option delta", "holdings", "hedge error", "coverage", "H", ""];
  const rows = underlyings.map(({ underlying, greeks, coverage }) => [
    underlying,
    ...[greeks.optionDelta, greeks.delta - greeks.optionDelta, greeks.hedgeError].map((units) => units.toFixed(4)),
    coverage.coverage?.toFixed(3) ?? "-",
    coverage.hedgeRatio?.toFixed(3) ?? "-",
    coverage.isOverHedged ? "over-hedged" : "",
  ]);
  return alignedTable(columns, rows, 1);
}

function matrixTable({ spots, volMultipliers, total }: ScenarioGrid): string {
  const columns = ["vol", ...spots.map((factor) => `${factor > 1 ? "+" : ""}${Math.round(100 * (factor - 1))}%`)];
  return alignedTable(
    columns,
    volMultipliers.map((multiplier, i) => [`x${multiplier}`, ...(total[0]?.[i] ?? []).map(money)]),
  );
}

function scenarioTable({ outcomes, worst }: StressReport): string {
  const rows = outcomes.map((each) => [
    each.scenario.name,
    ...[each.revaluation, -each.hedgeCost, each.total].map(money),
    each === worst ? "worst" : "",
  ]);
  return alignedTable(["scenario", "revaluation", "hedge", "total", ""], rows, 1);
}

function tailTable({ tails }: StressReport): string {
  const rows = tails.map(({ method, observations, valueAtRisk, expectedShortfall }) => [
    method,
    observations === 0 ? "-" : String(observations),
    money(valueAtRisk),
    money(expectedShortfall),
  ]);
  return alignedTable(["method", "moves", "value at risk", "expected shortfall"], rows, 1);
}

function budgetTable(budget: readonly BudgetLine[]): string {
  const rows = budget.map(({ limit, allowed, found, cause }) => [
    limit,
    cause,
    money(allowed),
    money(found),
    found > allowed ? "EXCEEDED" : "within",
  ]);
  return alignedTable(["limit", "cause", "allowed", "found", ""], rows, 2);
}

function money(value: number): string {
  const rounded = Math.round(value);
  return (rounded === 0 ? 0 : rounded).toLocaleString("en-US");
}

function hours(seconds: number): string {
  return `${Number((seconds / 3600).toPrecision(4))} h`;
}
