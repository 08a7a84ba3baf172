import { blackScholes } from "../pricing/blackScholes.ts";
import type { RegionPosition, RegionProblem } from "./regionProblem.ts";

/** Steps of a lattice that is not given its steps by the looks. */
const STEPS = 240;
/** Looks so many that each is a step of the lattice: a lattice of fewer is coarse, one of more slow. */
const FEWEST_LOOKS = 100;
export const MOST_LOOKS = 400;
/** Lives of the options on one stretch differ by less than this, so that the shortest still gets a fair share of the steps. */
const LONGEST_TO_SHORTEST = 12;
const STEPS_OF_A_STRETCH = 150;
/** Half-width of the lattice in standard deviations of its time, and of its start in those of the whole. */
const DEVIATIONS = 5;
const START_DEVIATIONS = 0.3;

/**
 * A stretch of equal binomial steps (Cox-Ross-Rubinstein). Node m of step i has spot·e^{m·dx}, m of the parity of i between −halfWidth(i)
 * and halfWidth(i).
 */
export type Stretch = {
  readonly start: number;
  readonly steps: number;
  readonly dt: number;
  readonly dx: number;
  /** Half-width of the first step and of the widest, in nodes. */
  readonly firstHalf: number;
  readonly mostHalf: number;
  /** Positions paid at a step of this stretch. */
  readonly pays: readonly { readonly position: RegionPosition; readonly step: number }[];
  /** Positions that live on. */
  readonly survivors: readonly RegionPosition[];
};

/** Nodes of a step on either side of the middle. */
export function halfWidth({ firstHalf, mostHalf }: Stretch, step: number): number {
  const half = Math.min(firstHalf + step, mostHalf);
  return half - ((half + step) & 1);
}

/**
 * Cuts the life of a book into stretches. An option expiring between two looks counts as paid at the nearer. When the looks are few enough each
 * is a step; otherwise a book of very different lives gets a stretch for its short ones, so that these are not crossed in two steps.
 * @param startRange  log distance from spot the first step must cover on either side, as far as five standard deviations of the whole
 */
export function layStretches(problem: RegionProblem, startRange = 0): readonly Stretch[] {
  const { vol, checkEvery = 0 } = problem;
  const positions = problem.positions.map((position) => ({ ...position, years: nearestLook(position.years, checkEvery) }));
  const expiries = [...new Set(positions.map(({ years }) => years))].sort((a, b) => a - b);
  const last = expiries.at(-1) ?? 0;
  const looks = Math.round(last / checkEvery);
  const isLooks = looks >= FEWEST_LOOKS && looks <= MOST_LOOKS;
  const ends = isLooks ? [last] : endsOf(expiries);
  const deviation = vol * Math.sqrt(last);
  const pad = Math.min(Math.max(startRange, START_DEVIATIONS * deviation), DEVIATIONS * deviation);
  return ends.map((end, index): Stretch => {
    const start = ends[index - 1] ?? 0;
    // A short stretch need not be stepped through more often than it is looked at.
    const few = index < ends.length - 1 ? Math.round((end - start) / checkEvery) : Infinity;
    const steps = isLooks ? looks : ends.length === 1 ? STEPS : Math.max(2, Math.min(STEPS_OF_A_STRETCH, few));
    const dt = (end - start) / steps;
    const dx = vol * Math.sqrt(dt);
    const here = positions.filter(({ years }) => years > start && years <= end);
    // A later stretch starts as wide as the one before it ended, and a cubic stencil more.
    const range = (years: number) => pad + DEVIATIONS * vol * Math.sqrt(years);
    return {
      start,
      steps,
      dt,
      dx,
      firstHalf: Math.ceil((index === 0 ? pad : range(start)) / dx) + (index === 0 ? 1 : 4),
      mostHalf: Math.ceil(range(end) / dx) + 4,
      pays: here.map((position) => ({ position, step: Math.max(1, Math.round((position.years - start) / dt)) })),
      survivors: positions.filter(({ years }) => years > end),
    };
  });
}

function nearestLook(years: number, checkEvery: number): number {
  return checkEvery === 0 ? years : Math.max(1, Math.round(years / checkEvery)) * checkEvery;
}

function endsOf(expiries: readonly number[]): readonly number[] {
  const [first] = expiries;
  if (first === undefined) return [];
  const end = expiries.filter((years) => years <= LONGEST_TO_SHORTEST * first).at(-1) ?? first;
  return [end, ...endsOf(expiries.filter((years) => years > end))];
}

/** What the options paid at a step are worth there, quote. */
export function payoffAt({ pays }: Stretch, step: number, spot: number): number {
  let sum = 0;
  for (const { position, step: paidAt } of pays) {
    const { type, strike, size } = position;
    if (paidAt === step) sum += size * Math.max(0, type === "call" ? spot - strike : strike - spot);
  }
  return sum;
}

/** Value of what lives on after a stretch, quote. */
export function valueAfter({ survivors, start, steps, dt }: Stretch, spot: number, vol: number): number {
  const now = start + steps * dt;
  let sum = 0;
  for (const { type, strike, years, size } of survivors) {
    sum += size * blackScholes({ type, spot, strike, years: years - now, vol }).price;
  }
  return sum;
}
