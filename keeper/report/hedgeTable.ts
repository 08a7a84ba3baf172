import type { HedgePlan } from "../hedging/planHedge.ts";
import { verdictOf } from "../simulation/hedgeErrors.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";
import { numberText, signedText, timeText } from "./numberText.ts";
import type { PageTable } from "./page.ts";

/** One underlying's trade in one hedge. */
export type Hedge = {
  /** Unix seconds of the block it was decided at, and that block's position in the run. */
  readonly at: number;
  readonly position: number;
  readonly plan: HedgePlan;
  /** Value traded, quote. */
  readonly notional: number;
  /** Hedge error at the next decided block, units; undefined at the end of the run. */
  readonly errorAfter: number | undefined;
};

/** Every hedge that was sent, in order of time. */
export function hedgesOf(blocks: readonly DemoBlock[]): readonly Hedge[] {
  return blocks.flatMap((block, position) => {
    if (verdictOf(block) !== "hedge") return [];
    const { snapshot, report } = block;
    const next = blocks[position + 1]?.report.decision?.plans;
    return (report.decision?.plans ?? [])
      .filter(({ verdict }) => verdict === "hedge")
      .map((plan): Hedge => {
        const price = snapshot.underlyings.find(({ symbol }) => symbol === plan.underlying)?.price ?? 0;
        const errorAfter = next?.find(({ underlying }) => underlying === plan.underlying)?.hedgeError;
        return { at: snapshot.block.timestamp, position, plan, notional: Math.abs(plan.trade) * price, errorAfter };
      });
  });
}

/** The `count` hedges that traded most, the biggest first. */
export function biggestHedges(hedges: readonly Hedge[], count: number): readonly Hedge[] {
  return hedges.toSorted((a, b) => b.notional - a.notional).slice(0, count);
}

export function hedgeTable(hedges: readonly Hedge[]): PageTable {
  return {
    columns: [
      "time, UTC",
      "underlying",
      "traded, units",
      "value, USDC",
      "error before",
      "after",
      "cost, USDC",
      "risk removed, USDC",
      "why",
    ],
    rows: hedges.map(({ at, plan, notional, errorAfter }) => [
      timeText(at),
      plan.underlying,
      signedText(plan.trade, 3),
      numberText(notional),
      signedText(plan.hedgeError, 3),
      errorAfter === undefined ? "" : signedText(errorAfter, 3),
      numberText(plan.cost, 2),
      numberText(plan.saves, 2),
      plan.reason,
    ]),
  };
}
