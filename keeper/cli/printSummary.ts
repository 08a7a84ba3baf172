import { headline, hedgeKinds, PART_NAMES } from "../report/demoWords.ts";
import { numberText, percentText, signedText, sizeText, timeText } from "../report/numberText.ts";
import type { DemoSummary } from "../simulation/summarise.ts";

/**
 * Writes what a demo came to: the variance removed first, then costs, attribution and where the report is.
 * @param reportPath where the HTML report was written
 */
export function printSummary(summary: DemoSummary, reportPath: string, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${summaryText(summary)}\n\nReport: ${reportPath} (opens offline in a browser)\n`);
}

/** The summary as plain text of at most 100 columns. */
function summaryText(summary: DemoSummary): string {
  const { hedged, unhedged, cost, attribution, days, underlyings } = summary;
  const counted = days.filter(({ heldOptions }) => heldOptions).length;
  const { total, ...parts } = attribution;
  return [
    "",
    headline(summary),
    `Standard deviation a day ${numberText(hedged.dailyDeviation)} USDC instead of ${numberText(unhedged.dailyDeviation)}, over ${counted} days with options.`,
    "",
    row("", "hedged", "unhedged"),
    row("P&L, USDC", signedText(hedged.total), signedText(unhedged.total)),
    row("Largest drawdown, USDC", numberText(hedged.maxDrawdown), numberText(unhedged.maxDrawdown)),
    ...underlyings.map(({ symbol, meanError, meanErrorUnhedged }) =>
      row(`Mean |delta error|, ${symbol}`, sizeText(meanError), sizeText(meanErrorUnhedged)),
    ),
    "",
    `${paid(cost.total)}: ${cost.perHedge < 0 ? "a gain of " : ""}${numberText(Math.abs(cost.perHedge), 2)} a hedge, ${numberText(summary.hedges + summary.takes)} hedges (${hedgeKinds(summary)})`,
    ...[
      ["Pool fees", cost.poolFees],
      ["Slippage against the oracle", cost.slippage],
      ["Options above their mark", cost.options],
      ["Gas", cost.gas],
    ].map(([name, value]) => row(`  ${name}`, costText(Number(value)))),
    "",
    "Where the P&L came from, USDC",
    ...Object.entries(parts).map(([name, value]) => row(`  ${PART_NAMES[name as keyof typeof parts]}`, signedText(value))),
    row("  Total", signedText(total)),
    "",
    `${timeText(summary.from)} to ${timeText(summary.to)} UTC, ${numberText(summary.blocks)} blocks: ${numberText(summary.hedges + summary.takes)} hedges, ${numberText(summary.provisions)} provisions,`,
    `${numberText(summary.holds)} holds, ${numberText(summary.refusals)} refusals, ${numberText(summary.reverts)} reverts. ${percentText(summary.insideRegion)} of blocks inside every no-trade region. ${numberText(summary.fills)} option sales,`,
    `${numberText(summary.turnover)} USDC of spot traded, ${numberText(summary.gasUsed)} gas.`,
    `Equity ${numberText(summary.equityStart)} to ${numberText(summary.equityEnd)} USDC with ${signedText(summary.flows)} paid in; return after the keeper's gas ${percentText(summary.returnOnDeposits, 2)}.`,
  ].join("\n");
}

function paid(cost: number): string {
  return cost >= 0 ? `Hedging cost ${numberText(cost)} USDC` : `Hedging earned ${numberText(-cost)} USDC`;
}

function costText(value: number): string {
  return value < 0 ? `${numberText(-value)} gained` : numberText(value);
}

function row(name: string, ...values: readonly string[]): string {
  return `${name.padEnd(32)}${values.map((value) => value.padStart(14)).join("")}`;
}
