import { solveQP } from "quadprog";
import { InvalidInputError } from "../../errors.ts";
import { apply, dot } from "../symmetricEigen.ts";
import type { ErrorValue } from "./errorValue.ts";

/** One direction in which an instrument can be traded. */
export type Side = {
  /** Quote lost per unit against its mark: half spread or fee; negative when the quote is better than the mark. */
  readonly cost: number;
  /** Most units on offer. */
  readonly size: number;
  /** Quote tied up per unit: premium, price or collateral. */
  readonly cash: number;
};

export type HedgeInstrument = {
  readonly name: string;
  /** What one unit bought adds to each error. */
  readonly exposure: readonly number[];
  readonly buy: Side;
  readonly sell: Side;
  /** Quote per squared unit. */
  readonly impact?: number;
  /** Trades are whole multiples of it; any size when absent. */
  readonly lot?: number;
  /** Quote of gas this leg adds to the transaction. */
  readonly legCost?: number;
};

export type BundleProblem = {
  readonly errors: readonly number[];
  readonly value: ErrorValue;
  readonly instruments: readonly HedgeInstrument[];
  /** Quote per transaction, shared by its legs. */
  readonly fixed: number;
  /** Quote the bundle may tie up. */
  readonly cash?: number;
  /** Largest absolute error allowed after the bundle; an error already beyond may stay where it is, never go further. */
  readonly limits?: readonly number[];
};

export type Bundle = {
  /** Units per instrument, positive = buy. */
  readonly trades: readonly number[];
  readonly after: readonly number[];
  /** Fees, half spreads and impact, quote. */
  readonly cost: number;
  readonly fixed: number;
  /** Risk removed, quote. */
  readonly saves: number;
  /** What it must save, net of `cost`, to be traded; 0 without fixed cost. */
  readonly hurdle: number;
  readonly isWorthIt: boolean;
};

/** Dust below this share of the unconstrained scale is no trade. */
const DUST = 1e-7;
const MOST_NODES = 400;

/**
 * The bundle that minimises ½(y + Gx)ᵀH(y + Gx) + costs within sizes, cash, limits and lots, and whether it beats doing nothing by the hurdle.
 * Legs share the transaction's fixed cost, so one starts from all instruments and leaves out, one by one, the legs that do not earn their own.
 * @throws InvalidInputError when an instrument's exposures do not match the errors
 */
export function bestBundle(problem: BundleProblem): Bundle {
  const { instruments, errors } = problem;
  for (const { name, exposure } of instruments) {
    if (exposure.length !== errors.length)
      throw new InvalidInputError(`${name} states ${exposure.length} exposures for ${errors.length} errors`, { name });
  }
  let best = judge(
    problem,
    solve(
      problem,
      instruments.map((_, i) => i),
    ),
  );
  for (;;) {
    const live = instruments.flatMap((each, i) => (best.trades[i] !== 0 || !each.legCost ? [i] : []));
    const legs = live.filter((i) => instruments[i]?.legCost);
    const without = (leg: number) => live.filter((i) => i !== leg);
    const shorter = legs.map((leg) => judge(problem, solve(problem, without(leg))));
    const better = shorter.reduce((top, each) => (net(each) > net(top) ? each : top), best);
    if (better === best) return best;
    best = better;
  }
}

function net({ saves, cost, fixed }: Bundle): number {
  return saves - cost - fixed;
}

function judge({ errors, value, instruments, fixed }: BundleProblem, trades: readonly number[]): Bundle {
  const move = errors.map((_, i) =>
    instruments.reduce((sum, { exposure }, k) => sum + (exposure[i] as number) * (trades[k] as number), 0),
  );
  const after = errors.map((error, i) => error + (move[i] as number));
  const slope = apply(
    value.matrix,
    errors.map((error, i) => error + (move[i] as number) / 2),
  );
  const parts = move.map((x, i) => -x * (slope[i] as number));
  const cost = instruments.reduce((sum, instrument, k) => sum + costOf(instrument, trades[k] as number), 0);
  const legs = instruments.reduce((sum, { legCost = 0 }, k) => sum + (trades[k] === 0 ? 0 : legCost), 0);
  const isIdle = trades.every((x) => x === 0);
  const weight = parts.reduce((sum, part) => sum + Math.abs(part), 0);
  const shared = weight === 0 ? fixed : dot(parts.map(Math.abs), value.hurdles) / weight;
  // Gas of further legs raises the bar in proportion.
  const hurdle = isIdle ? 0 : fixed > 0 ? shared * (1 + legs / fixed) : legs;
  const saves = parts.reduce((sum, part) => sum + part, 0);
  return { trades, after, cost, fixed: isIdle ? 0 : fixed + legs, saves, hurdle, isWorthIt: !isIdle && saves - cost >= hurdle };
}

function costOf({ buy, sell, impact = 0 }: HedgeInstrument, trade: number): number {
  return (trade > 0 ? buy.cost : sell.cost) * Math.abs(trade) + impact * trade * trade;
}

type Range = readonly [low: number, high: number];

/** Best trades with the given instruments: branch and bound over lots around the quadratic programme. */
function solve(problem: BundleProblem, live: readonly number[]): number[] {
  const { instruments } = problem;
  const open: Range[][] = [instruments.map(({ buy, sell }, i) => (live.includes(i) ? [-sell.size, buy.size] : [0, 0]))];
  let best = instruments.map(() => 0);
  let bestCost = objective(problem, best);
  for (let node = 0; open.length > 0 && node < MOST_NODES; node++) {
    const ranges = open.pop() as Range[];
    const trades = relax(problem, ranges);
    if (trades === undefined) continue;
    const cost = objective(problem, trades);
    if (cost >= bestCost) continue;
    const broken = instruments.findIndex(({ lot }, i) => lot !== undefined && !isWhole((trades[i] as number) / lot));
    if (broken < 0) {
      best = trades.map((x, i) => {
        const { lot } = instruments[i] as HedgeInstrument;
        return lot === undefined ? x : Math.round(x / lot) * lot;
      });
      bestCost = objective(problem, best);
      continue;
    }
    const lot = (instruments[broken] as HedgeInstrument).lot as number;
    const floor = Math.floor((trades[broken] as number) / lot) * lot;
    const [low, high] = ranges[broken] as Range;
    const narrowed = (range: Range) => ranges.map((each, i) => (i === broken ? range : each));
    const children = [narrowed([low, floor]), narrowed([floor + lot, high])];
    // The nearer child last, so that it is looked at first.
    if ((trades[broken] as number) - floor < lot / 2) children.reverse();
    open.push(...children.filter((child) => (child[broken] as Range)[0] <= (child[broken] as Range)[1]));
  }
  return best;
}

function isWhole(lots: number): boolean {
  return Math.abs(lots - Math.round(lots)) < 1e-7;
}

function objective({ errors, value, instruments }: BundleProblem, trades: readonly number[]): number {
  const y = errors.map((error, i) =>
    instruments.reduce((sum, { exposure }, k) => sum + (exposure[i] as number) * (trades[k] as number), error),
  );
  return dot(y, apply(value.matrix, y)) / 2 + instruments.reduce((sum, each, k) => sum + costOf(each, trades[k] as number), 0);
}

type Column = {
  readonly index: number;
  readonly sign: 1 | -1;
  readonly side: Side;
  readonly scale: number;
  readonly range: Range;
};

/** The convex problem without lots; purchases and sales are variables of their own, scaled to unit curvature. Undefined when nothing is feasible or the numbers are beyond the solver. */
function relax(problem: BundleProblem, ranges: readonly Range[]): number[] | undefined {
  const { errors, value, instruments } = problem;
  const slope = apply(value.matrix, errors);
  const columns = instruments.flatMap(({ exposure, buy, sell, impact = 0 }, index): Column[] => {
    const curvature = dot(exposure, apply(value.matrix, exposure)) + 2 * impact;
    const [low, high] = ranges[index] as Range;
    if (!(curvature > 0) || (low === 0 && high === 0)) return [];
    const scale = 1 / Math.sqrt(curvature);
    const legs: Column[] = [
      { index, sign: 1, side: buy, scale, range: [Math.max(low, 0), Math.max(high, 0)] },
      { index, sign: -1, side: sell, scale, range: [Math.max(-high, 0), Math.max(-low, 0)] },
    ];
    return legs.filter(({ range }) => range[1] > 0);
  });
  const trades = instruments.map(() => 0);
  const gradient = (column: Column) =>
    column.sign * dot((instruments[column.index] as HedgeInstrument).exposure, slope) + column.side.cost;
  const mayIdle = columns.every(({ range }) => range[0] === 0);
  if (columns.length === 0 || (mayIdle && columns.every((column) => gradient(column) >= 0))) return trades;

  const curvature = columns.map((a, i) => {
    const ga = apply(value.matrix, (instruments[a.index] as HedgeInstrument).exposure);
    return columns.map((b, j) => {
      const risk = a.sign * b.sign * dot(ga, (instruments[b.index] as HedgeInstrument).exposure);
      const own = i === j ? 2 * ((instruments[a.index] as HedgeInstrument).impact ?? 0) + DUST / (a.scale * a.scale) : 0;
      return (risk + own) * a.scale * b.scale;
    });
  });
  const { normals, bounds } = constraints(problem, columns);
  const { solution, message } = solveQP(
    [[], ...curvature.map((row) => [0, ...row])],
    [0, ...columns.map((column) => -gradient(column) * column.scale)],
    [[], ...columns.map((_, i) => [0, ...normals.map((normal) => normal[i] as number)])],
    [0, ...bounds],
  );
  if (message !== "" || !solution.slice(1).every(Number.isFinite)) return undefined;
  columns.forEach(({ index, sign, scale }, i) => {
    trades[index] = (trades[index] as number) + sign * scale * (solution[i + 1] as number);
  });
  return trades.map((x, i) => {
    const scale = columns.find(({ index }) => index === i)?.scale ?? 1;
    const [low, high] = ranges[i] as Range;
    const kept = Math.min(Math.max(x, low), high);
    return Math.abs(kept) < DUST * scale ? 0 : kept;
  });
}

/** normalᵀx ≥ bound for every range, limit and the cash; each can be met by doing nothing. */
function constraints({ errors, instruments, cash, limits }: BundleProblem, columns: readonly Column[]) {
  const normals: number[][] = [];
  const bounds: number[] = [];
  const add = (normal: number[], bound: number) => {
    normals.push(normal);
    bounds.push(bound);
  };
  columns.forEach(({ range, scale }, i) => {
    const unit = (sign: number) => columns.map((_, j) => (i === j ? sign : 0));
    add(unit(1), range[0] / scale);
    if (Number.isFinite(range[1])) add(unit(-1), -range[1] / scale);
  });
  if (cash !== undefined && Number.isFinite(cash))
    add(
      columns.map(({ side, scale }) => -side.cash * scale),
      -Math.max(cash, 0),
    );
  limits?.forEach((limit, e) => {
    if (!Number.isFinite(limit)) return;
    const error = errors[e] as number;
    const size = Math.max(limit, Math.abs(error));
    const [low, high] = [error < 0 ? -size : -limit, error > 0 ? size : limit];
    const normal = columns.map(
      ({ index, sign, scale }) => sign * scale * ((instruments[index] as HedgeInstrument).exposure[e] as number),
    );
    add(normal, low - error);
    add(
      normal.map((x) => -x),
      error - high,
    );
  });
  return { normals, bounds };
}
