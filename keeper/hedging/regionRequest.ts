import { type Book, type OptionLeg, YEAR_SECONDS } from "../risk/book.ts";
import type { HedgeCosts } from "./noTradeRegion.ts";
import { MOST_LOOKS } from "./regionLattice.ts";
import type { RegionProblem } from "./regionProblem.ts";

/** A region wanted for the book of one underlying as it stands at a moment. */
export type RegionRequest = {
  readonly underlying: string;
  /** Unix seconds; elapsed years of the solution count from here. */
  readonly now: number;
  /** Live legs. */
  readonly legs: readonly OptionLeg[];
  readonly problem: RegionProblem;
};

export type DecisionTerms = {
  readonly vol: number;
  readonly riskAversion: number;
  readonly costs: HedgeCosts;
  readonly checkEvery: number;
};

/** How well a solution still answers: fully, well enough until a new one is there, or not at all. */
export type Fit = "fits" | "drifted" | "void";

/** Share of the book that may change hands, and factors by which vol, costs and risk aversion may move, before a new solution is due. */
const BOOK_CHANGE = 0.1;
const VOL_MOVE = 1.35;
const COST_MOVE = 3;
/** A region widened as gas rises stays good far longer than one that is narrowed as it falls. */
const GAS_RISE = 8;
const GAS_FALL = 2;
const AVERSION_MOVE = 1.5;
/** Share of the book's remaining life after which a lattice coarser than the looks has too few steps left. */
const AGE = 0.5;

/** What to solve for a book; undefined when no option is live. */
export function regionRequest(book: Book, { vol, riskAversion, costs, checkEvery }: DecisionTerms): RegionRequest | undefined {
  const legs = book.legs.filter(({ expiry, size }) => expiry > book.now && size !== 0);
  if (legs.length === 0) return undefined;
  const positions = legs.map(({ type, strike, expiry, size }) => ({
    type,
    strike,
    size,
    years: (expiry - book.now) / YEAR_SECONDS,
  }));
  const { fixed, proportional, impact, carry } = costs;
  const regionCosts = { fixed, proportional: proportional / book.spot, impact, carry };
  return {
    underlying: book.underlying,
    now: book.now,
    legs,
    problem: { spot: book.spot, vol, positions, riskAversion, costs: regionCosts, checkEvery },
  };
}

/**
 * Whether the region solved for one request still serves another. `carryOver` makes up for small moves of vol, costs and risk aversion, large ones
 * and age, where steps are coarser than the looks, leave it less than best; another book makes it wrong.
 */
export function fitOf(solved: RegionRequest, wanted: RegionRequest): Fit {
  const was = solved.problem;
  const is = wanted.problem;
  const gross = wanted.legs.reduce((sum, { size }) => sum + Math.abs(size), 0);
  if (bookChange(solved, wanted) > BOOK_CHANGE * gross) return "void";
  const life = Math.max(...was.positions.map(({ years }) => years));
  const isDrifted =
    moved(was.vol, is.vol) > VOL_MOVE ||
    moved(was.riskAversion, is.riskAversion) > AVERSION_MOVE ||
    is.costs.fixed > GAS_RISE * was.costs.fixed ||
    was.costs.fixed > GAS_FALL * is.costs.fixed ||
    moved(was.costs.proportional, is.costs.proportional) > COST_MOVE ||
    moved(was.costs.impact ?? 0, is.costs.impact ?? 0) > COST_MOVE ||
    (life > MOST_LOOKS * (was.checkEvery ?? 0) && wanted.now - solved.now > AGE * life * YEAR_SECONDS);
  return isDrifted ? "drifted" : "fits";
}

/** Options by which two books differ, of those live in the later one. */
function bookChange(solved: RegionRequest, wanted: RegionRequest): number {
  const sizes = new Map<string, number>();
  const add = (leg: OptionLeg, sign: number) => {
    const series = `${leg.type} ${leg.strike} ${leg.expiry}`;
    if (leg.expiry > wanted.now) sizes.set(series, (sizes.get(series) ?? 0) + sign * leg.size);
  };
  for (const leg of solved.legs) add(leg, -1);
  for (const leg of wanted.legs) add(leg, 1);
  return [...sizes.values()].reduce((sum, size) => sum + Math.abs(size), 0);
}

/** Factor between two costs, from 1. */
function moved(one: number, other: number): number {
  return one === other ? 1 : Math.max(one, other) / Math.min(one, other);
}
