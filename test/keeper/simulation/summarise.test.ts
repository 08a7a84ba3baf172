import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NoTradeRegion } from "../../../keeper/hedging/noTradeRegion.ts";
import type { DemoBlock } from "../../../keeper/simulation/runDemo.ts";
import { pooledVarianceReduction, summarise } from "../../../keeper/simulation/summarise.ts";
import { noPnl, sentTransaction, snapshotAt, syntheticDemo, underlyingAt } from "./syntheticDemo.ts";

const DAY = 86_400;
const MIDNIGHT = Date.UTC(2026, 0, 5) / 1000;
const leg = { type: "call", strike: 100, expiry: MIDNIGHT + 9 * DAY, size: -1 } as const;
const region: NoTradeRegion = { lower: -1, targetLower: -0.5, targetUpper: 0.5, upper: 1 };

type Given = {
  at: number;
  pnl?: Partial<typeof noPnl>;
  unhedged?: number;
  flow?: number;
  equity?: number;
  legs?: boolean;
  hedgeError?: number;
  traded?: number;
};

function block({ at, pnl = {}, unhedged = 0, flow = 0, equity = 0, legs = true, hedgeError = 0, traded = 0 }: Given): DemoBlock {
  const outside = Math.abs(hedgeError) > 1;
  const plan = {
    underlying: "WETH",
    verdict: outside ? "hedge" : "hold",
    hedgeError,
    belief: "sticky-strike",
    region,
    trade: 0,
    cost: 0,
    saves: 0,
    reason: "",
  } as const;
  const decision = {
    verdict: plan.verdict,
    plans: [plan],
    greeks: new Map(),
    actions: [],
    routes: [],
    healthAfter: 2,
    reason: "",
  };
  return {
    index: 1,
    of: 1,
    snapshot: snapshotAt(at, equity, [underlyingAt("WETH", 200, legs ? [leg] : [])]),
    report: {
      decision,
      submission: outside ? { status: "sent", transaction: sentTransaction } : undefined,
      events: [],
      problem: undefined,
    },
    account: {
      pnl: { ...noPnl, ...pnl },
      unhedged,
      traded: new Map(traded === 0 ? [] : [["WETH", traded]]),
      taken: new Map(),
      optionDelta: new Map(),
      delivered: new Map(),
      fills: 0,
      flow,
    },
    gasUsed: 100n,
  };
}

describe("summarise", () => {
  it("compares the variances of daily P&L: {1, 3} against {−10, 10} leaves 2 of 200", () => {
    const summary = summarise([
      block({ at: MIDNIGHT + 1, pnl: { total: 4 }, unhedged: -4 }),
      block({ at: MIDNIGHT + DAY - 1, pnl: { total: -3 }, unhedged: -6 }),
      block({ at: MIDNIGHT + DAY, pnl: { total: 3 }, unhedged: 10 }),
    ]);
    expect(summary.days.map(({ start }) => start)).toEqual([MIDNIGHT, MIDNIGHT + DAY]);
    expect(summary.varianceReduction).toBeCloseTo(0.99, 12);
    expect(summary.hedged.dailyDeviation).toBeCloseTo(Math.SQRT2, 12);
    expect(summary.unhedged.dailyDeviation).toBeCloseTo(Math.sqrt(200), 12);
  });

  it("leaves days without options out of the variance and in the totals", () => {
    const held = [
      block({ at: MIDNIGHT, pnl: { total: 1 }, unhedged: -10 }),
      block({ at: MIDNIGHT + DAY, pnl: { total: 3 }, unhedged: 10 }),
    ];
    const idle = block({ at: MIDNIGHT + 2 * DAY, pnl: { total: 50 }, unhedged: 50, legs: false });
    const summary = summarise([...held, idle]);
    expect(summary.varianceReduction).toBeCloseTo(0.99, 12);
    expect(summary.hedged.total).toBe(54);
  });

  it("knows no variance reduction from a single day", () => {
    expect(summarise([block({ at: MIDNIGHT, unhedged: 5 })]).varianceReduction).toBeUndefined();
    expect(summarise([]).varianceReduction).toBeUndefined();
  });

  it("measures drawdown from the highest level reached, the start included", () => {
    const path = (totals: readonly number[]) =>
      summarise(totals.map((total, i) => block({ at: MIDNIGHT + i, pnl: { total } }))).hedged.maxDrawdown;
    expect(path([5, -3, 4, -8, 1])).toBe(8);
    expect(path([-2, 1])).toBe(2);
    expect(path([1, 2])).toBe(0);
  });

  it("adds up what hedging cost, a slippage gain lowering it", () => {
    const summary = summarise([
      block({ at: MIDNIGHT, hedgeError: 2 }),
      block({
        at: MIDNIGHT + 1,
        hedgeError: -2,
        traded: -1.5,
        pnl: { fees: -10, slippage: 4, optionSpread: -2, gas: -3, operations: -1, total: -12 },
      }),
      block({ at: MIDNIGHT + 2, traded: 1 }),
    ]);
    expect(summary.cost).toEqual({ total: 11, poolFees: 10, slippage: -4, options: 2, gas: 3, perHedge: 5.5 });
    expect(summary).toMatchObject({ hedges: 2, holds: 1, turnover: 500, gasUsed: 300 });
  });

  it("takes the hedges out of the error to say what it would have been", () => {
    const summary = summarise([
      block({ at: MIDNIGHT, hedgeError: 2 }),
      block({ at: MIDNIGHT + 1, hedgeError: 0.5, traded: -1.5 }),
      block({ at: MIDNIGHT + 2, hedgeError: 1 }),
    ]);
    expect(summary.underlyings).toEqual([
      { symbol: "WETH", hedges: 1, turnover: 300, meanError: 3.5 / 3, meanErrorUnhedged: 6.5 / 3, insideRegion: 2 / 3 },
    ]);
    expect(summary.insideRegion).toBeCloseTo(2 / 3, 12);
  });

  it("counts a block without a decision and a transaction that was not sent as refusals", () => {
    const undecided = {
      ...block({ at: MIDNIGHT }),
      report: { decision: undefined, submission: undefined, events: [], problem: "no smile" },
    };
    const hedge = block({ at: MIDNIGHT + 1, hedgeError: 2 });
    const refused = {
      ...hedge,
      report: { ...hedge.report, submission: { status: "refused", reason: "the hedge reverts" } as const },
    };
    expect(summarise([undecided, refused, hedge])).toMatchObject({ refusals: 2, hedges: 1, holds: 0 });
  });

  it("separates what was earned from what was paid in", () => {
    const summary = summarise([
      block({ at: MIDNIGHT, equity: 1005, flow: 1000, pnl: { gas: -1, total: 4 } }),
      block({ at: MIDNIGHT + 1, equity: 915, flow: -100, pnl: { total: 10 } }),
    ]);
    expect(summary).toMatchObject({ equityStart: 0, equityEnd: 915, flows: 900 });
    expect(summary.returnOnDeposits).toBeCloseTo(14 / 900, 12);
  });
});

describe("a whole run", () => {
  const blocks = syntheticDemo({ days: 9 });
  const summary = summarise(blocks);

  it("has parts that sum to the P&L, days that sum to the run and verdicts that sum to the blocks", () => {
    const { total, ...parts } = summary.attribution;
    const scale = Object.values(parts).reduce((sum, part) => sum + Math.abs(part), 0);
    expect(Math.abs(Object.values(parts).reduce((sum, part) => sum + part, 0) - total)).toBeLessThan(1e-9 * scale);
    expect(summary.days.reduce((sum, { pnl }) => sum + pnl.total, 0)).toBeCloseTo(summary.hedged.total, 6);
    expect(summary.days.reduce((sum, { unhedged }) => sum + unhedged, 0)).toBeCloseTo(summary.unhedged.total, 6);
    expect(summary.hedges + summary.provisions + summary.holds + summary.refusals).toBe(blocks.length);
    const { total: cost, poolFees, slippage, gas } = summary.cost;
    expect(poolFees + slippage + gas).toBeCloseTo(cost, 9);
    // Gas is the keeper's money and not the vault's.
    expect(summary.equityEnd - summary.equityStart - summary.flows).toBeCloseTo(total + gas, 6);
  });

  it("finds no difference between hedged and unhedged when nothing was hedged", () => {
    const idle = summarise(syntheticDemo({ days: 4, hedging: false }));
    expect(idle).toMatchObject({ hedges: 0, turnover: 0 });
    expect(idle.hedged).toEqual(idle.unhedged);
    expect(idle.varianceReduction).toBe(0);
    for (const { meanError, meanErrorUnhedged } of idle.underlyings) expect(meanError).toBe(meanErrorUnhedged);
  });

  it("finds less variance and a smaller error when the real plan hedges", () => {
    expect(summary.varianceReduction).toBeGreaterThan(0.5);
    for (const { meanError, meanErrorUnhedged } of summary.underlyings) expect(meanError).toBeLessThan(meanErrorUnhedged);
  });
});

describe("pooledVarianceReduction", () => {
  const days = fc.array(
    fc.record({ hedged: fc.integer({ min: -1000, max: 1000 }), unhedged: fc.integer({ min: -1000, max: 1000 }) }),
    { minLength: 4, maxLength: 12 },
  );
  const run = (given: readonly { hedged: number; unhedged: number }[]) =>
    summarise(given.map(({ hedged, unhedged }, i) => block({ at: MIDNIGHT + i * DAY, pnl: { total: hedged }, unhedged })));

  it("is that of one run with all the days, however they are dealt out to the runs", () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 3 }), (given, cut) => {
        const pooled = pooledVarianceReduction([run(given.slice(0, cut)), run(given.slice(cut))]);
        expect(pooled).toBe(run(given).varianceReduction);
      }),
      { numRuns: 50 },
    );
  });
});
