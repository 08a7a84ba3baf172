import type { DemoBlock } from "../simulation/runDemo.ts";
import type { DemoSummary } from "../simulation/summarise.ts";
import { bookChart } from "./bookChart.ts";
import { deltaCharts } from "./deltaCharts.ts";
import { headline, hedgeKinds } from "./demoWords.ts";
import { biggestHedges, hedgesOf, hedgeTable } from "./hedgeTable.ts";
import { numberText, percentText, signedText, sizeText, timeText } from "./numberText.ts";
import { type Page, renderPage } from "./page.ts";
import { attributionCharts, costChart, pnlCharts } from "./pnlCharts.ts";
import { sampleBlocks } from "./sampleBlocks.ts";

/** What was asked of the demo, as its flags say it. */
export type DemoMeta = {
  readonly days: number;
  /** Seconds between two blocks. */
  readonly block: number;
  readonly seed: number;
  /** Price file; the market model without one. */
  readonly prices?: string | undefined;
  readonly riskAversion: number;
  /** Options sold of each leg a week, "WETH=60,WBTC=2". */
  readonly programme: string;
  readonly deposit: number;
};

const BIGGEST = 12;
const LAST = 8;

/** The report of a demo as one HTML file that opens offline. Charts are thinned, hedges are not. */
export function demoReport(blocks: readonly DemoBlock[], summary: DemoSummary, meta: DemoMeta): Promise<string> {
  return renderPage(demoPage(blocks, summary, meta));
}

/** The report's content, before it is HTML. */
export function demoPage(blocks: readonly DemoBlock[], summary: DemoSummary, meta: DemoMeta): Page {
  const sample = sampleBlocks(blocks);
  const symbols = summary.underlyings.map(({ symbol }) => symbol);
  const hedges = hedgesOf(blocks);
  return {
    title: headline(summary),
    subtitle: `Keel sold weekly options on ${symbols.join(" and ")} and traded the hedge only when the risk it removed was worth more than it cost. ${timeText(summary.from)} to ${timeText(summary.to)} UTC, ${numberText(summary.blocks)} blocks on a local chain.`,
    figures: figures(summary),
    sections: [
      {
        heading: "Profit and loss, hedged and unhedged",
        note: "Unhedged is what the same options would have made had no hedge ever been traded: no hedge gains or losses, no fees, no gas.",
        wide: true,
        charts: pnlCharts(blocks, summary, sample),
      },
      {
        heading: "Delta error and the no-trade region",
        note: "Delta error is how many units of the underlying the vault stands away from neutral. Inside the no-trade region a hedge would cost more than the risk it removes.",
        wide: true,
        charts: symbols.flatMap((symbol) => deltaCharts(blocks, sample, symbol)),
      },
      {
        heading: "Market and option book",
        wide: true,
        charts: symbols.map((symbol) => bookChart(blocks, sample, symbol)),
      },
      {
        heading: "Where the profit came from",
        note: "Each block's change of value is split by what moved it; the parts sum to the P&L.",
        wide: true,
        charts: attributionCharts(summary),
      },
      { heading: "What hedging cost", charts: [costChart(blocks, sample)] },
      {
        heading: "Biggest hedges",
        note: "By value traded. Cost and risk removed are what the keeper expected when it decided; a hedge is mined one block later.",
        table: hedgeTable(biggestHedges(hedges, BIGGEST)),
      },
      { heading: "Last hedges", table: hedgeTable(hedges.slice(-LAST)) },
      { heading: "What was simulated", table: parametersTable(summary, meta) },
    ],
  };
}

function figures(summary: DemoSummary): NonNullable<Page["figures"]> {
  const { hedged, unhedged, cost, varianceReduction, days } = summary;
  const counted = days.filter(({ heldOptions }) => heldOptions).length;
  return [
    {
      label: "Variance removed",
      value: varianceReduction === undefined ? "–" : percentText(varianceReduction),
      detail: `Standard deviation ${numberText(hedged.dailyDeviation)} instead of ${numberText(unhedged.dailyDeviation)} USDC of daily P&L, ${counted} days with options`,
    },
    {
      label: "Hedging cost",
      value: `${numberText(cost.total)} USDC`,
      detail: `Pool fees ${numberText(cost.poolFees)}, slippage ${numberText(cost.slippage)}, options above mark ${numberText(cost.options)}, gas ${numberText(cost.gas)}; minus is a gain`,
    },
    {
      label: "P&L hedged",
      value: `${signedText(hedged.total)} USDC`,
      detail: `Largest drawdown ${numberText(hedged.maxDrawdown)} USDC, return on deposits after the keeper's gas ${percentText(summary.returnOnDeposits, 2)}`,
    },
    {
      label: "P&L unhedged",
      value: `${signedText(unhedged.total)} USDC`,
      detail: `Largest drawdown ${numberText(unhedged.maxDrawdown)} USDC`,
    },
    {
      label: "Hedges",
      value: `${numberText(summary.hedges + summary.takes)} in ${numberText(summary.blocks)} blocks`,
      detail: `${hedgeKinds(summary)}; ${numberText(cost.perHedge, 2)} USDC each; ${percentText(summary.insideRegion)} of blocks inside every no-trade region`,
    },
  ];
}

function parametersTable(summary: DemoSummary, meta: DemoMeta): NonNullable<Page["sections"][number]["table"]> {
  const rows: readonly (readonly [string, string])[] = [
    [
      "Simulated time",
      `${numberText(meta.days)} days, ${numberText(summary.blocks)} blocks, one every ${numberText(meta.block)} s`,
    ],
    ["Seed", `${meta.seed}`],
    ["Prices", meta.prices ?? "market model: stochastic volatility with jumps, both underlyings correlated"],
    ["Risk aversion", `${meta.riskAversion} per USDC`],
    ["Sold a week, calls and puts each", meta.programme],
    ["Deposit", `${numberText(meta.deposit)} USDC`],
    [
      "Equity at start and end",
      `${numberText(summary.equityStart)} and ${numberText(summary.equityEnd)} USDC, net paid in ${signedText(summary.flows)} USDC`,
    ],
    [
      "Blocks by what was done",
      `${numberText(summary.hedges + summary.takes)} hedges (${hedgeKinds(summary)}), ${numberText(summary.provisions)} collateral provisions, ${numberText(summary.holds)} holds, ${numberText(summary.refusals)} refusals`,
    ],
    ["Reverted transactions", `${numberText(summary.reverts)}`],
    ["Option sales", `${numberText(summary.fills)}, ${numberText(summary.attribution.spread)} USDC premium above the mark`],
    ["Spot traded by hedges", `${numberText(summary.turnover)} USDC`],
    ...summary.underlyings.map((each): readonly [string, string] => [
      `${each.symbol}: mean |delta error|`,
      `${sizeText(each.meanError)} units, ${sizeText(each.meanErrorUnhedged)} without hedges; inside the region ${percentText(each.insideRegion)} of blocks`,
    ]),
    ["Gas used", `${numberText(summary.gasUsed)} units`],
  ];
  return { columns: ["what", "value"], rows };
}
