import { closedFormRegion } from "./closedFormRegion.ts";
import { type OptimalRegion, optimalRegion } from "./optimalRegion.ts";
import { lookUpRegion } from "./regionLookup.ts";
import { assertRegionProblem, type RegionProblem } from "./regionProblem.ts";
import { unsoundNode } from "./unsoundNode.ts";

/** How the no-trade region is found. */
export type RegionMethod = "optimal" | "closed-form";

/** Elapsed years and spot. */
export type RegionNode = readonly [elapsedYears: number, spot: number];

export type RegionsAt = {
  /** Per node, holdings of the underlying in units: lower, target lower, target upper, upper. */
  readonly regions: readonly (readonly [number, number, number, number])[];
  /** To solve the problem, or to evaluate the closed form at the nodes. */
  readonly seconds: number;
};

/** Times this close, relative to the longest, are one. */
const SAME_TIME = 1e-9;
/** How far a schedule's gaps may be from whole multiples of the smallest. */
const EVEN = 1e-3;

/**
 * The no-trade region of a book at many times and spots. `optimal` uses the closed form where its solution does not reach: spot beyond five
 * standard deviations, or less than one step to the last expiry.
 * @param clock  seconds, for the time the solution took
 * @throws InvalidInputError when a number of the problem has no meaning
 */
export function regionsAt(
  given: RegionProblem,
  method: RegionMethod,
  nodes: readonly RegionNode[],
  clock: () => number,
): RegionsAt {
  assertRegionProblem(given);
  const problem = { ...given, checkEvery: given.checkEvery ?? spacing(given, nodes) };
  const started = clock();
  const solution = method === "optimal" ? optimalRegion(problem) : undefined;
  const solved = clock();
  const usable = solution !== undefined && unsoundNode(solution, problem) === undefined ? solution : undefined;
  const region = new Float64Array(5);
  const regions = nodes.map(([elapsed, spot]) => readNode(problem, usable, elapsed, spot, region));
  return { regions, seconds: (method === "optimal" ? solved : clock()) - started };
}

function readNode(
  problem: RegionProblem,
  solution: OptimalRegion | undefined,
  elapsed: number,
  spot: number,
  region: Float64Array,
): readonly [number, number, number, number] {
  if (solution === undefined || !lookUpRegion(solution, elapsed, spot, region)) closedFormRegion(problem, elapsed, spot, region);
  return [region[0] as number, region[1] as number, region[2] as number, region[3] as number];
}

/** Nodes on an even schedule that ends with the book say how often it is looked at; any other choice of times says nothing. */
function spacing({ positions }: RegionProblem, nodes: readonly RegionNode[]): number | undefined {
  const end = Math.max(...positions.map(({ years }) => years));
  const times = [...new Set(nodes.map(([elapsed]) => elapsed)), end].sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  const distinct = gaps.filter((gap) => gap > SAME_TIME * end);
  if (distinct.length < 3) return undefined;
  const smallest = distinct.reduce((least, gap) => Math.min(least, gap), Infinity);
  const isEven = distinct.every((gap) => Math.abs(gap / smallest - Math.round(gap / smallest)) < EVEN * (gap / smallest));
  return isEven ? end / Math.round(end / smallest) : undefined;
}
