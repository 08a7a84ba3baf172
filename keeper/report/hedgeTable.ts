import { MICRO, unpackSeries } from "../chain/seriesId.ts";
import type { Take } from "../service/decideTake.ts";
import { verdictOf } from "../simulation/hedgeErrors.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";
import { numberText, signedText, timeText } from "./numberText.ts";
import type { PageTable } from "./page.ts";

/** One underlying's trade in one hedge, of spot or of a dealer's option. */
export type Hedge = {
  /** Unix seconds of the block it was decided at, and that block's position in the run. */
  readonly at: number;
  readonly position: number;
  readonly underlying: string;
  /** What and how much. */
  readonly traded: string;
  /** Value traded, quote. */
  readonly notional: number;
  readonly errorBefore: number;
  /** Hedge error at the next decided block, units; undefined at the end of the run. */
  readonly errorAfter: number | undefined;
  readonly cost: number;
  readonly saves: number;
  readonly reason: string;
};

/** Every hedge that was sent, in order of time. */
export function hedgesOf(blocks: readonly DemoBlock[]): readonly Hedge[] {
  return blocks.flatMap((block, position) => {
    const verdict = verdictOf(block);
    const { snapshot, report } = block;
    const { plans = [], take, reason: why = "" } = report.decision ?? {};
    const next = blocks[position + 1]?.report.decision?.plans;
    const at = snapshot.block.timestamp;
    const priceOf = (wanted: string) => snapshot.underlyings.find(({ symbol }) => symbol === wanted)?.price ?? 0;
    const errorIn = (of: typeof next, wanted: string) => of?.find(({ underlying }) => underlying === wanted)?.hedgeError;
    if (verdict === "take" && take !== undefined) {
      const { underlying, cost, saves } = take;
      const errors = { errorBefore: errorIn(plans, underlying) ?? 0, errorAfter: errorIn(next, underlying) };
      const notional = (Number(take.size) / MICRO) * priceOf(underlying);
      const reason = why.replace(`${underlying} `, "");
      return [{ at, position, underlying, traded: takeText(take), notional, ...errors, cost, saves, reason }];
    }
    if (verdict !== "hedge") return [];
    return plans.flatMap(({ underlying, trade, hedgeError: errorBefore, cost, saves, reason, verdict: own }): Hedge[] => {
      if (own !== "hedge") return [];
      const notional = Math.abs(trade) * priceOf(underlying);
      const errorAfter = errorIn(next, underlying);
      const figures = { notional, errorBefore, errorAfter, cost, saves };
      return [{ at, position, underlying, traded: signedText(trade, 3), ...figures, reason }];
    });
  });
}

function takeText({ quote, size }: Take): string {
  const { type, strike } = unpackSeries(quote.series);
  return `${signedText((quote.makerSells ? 1 : -1) * (Number(size) / MICRO), 2)} × ${type} ${numberText(strike)}`;
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
    rows: hedges.map(({ at, underlying, traded, notional, errorBefore, errorAfter, cost, saves, reason }) => [
      timeText(at),
      underlying,
      traded,
      numberText(notional),
      signedText(errorBefore, 3),
      errorAfter === undefined ? "" : signedText(errorAfter, 3),
      numberText(cost, 2),
      numberText(saves, 2),
      reason,
    ]),
  };
}
