import { type Comparison, comparePolicies } from "./comparePolicies.ts";
import { type RolledProgramme, rollCycles } from "./cycles.ts";
import { markCycles } from "./markCycles.ts";
import type { BacktestMarket, TradingTerms } from "./market.ts";
import { everySeconds, type PolicyMaker, unhedged } from "./policies.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

export type BacktestProblem = {
  readonly market: BacktestMarket;
  readonly programme: RolledProgramme;
  readonly terms: TradingTerms;
  /** Absolute, 1 / quote. */
  readonly riskAversion: number;
  /** The first one is the yardstick. */
  readonly policies: readonly PolicyMaker[];
  readonly seed: number;
  /** Told how many cycles of how many policies are done. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
};

export type BacktestResult = Comparison & {
  readonly from: number;
  readonly to: number;
  /** Cycles left out because the prices have a gap there. */
  readonly skipped: number;
  readonly runs: readonly PolicyRun[];
  readonly unhedged: PolicyRun;
};

/** Rolls the programme over the market under every policy. */
export function backtest({
  market,
  programme,
  terms,
  riskAversion,
  policies,
  seed,
  onProgress,
}: BacktestProblem): BacktestResult {
  const { cycles, skipped } = rollCycles(market, programme);
  const marked = markCycles(market, cycles);
  let before = 0;
  const of = cycles.length * (policies.length + 2);
  const run = (maker: PolicyMaker, on: TradingTerms) => {
    const result = runPolicy(market, marked, on, riskAversion, maker, (done) => onProgress?.(before + done, of));
    before += cycles.length;
    return result;
  };
  const free: TradingTerms = { ...terms, feeFraction: 0, depth: Number.POSITIVE_INFINITY, gasUnits: 0, latency: 0, carryRate: 0 };
  const frictionless = run(everySeconds("frictionless", 0), free);
  const open = run(unhedged, terms);
  const runs = policies.map((maker) => run(maker, terms));
  const [first, last] = [cycles[0], cycles.at(-1)];
  return {
    ...comparePolicies(runs, frictionless, open, riskAversion, seed),
    from: market.times[first?.first ?? 0] as number,
    to: market.times[last?.last ?? 0] as number,
    skipped,
    runs,
    unhedged: open,
  };
}
