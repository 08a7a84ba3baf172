import { mean } from "simple-statistics";
import { YEAR_SECONDS } from "../../risk/book.ts";
import { drawdownOfPnl } from "../../risk/drawdown.ts";
import { createBaseFee } from "../market/baseFee.ts";
import { type ModelName, modelPath } from "../models/modelPath.ts";
import { createRandom } from "../random.ts";
import { blockBootstrap, type Interval } from "./blockBootstrap.ts";
import { type Comparison, comparePolicies } from "./comparePolicies.ts";
import { rollCycles, STRUCTURES } from "./cycles.ts";
import { markCycles } from "./markCycles.ts";
import type { BacktestMarket, TradingTerms } from "./market.ts";
import { everySeconds, type PolicyMaker, unhedged } from "./policies.ts";
import { type PolicyRun, runPolicy } from "./runPolicy.ts";

export type SimulationProblem = {
  readonly model: ModelName;
  readonly volOfVol?: number | undefined;
  readonly paths: number;
  readonly days: number;
  readonly blockSeconds: number;
  /** Options of each leg written a week, by underlying. */
  readonly sizes: ReadonlyMap<"WETH" | "WBTC", number>;
  readonly terms: Omit<TradingTerms, "etherPrice">;
  readonly riskAversion: number;
  /** The first one is the yardstick. */
  readonly policies: readonly PolicyMaker[];
  readonly seed: number;
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
};

export type SimulationResult = Comparison & {
  /** 1 − var / var(unhedged) of daily P&L pooled over all paths, 0 where nothing varies, 95 % interval over two paths or more, by policy. */
  readonly varianceReduction: Readonly<Record<string, Interval>>;
};

/** Friday 08:00 UTC, when a cycle begins. */
const START = Date.UTC(2026, 0, 2, 8) / 1000;
const PRICES = { WETH: 3000, WBTC: 90_000 };

/** Weekly straddles over many paths of a model: the same decisions as live, trades at the pool's cost, both underlyings in one P&L. */
export function simulatePaths(problem: SimulationProblem): SimulationResult {
  const { paths, policies, riskAversion, seed, onProgress } = problem;
  const makers = [everySeconds("frictionless", 0), unhedged, ...policies];
  const perPath = Array.from({ length: paths }, (_, path) => {
    const runs = runPath(problem, makers, path);
    onProgress?.(path + 1, paths);
    return runs;
  });
  const pooled = makers.map((_, index) => concatenate(perPath.map((runs) => runs[index] as PolicyRun)));
  const [frictionless, open, ...runs] = pooled as [PolicyRun, PolicyRun, ...PolicyRun[]];
  const moments = (index: number) => perPath.map((each) => momentsOf((each[index] as PolicyRun).dailyPnl));
  const openMoments = moments(1);
  const varianceReduction = Object.fromEntries(
    policies.map(({ name }, index) => {
      const own = moments(index + 2);
      const statistic = (sample: Int32Array) => {
        const openVariance = pooledVariance(openMoments, sample);
        return openVariance === 0 ? 0 : 1 - pooledVariance(own, sample) / openVariance;
      };
      return [name, blockBootstrap(paths, 1, statistic, createRandom(seed, `paths/${name}`))];
    }),
  );
  const comparison = comparePolicies(runs, frictionless, open, riskAversion, seed);
  const figures = comparison.policies.map((each, index) => ({
    ...each,
    maxDrawdown: mean(perPath.map((run) => drawdownOfPnl((run[index + 2] as PolicyRun).dailyPnl))),
  }));
  return { ...comparison, policies: figures, varianceReduction };
}

/** Every policy on one path, the underlyings added up. */
function runPath(problem: SimulationProblem, makers: readonly PolicyMaker[], path: number): PolicyRun[] {
  const { terms, riskAversion, sizes } = problem;
  const free: TradingTerms = { ...terms, feeFraction: 0, depth: Number.POSITIVE_INFINITY, gasUnits: 0, latency: 0, carryRate: 0 };
  const markets = marketsOf(problem, path);
  const perUnderlying = [...sizes].map(([symbol, size]) => {
    const market = markets[symbol];
    const first = market.prices[0] as number;
    const programme = { legs: STRUCTURES.straddle, every: "week", notional: size * first } as const;
    const marked = markCycles(market, rollCycles(market, programme).cycles);
    return makers.map((maker, index) =>
      runPolicy(market, marked, index === 0 ? free : { ...terms, etherPrice: markets.WETH.prices[0] }, riskAversion, maker),
    );
  });
  return makers.map((_, index) => perUnderlying.map((runs) => runs[index] as PolicyRun).reduce(add));
}

function marketsOf({ model, volOfVol, days, blockSeconds, seed }: SimulationProblem, path: number) {
  const source = modelPath(model, { timestamp: START, prices: PRICES }, seed * 1_000_003 + path, volOfVol);
  const baseFee = createBaseFee(createRandom(seed, `gas/${path}`), blockSeconds);
  const rows = Math.floor((days * 86_400) / blockSeconds) + 1;
  const times = Float64Array.from({ length: rows }, (_, row) => START + row * blockSeconds);
  const gasWei = new Float64Array(rows);
  const empty = () => ({ prices: new Float64Array(rows), vol: new Float64Array(rows) });
  const columns = { WETH: empty(), WBTC: empty() };
  const week = 7 * 86_400;
  for (let row = 0; row < rows; row += 1) {
    const time = times[row] as number;
    const prices = source.next(time);
    gasWei[row] = Number(baseFee());
    const yearsLeft = (week - ((time - START) % week)) / YEAR_SECONDS;
    for (const symbol of ["WETH", "WBTC"] as const) {
      columns[symbol].prices[row] = prices[symbol] as number;
      columns[symbol].vol[row] = source.fairVol(symbol, yearsLeft);
    }
  }
  const market = (symbol: "WETH" | "WBTC"): BacktestMarket => {
    const { prices, vol } = columns[symbol];
    return { times, prices, gasWei, impliedVol: vol, forecastVol: vol };
  };
  return { WETH: market("WETH"), WBTC: market("WBTC") };
}

function add(one: PolicyRun, other: PolicyRun): PolicyRun {
  return {
    ...one,
    cyclePnl: one.cyclePnl.map((pnl, index) => pnl + (other.cyclePnl[index] ?? 0)),
    dailyPnl: one.dailyPnl.map((pnl, index) => pnl + (other.dailyPnl[index] ?? 0)),
    costs: addCosts(one.costs, other.costs),
    trades: one.trades + other.trades,
    turnover: one.turnover + other.turnover,
  };
}

function concatenate(runs: readonly PolicyRun[]): PolicyRun {
  const costs = runs.map((run) => run.costs).reduce(addCosts);
  return {
    name: runs[0]?.name ?? "",
    cyclePnl: Float64Array.from(runs.flatMap(({ cyclePnl }) => Array.from(cyclePnl))),
    dailyPnl: runs.flatMap(({ dailyPnl }) => dailyPnl),
    costs,
    trades: runs.reduce((sum, { trades }) => sum + trades, 0),
    turnover: runs.reduce((sum, { turnover }) => sum + turnover, 0),
    fills: [],
  };
}

function addCosts(one: PolicyRun["costs"], other: PolicyRun["costs"]): PolicyRun["costs"] {
  return {
    fees: one.fees + other.fees,
    impact: one.impact + other.impact,
    gas: one.gas + other.gas,
    carry: one.carry + other.carry,
  };
}

type Moments = { readonly count: number; readonly sum: number; readonly squares: number };

function momentsOf(values: readonly number[]): Moments {
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    squares: values.reduce((sum, value) => sum + value * value, 0),
  };
}

function pooledVariance(moments: readonly Moments[], sample: Int32Array): number {
  let [count, sum, squares] = [0, 0, 0];
  for (const index of sample) {
    const each = moments[index] as Moments;
    count += each.count;
    sum += each.sum;
    squares += each.squares;
  }
  return (squares - (sum * sum) / count) / (count - 1);
}
