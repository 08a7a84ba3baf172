import type { BudgetLine } from "../risk/checkRiskBudget.ts";
import { gravestTail } from "../risk/gravestTail.ts";
import type { ScenarioMatrix } from "../risk/scenarioMatrix.ts";
import type { ScenarioGrid, StressReport } from "../risk/stressReport.ts";
import { numberText, signedText } from "./numberText.ts";
import type { Page, PageSection } from "./page.ts";
import { scenarioHeatMap } from "./scenarioHeatMap.ts";
import { coverageTable, greeksTable, scenarioTable, tenorTable } from "./stressTables.ts";

/** The page of a stress report: heat maps of spot and vol, scenarios, replays, tails and Greeks. */
export function stressPage(report: StressReport, budget: readonly BudgetLine[]): Page {
  const { greeks, worst, tails, settings } = report;
  const gravest = gravestTail(report);
  const horizon = `${Number((settings.horizonSeconds / 3600).toPrecision(4))} h`;
  return {
    title: `Stress: ${greeks.underlyings.map(({ underlying }) => underlying).join(", ")}`,
    subtitle:
      "Profit and loss in quote against the book as it stands, every cell a full revaluation. All underlyings move together.",
    figures: [
      { label: "Options", value: numberText(greeks.total.value) },
      { label: "Cash delta", value: numberText(greeks.total.cashDelta) },
      { label: "Cash gamma, 1 %", value: numberText(greeks.total.cashGamma) },
      { label: "Vega, vol point", value: numberText(greeks.total.vega / 100) },
      { label: "Theta a day", value: numberText(greeks.total.thetaPerDay) },
      {
        label: `Expected shortfall, ${horizon}, ${Number((100 * settings.confidence).toFixed(2))} %`,
        value: numberText(gravest.expectedShortfall),
      },
      { label: "Worst scenario", value: numberText(worst.total) },
    ],
    sections: [
      ...(budget.length > 0 ? [budgetSection(budget)] : []),
      ...heatSections(report, horizon),
      {
        heading: "Scenarios",
        note: `A deviation σ is over ${horizon}. Hedge is what closing the hedge error then costs; unwind, not part of the total, what selling every unit held would.`,
        table: scenarioTable(report),
      },
      ...replaySection(report),
      {
        heading: "Tails",
        note: `Losses over ${horizon}. Delta alone ignores gamma: the difference to the revalued figures is what it hides.${report.noHistory === undefined ? "" : ` ${report.noHistory}`}`,
        table: {
          columns: ["method", "moves", "value at risk", "expected shortfall"],
          rows: tails.map((each) => [
            each.method,
            each.observations === 0 ? "" : each.observations,
            numberText(each.valueAtRisk),
            numberText(each.expectedShortfall),
          ]),
        },
      },
      {
        heading: "Greeks",
        note: "Cash delta Δ·S; cash gamma Γ·S²/100, the cash delta a 1 % move adds; vega per vol point; theta per day.",
        table: greeksTable(report),
      },
      {
        heading: "Hedge",
        note: "Coverage +1 is fully hedged, above 1 over-hedged; H −1 is neutral.",
        table: coverageTable(report),
      },
      { heading: "Vega by tenor", note: "Per vol point.", table: tenorTable(report) },
    ],
  };
}

function heatSections({ jumps, deviations }: StressReport, horizon: string): PageSection[] {
  const jump = (factor: number) => (factor === 1 ? "0" : `${signedText(Math.round(100 * (factor - 1)))} %`);
  const deviation = (count: number) => (count === 0 ? "0" : `${signedText(count)}σ`);
  const map = (grid: ScenarioGrid, pnl: ScenarioMatrix, time: number, label: (spot: number) => string, name: string) => ({
    option: scenarioHeatMap(grid, pnl[time] ?? [], label, name),
    height: 330,
  });
  const apart = jumps.underlyings.length > 1 ? jumps.underlyings : [];
  return [
    ...jumps.seconds.map((seconds, time) => ({
      heading: `Spot × vol ${after(seconds)}`,
      note: time === 0 ? "Jumps of spot across, multiplier of every vol upwards." : undefined,
      charts: [map(jumps, jumps.total, time, jump, "jump of spot")],
    })),
    {
      heading: "Standard deviations × vol now",
      note: `A deviation of each underlying's own vol over ${horizon}.`,
      charts: [map(deviations, deviations.total, 0, deviation, "move of spot")],
    },
    ...apart.map(({ underlying, pnl }) => ({
      heading: `${underlying}: spot × vol now`,
      charts: [map(jumps, pnl, 0, jump, "jump of spot")],
    })),
  ];
}

function replaySection({ replays }: StressReport): PageSection[] {
  if (replays.length === 0) return [];
  return [
    {
      heading: "Replays",
      note: "The relative moves of the price file on every underlying at once, vol ×2 throughout and nobody trading.",
      charts: replays.map(({ name, times, pnl }) => ({
        title: name,
        height: 220,
        option: {
          grid: { left: 64, right: 16, top: 14, bottom: 40 },
          tooltip: { trigger: "axis" },
          xAxis: { type: "value", name: "hours", nameLocation: "middle", nameGap: 24, splitLine: { show: false } },
          yAxis: { type: "value", scale: true },
          series: [
            {
              type: "line",
              symbol: "none",
              name: "profit",
              data: Array.from(pnl, (value, i) => [
                Number((((times[i] as number) - (times[0] as number)) / 3600).toFixed(4)),
                Math.round(value),
              ]),
            },
          ],
        },
      })),
    },
  ];
}

function budgetSection(budget: readonly BudgetLine[]): PageSection {
  const names = { stressLoss: "Stress loss", expectedShortfall: "Expected shortfall" };
  return {
    heading: "Risk budget",
    table: {
      columns: ["limit", "cause", "allowed", "found", ""],
      rows: budget.map(({ limit, cause, allowed, found }) => [
        names[limit],
        cause,
        numberText(allowed),
        numberText(found),
        found > allowed ? "exceeded" : "within",
      ]),
    },
  };
}

function after(seconds: number): string {
  if (seconds === 0) return "now";
  const days = Number((seconds / 86_400).toFixed(2));
  return `after ${days} ${days === 1 ? "day" : "days"}`;
}
