import type { BacktestResult } from "../simulation/backtest/backtest.ts";
import type { Frontier } from "../simulation/backtest/costRiskFrontier.ts";
import { numberText, orDash, percentText } from "./numberText.ts";
import type { Page, PageChart, PageSection } from "./page.ts";

type Data = {
  readonly file: string;
  readonly rows: number;
  readonly gaps: number;
  readonly missingSteps: number;
  readonly duplicates: number;
};

/** The page of a backtest: hedging cost by policy with its interval, P&L over time, what each policy did and paid, and the frontier. */
export function backtestPage(result: BacktestResult, data: Data, frontier: Frontier | undefined): Page {
  const { policies } = result;
  const day = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);
  const [first] = policies;
  return {
    title: `Backtest: ${day(result.from)} to ${day(result.to)}`,
    subtitle: `${result.cycles} cycles over ${data.file}; ${data.gaps} gaps (${data.missingSteps} steps), ${data.duplicates} duplicates dropped, ${result.skipped} cycles left out. Quote per cycle.`,
    figures:
      first === undefined
        ? []
        : [
            { label: `Hedging cost, ${first.name}`, value: numberText(first.hedgingCost) },
            { label: "Daily variance cut", value: percentText(first.varianceReduction) },
            { label: "Mean P&L", value: numberText(first.meanPnl) },
            { label: "Expected shortfall 97.5 %", value: numberText(first.expectedShortfall) },
            { label: "Trades", value: numberText(first.trades) },
          ],
    sections: [
      costSection(result),
      pathSection(result),
      tableSection(result),
      ...(frontier === undefined ? [] : [frontierSection(frontier)]),
    ],
  };
}

function costSection({ policies }: BacktestResult): PageSection {
  const names = policies.map(({ name }) => name);
  return {
    heading: "Hedging cost",
    note: "Costs and remaining risk in one number: the certainty equivalent lost against hedging at every price for nothing. Lower is better.",
    charts: [
      {
        title: "By policy",
        height: 300,
        option: {
          grid: { left: 120, right: 24, top: 16, bottom: 30 },
          tooltip: { trigger: "axis" },
          xAxis: { type: "value" },
          yAxis: { type: "category", data: names, inverse: true },
          series: [{ type: "bar", data: policies.map(({ hedgingCost }) => Math.round(hedgingCost)) }],
        },
      },
    ],
    table: {
      columns: ["policy", "dearer than the first by", "95 % from", "to"],
      rows: policies.flatMap(({ name, againstFirst }) =>
        againstFirst === undefined
          ? []
          : [[name, numberText(againstFirst.estimate), orDash(againstFirst.lower), orDash(againstFirst.upper)]],
      ),
    },
  };
}

function pathSection({ runs, unhedged }: BacktestResult): PageSection {
  const series = [...runs, unhedged].map(({ name, cyclePnl }) => {
    let total = 0;
    const data = Array.from(cyclePnl, (pnl, index) => {
      total += pnl;
      return [index + 1, Math.round(total)];
    });
    return { type: "line", name, showSymbol: false, data };
  });
  const chart: PageChart = {
    title: "P&L since the start",
    height: 340,
    option: {
      grid: { left: 80, right: 20, top: 60, bottom: 40 },
      legend: { top: 0, type: "scroll" },
      tooltip: { trigger: "axis", confine: true },
      xAxis: { type: "value", name: "cycle", nameLocation: "middle", nameGap: 24 },
      yAxis: { type: "value", scale: true },
      series,
    },
  };
  return { heading: "Over time", charts: [chart] };
}

function tableSection({ policies }: BacktestResult): PageSection {
  return {
    heading: "Side by side",
    table: {
      columns: [
        "policy",
        "mean",
        "sd",
        "hedging cost",
        "variance cut",
        "ES 97.5 %",
        "drawdown",
        "Sharpe",
        "trades",
        "turnover",
        "fees",
        "impact",
        "gas",
        "carry",
      ],
      rows: policies.map((each) => [
        each.name,
        numberText(each.meanPnl),
        orDash(each.pnlDeviation),
        numberText(each.hedgingCost),
        percentText(each.varianceReduction),
        numberText(each.expectedShortfall),
        numberText(each.maxDrawdown),
        orDash(each.sharpe, 2),
        numberText(each.trades),
        numberText(each.turnover),
        numberText(each.costs.fees),
        numberText(each.costs.impact),
        numberText(each.costs.gas),
        numberText(each.costs.carry),
      ]),
    },
  };
}

function frontierSection({ policy, points }: Frontier): PageSection {
  return {
    heading: "Cost and risk",
    note: `What ${policy} pays in trading and leaves in deviation, per cycle, as risk aversion rises from right to left.`,
    charts: [
      {
        height: 320,
        option: {
          grid: { left: 80, right: 24, top: 20, bottom: 46 },
          tooltip: { trigger: "item" },
          xAxis: { type: "value", scale: true, name: "deviation", nameLocation: "middle", nameGap: 28 },
          yAxis: { type: "value", scale: true, name: "trading cost" },
          series: [
            {
              type: "line",
              symbolSize: 8,
              data: points.flatMap(({ pnlDeviation, tradingCost }) =>
                pnlDeviation === undefined ? [] : [[Math.round(pnlDeviation), Math.round(tradingCost)]],
              ),
            },
          ],
        },
      },
    ],
  };
}
