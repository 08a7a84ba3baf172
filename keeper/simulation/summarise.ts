import { mean, sampleVariance, sum } from "simple-statistics";
import { drawdownOfPnl } from "../risk/drawdown.ts";
import type { BlockPnl } from "./accountBlock.ts";
import { hedgeErrors, isInside, planOf, verdictOf } from "./hedgeErrors.ts";
import type { DemoBlock } from "./runDemo.ts";

/** One UTC day of the demo, quote. */
type DemoDay = {
  /** Unix seconds of the day's midnight. */
  readonly start: number;
  readonly pnl: BlockPnl;
  readonly unhedged: number;
  /** Whether the book held options at any block of the day; only such days count for variances. */
  readonly heldOptions: boolean;
};

/** How widely one policy's daily P&L spreads and how deep it fell, quote. */
type Spread = { readonly total: number; readonly dailyDeviation: number; readonly maxDrawdown: number };

/** What hedging cost, quote, positive = paid; the parts sum to `total`. Slippage against the oracle may be a gain. */
type HedgingCost = {
  readonly total: number;
  readonly poolFees: number;
  readonly slippage: number;
  /** What options taken from dealers were dearer than their mark. */
  readonly options: number;
  readonly gas: number;
  /** Total over the number of hedges and takes; 0 without one. */
  readonly perHedge: number;
};

type UnderlyingSummary = {
  readonly symbol: string;
  /** Blocks that asked for a trade of it. */
  readonly hedges: number;
  /** Quote traded by hedges. */
  readonly turnover: number;
  /** Mean |hedge error| in units: as it was, and had no hedge been traded. */
  readonly meanError: number;
  readonly meanErrorUnhedged: number;
  /** Share of decided blocks whose hedge error lay inside the no-trade region. */
  readonly insideRegion: number;
};

/** What a run of the demo came to. Money in quote, fractions as 0.94 = 94 %. */
export type DemoSummary = {
  readonly blocks: number;
  /** Unix seconds of the first and the last block. */
  readonly from: number;
  readonly to: number;
  readonly days: readonly DemoDay[];
  /** 1 − var(hedged) / var(unhedged) of daily P&L; undefined when fewer than two days held options or nothing moved. */
  readonly varianceReduction: number | undefined;
  readonly hedged: Spread;
  readonly unhedged: Spread;
  /** Totals of every block's parts. */
  readonly attribution: BlockPnl;
  readonly cost: HedgingCost;
  /** Blocks by what was done, `hedges` in spot; the five sum to `blocks`. A refusal is a block without a decision, or a transaction that was not sent. */
  readonly hedges: number;
  /** Option quotes taken from dealers. */
  readonly takes: number;
  readonly provisions: number;
  readonly holds: number;
  readonly refusals: number;
  /** Transactions that were mined and reverted. */
  readonly reverts: number;
  readonly fills: number;
  readonly turnover: number;
  readonly gasUsed: number;
  /** Share of decided blocks at which every underlying lay inside its no-trade region. */
  readonly insideRegion: number;
  readonly underlyings: readonly UnderlyingSummary[];
  readonly equityStart: number;
  readonly equityEnd: number;
  /** Paid in less paid out over the run. */
  readonly flows: number;
  /** P&L, the keeper's gas taken off, over what was paid in: equity at the start and net flows. */
  readonly returnOnDeposits: number;
};

const DAY = 86_400;
const PARTS = [
  "delta",
  "gamma",
  "vega",
  "crossVol",
  "theta",
  "spread",
  "optionSpread",
  "fees",
  "slippage",
  "gas",
  "operations",
  "carry",
  "residual",
  "total",
] as const;

/** Sums up a run; days are UTC days of the block timestamps. A run without blocks is all zeros. */
export function summarise(blocks: readonly DemoBlock[]): DemoSummary {
  const days = daily(blocks);
  const counted = days.filter(({ heldOptions }) => heldOptions);
  const hedgedDaily = counted.map(({ pnl }) => pnl.total);
  const unhedgedDaily = counted.map(({ unhedged }) => unhedged);
  const attribution = sumPnl(blocks.map(({ account }) => account.pnl));
  const verdicts = blocks.map(verdictOf);
  const countOf = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  const hedges = countOf("hedge");
  const takes = countOf("take");
  const underlyings = summariseUnderlyings(blocks);
  const flows = sum(blocks.map(({ account }) => account.flow));
  const first = blocks[0];
  const last = blocks.at(-1);
  // Gas is the keeper's money: it lowers P&L and not the vault's equity.
  const equityStart =
    first === undefined
      ? 0
      : first.snapshot.equity -
        first.account.flow -
        first.account.pnl.total +
        first.account.pnl.gas +
        first.account.pnl.operations;
  const decided = blocks.filter(({ report }) => report.decision !== undefined);
  return {
    blocks: blocks.length,
    from: first?.snapshot.block.timestamp ?? 0,
    to: last?.snapshot.block.timestamp ?? 0,
    days,
    varianceReduction: reduction(hedgedDaily, unhedgedDaily),
    hedged: spreadOf(
      blocks.map(({ account }) => account.pnl.total),
      hedgedDaily,
    ),
    unhedged: spreadOf(
      blocks.map(({ account }) => account.unhedged),
      unhedgedDaily,
    ),
    attribution,
    cost: costOf(attribution, hedges + takes),
    hedges,
    takes,
    provisions: countOf("provision"),
    holds: countOf("hold"),
    refusals: countOf("refusal"),
    reverts: sum(blocks.map(({ report }) => report.events.filter(({ type }) => type === "failed").length)),
    fills: sum(blocks.map(({ account }) => account.fills)),
    turnover: sum(underlyings.map(({ turnover }) => turnover)),
    gasUsed: sum(blocks.map(({ gasUsed }) => Number(gasUsed))),
    insideRegion: share(decided, ({ report }) => report.decision?.plans.every(isInside) ?? false),
    underlyings,
    equityStart,
    equityEnd: last?.snapshot.equity ?? 0,
    flows,
    returnOnDeposits: equityStart + flows > 0 ? attribution.total / (equityStart + flows) : 0,
  };
}

/** Variance reduction over several runs at once: all their counted days pooled. */
export function pooledVarianceReduction(summaries: readonly DemoSummary[]): number | undefined {
  const counted = summaries.flatMap(({ days }) => days.filter(({ heldOptions }) => heldOptions));
  return reduction(
    counted.map(({ pnl }) => pnl.total),
    counted.map(({ unhedged }) => unhedged),
  );
}

function reduction(hedged: readonly number[], unhedged: readonly number[]): number | undefined {
  if (unhedged.length < 2) return undefined;
  const before = sampleVariance([...unhedged]);
  return before > 0 ? 1 - sampleVariance([...hedged]) / before : undefined;
}

function daily(blocks: readonly DemoBlock[]): readonly DemoDay[] {
  const byDay = Map.groupBy(blocks, ({ snapshot }) => Math.floor(snapshot.block.timestamp / DAY) * DAY);
  return [...byDay].map(([start, ofDay]) => ({
    start,
    pnl: sumPnl(ofDay.map(({ account }) => account.pnl)),
    unhedged: sum(ofDay.map(({ account }) => account.unhedged)),
    heldOptions: ofDay.some(({ snapshot }) => snapshot.underlyings.some(({ legs }) => legs.some(({ size }) => size !== 0))),
  }));
}

function sumPnl(parts: readonly BlockPnl[]): BlockPnl {
  const total = (part: (typeof PARTS)[number]) => sum(parts.map((each) => each[part]));
  return Object.fromEntries(PARTS.map((part) => [part, total(part)])) as Record<(typeof PARTS)[number], number>;
}

function costOf({ fees, slippage, optionSpread, gas }: BlockPnl, hedges: number): HedgingCost {
  const total = 0 - (fees + slippage + optionSpread + gas);
  return {
    total,
    poolFees: 0 - fees,
    slippage: 0 - slippage,
    options: 0 - optionSpread,
    gas: 0 - gas,
    perHedge: hedges === 0 ? 0 : total / hedges,
  };
}

function spreadOf(perBlock: readonly number[], perDay: readonly number[]): Spread {
  return {
    total: sum([...perBlock]),
    dailyDeviation: perDay.length < 2 ? 0 : Math.sqrt(sampleVariance([...perDay])),
    maxDrawdown: drawdownOfPnl(perBlock),
  };
}

function summariseUnderlyings(blocks: readonly DemoBlock[]): readonly UnderlyingSummary[] {
  return (blocks[0]?.snapshot.underlyings ?? []).map(({ symbol }) => {
    const looks = hedgeErrors(blocks, symbol).filter((each) => each !== undefined);
    const turnovers = blocks.map(({ snapshot, account }) => {
      const price = snapshot.underlyings.find((each) => each.symbol === symbol)?.price ?? 0;
      return Math.abs(account.traded.get(symbol) ?? 0) * price;
    });
    return {
      symbol,
      hedges: blocks.filter((block) => verdictOf(block) === "hedge" && planOf(block, symbol)?.verdict === "hedge").length,
      turnover: sum(turnovers),
      meanError: average(looks.map(({ hedgeError }) => Math.abs(hedgeError))),
      meanErrorUnhedged: average(looks.map(({ withoutHedges }) => Math.abs(withoutHedges))),
      insideRegion: share(looks, ({ inside }) => inside),
    };
  });
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : mean([...values]);
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(holds).length / all.length;
}
