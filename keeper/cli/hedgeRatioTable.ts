import type { Basis } from "../hedging/ratio/basis.ts";
import type { RatioComparison, RefusedRatio } from "../hedging/ratio/compareRatios.ts";
import type { Moments } from "../hedging/ratio/moments.ts";
import type { MomentsRatio } from "../hedging/ratio/ratioFromMoments.ts";
import type { WholeContracts } from "../hedging/ratio/wholeContracts.ts";
import { alignedTable } from "./alignedTable.ts";
import type { HedgeFile } from "./readHedgeFile.ts";

/** What the file held. */
export type HedgeSummary = Omit<HedgeFile, "levels" | "lines"> & {
  readonly file: string;
  readonly rows: number;
  readonly moves: number;
  readonly returns: string;
  readonly split: number;
  readonly outliers: readonly { readonly line: number; readonly side: string; readonly deviations: number }[];
  readonly outliersDropped: boolean;
  readonly moments: Moments;
  readonly basis: Basis;
  readonly valueRatio: number | undefined;
};

/** How many rows a notice names. */
const NAMED = 5;

/** Ratios side by side as plain text, with what was left out of the file and what to beware of. */
export function hedgeRatioTable(summary: HedgeSummary, estimates: readonly (RatioComparison | RefusedRatio)[]): string {
  const { file, rows, moves, returns, moments, basis, valueRatio, split } = summary;
  const head = [
    `${file}: ${rows} rows, ${moves} ${returns === "level" ? "pairs as they stand" : `${returns} moves`}. h* = units of future sold per unit of spot${returns === "log" || returns === "simple" ? ", by value" : ""}; a full hedge is H = -1.`,
    `Correlation ${moments.correlation.toFixed(4)}. Basis (spot - future): mean ${figure(basis.mean)}, sd ${figure(basis.deviation)}, last ${figure(basis.last)}, variance of its moves ${figure(basis.moveVariance)}.${valueRatio === undefined ? "" : ` Value ratio S/F ${valueRatio.toFixed(4)}.`}`,
    ...notices(summary),
  ];
  const fitted = estimates.filter((each) => "ratio" in each);
  const table = alignedTable(
    ["method", "h*", "std error", "in sample", `last ${Math.round(100 * (1 - split))} %`, "verdict"],
    fitted.map((each) => [
      each.method,
      each.ratio.toFixed(4),
      each.standardError === undefined ? "-" : figure(each.standardError),
      percent(each.inSample),
      percent(each.outOfSample),
      each.verdict ?? "-",
    ]),
    1,
  );
  return `${head.join("\n")}\n\n${table}\n${tests(fitted)}${warnings(estimates)}`;
}

/** A ratio from stated moments as plain text. */
export function momentsText({ ratio, correlation, effectiveness, residualDeviation, warnings }: MomentsRatio): string {
  const line = `h* = ${ratio.toFixed(4)}, correlation ${correlation.toFixed(4)}, effectiveness ${percent(effectiveness)}, hedged standard deviation ${figure(residualDeviation)}.`;
  return `${[line, ...warnings.map((warning) => `Warning: ${warning}.`)].join("\n")}\n`;
}

/** What whole contracts make of the hedge, as plain text. */
export function contractsText(contracts: WholeContracts, ratioName: string): string {
  const tiers = [contracts, ...(contracts.smaller === undefined ? [] : [contracts.smaller])];
  const rows = tiers.flatMap(({ contractSize, choices }) =>
    choices.map(({ rounding, contracts: count, residual, residualShare }) => [
      figure(contractSize),
      rounding,
      String(count),
      figure(count * contractSize),
      residual === 0 ? "exact" : `${figure(Math.abs(residual))} ${residual < 0 ? "unhedged" : "over-hedged"}`,
      percent(Math.abs(residualShare)),
    ]),
  );
  const table = alignedTable(["contract", "rounding", "contracts", "units", "residual", "of hedge"], rows);
  const head = `Units to sell: exposure x ${ratioName} = ${figure(contracts.wanted)}, ${figure(contracts.exact)} contracts of ${figure(contracts.contractSize)}.`;
  const proposal =
    contracts.smaller === undefined ? "" : `Proposed: the ${figure(contracts.smaller.contractSize)}-unit contract.\n`;
  return `\n${head}\n${table}\n${contracts.warnings.map((warning) => `Warning: ${warning}.\n`).join("")}${proposal}`;
}

function notices(summary: HedgeSummary): string[] {
  const { rolls, turned, sorted, repeats, conflicts, badRows, outliers, outliersDropped } = summary;
  const lines: string[] = [];
  if (turned) lines.push("The newest row came first: read from the end.");
  if (sorted) lines.push("The rows were out of order: sorted by time.");
  if (repeats.length > 0) lines.push(`${repeats.length} rows that repeat another left out: ${namedLines(repeats)}.`);
  if (conflicts.length > 0) {
    lines.push(
      `Warning: ${conflicts.length} rows tell other prices of a time that was told already, kept: ${namedLines(conflicts)}. Name the contract's column with --roll, or that of the full time with --date.`,
    );
  }
  if (rolls > 0) lines.push(`${rolls} rolls: no move taken across them.`);
  if (badRows.length > 0) {
    lines.push(`${badRows.length} bad rows left out: ${named(badRows.map(({ line, reason }) => `line ${line} (${reason})`))}.`);
  }
  if (outliers.length > 0) {
    const found = named(
      outliers.map(({ line, side, deviations }) => `line ${line} (${side}, ${deviations.toFixed(0)} robust deviations)`),
    );
    lines.push(
      `${outliers.length} outliers ${outliersDropped ? "left out" : "kept; --drop-outliers leaves them out"}: ${found}.`,
    );
  }
  return lines;
}

function named(all: readonly string[]): string {
  return `${all.slice(0, NAMED).join(", ")}${all.length > NAMED ? ` and ${all.length - NAMED} more` : ""}`;
}

function namedLines(lines: readonly number[]): string {
  return named(lines.map((line) => `line ${line}`));
}

function tests(fitted: readonly RatioComparison[]): string {
  const parameters = fitted.find(({ method }) => method === "vecm")?.parameters;
  if (parameters === undefined) return "";
  const { test, statistic, criticalValue, engleGrangerStatistic, engleGrangerCriticalValue } = parameters;
  return `\nCointegration: ${test}: ${figure(Number(statistic))} against ${figure(Number(criticalValue))}; Engle-Granger: ${figure(Number(engleGrangerStatistic))} against ${figure(Number(engleGrangerCriticalValue))}.\n`;
}

/** Each warning once, with the methods it is about. */
function warnings(estimates: readonly (RatioComparison | RefusedRatio)[]): string {
  const methods = new Map<string, string[]>();
  for (const each of estimates) {
    const said = "refused" in each ? [`left out: ${each.refused}`] : each.warnings;
    for (const text of said) methods.set(text, [...(methods.get(text) ?? []), each.method]);
  }
  return [...methods]
    .map(([text, names]) => `Warning, ${names.length === estimates.length ? "all" : names.join(", ")}: ${text}.\n`)
    .join("");
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? "-" : `${(100 * fraction).toFixed(1)} %`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(5)));
}
