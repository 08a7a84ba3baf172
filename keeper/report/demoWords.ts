import type { DemoSummary } from "../simulation/summarise.ts";
import { numberText, percentText } from "./numberText.ts";

/** Names of the P&L parts as people read them. */
export const PART_NAMES = {
  delta: "Delta left unhedged",
  gamma: "Gamma",
  vega: "Vega",
  crossVol: "Vanna and volga",
  theta: "Theta (time)",
  spread: "Premium above the mark",
  optionSpread: "Option hedges above mark",
  fees: "Pool fees",
  slippage: "Slippage",
  gas: "Gas of hedges",
  operations: "Gas of operations",
  carry: "Carry (interest)",
  residual: "Residual",
} as const;

/** The one sentence the demo is about. */
export function headline({ varianceReduction, hedges, takes }: DemoSummary): string {
  if (hedges + takes === 0) return "Nothing was hedged: the no-trade region was never left.";
  if (varianceReduction === undefined) return "Too few days with options to compare variances: run more days.";
  return varianceReduction >= 0
    ? `Hedging removed ${percentText(varianceReduction)} of the variance of daily P&L.`
    : `Hedging added ${percentText(-varianceReduction)} to the variance of daily P&L.`;
}

/** Hedges by what was traded: "14 in spot, 6 in options". */
export function hedgeKinds({ hedges, takes }: DemoSummary): string {
  return `${numberText(hedges)} in spot, ${numberText(takes)} in options`;
}
