import { KeelError } from "../errors.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import { carryOver } from "./carryOver.ts";
import type { NoTradeRegion } from "./noTradeRegion.ts";
import { type OptimalRegion, optimalRegion } from "./optimalRegion.ts";
import { lookUpRegion } from "./regionLookup.ts";
import { fitOf, type RegionRequest } from "./regionRequest.ts";
import { unsoundNode } from "./unsoundNode.ts";

/** What solving the book of a request came to: its region, or why it has none. */
export type SolvedRegion = {
  readonly request: RegionRequest;
  readonly region: OptimalRegion | undefined;
  readonly problem: string;
};

/** The region in hedge error for a request, or why the closed form has to decide. */
export type RegionAnswer = { readonly region: NoTradeRegion } | { readonly missing: string };

/** Spot may move this many of a day's standard deviations at once before the lattice has to be laid anew. */
const PADDING_DEVIATIONS = 1.5;
const UNSOLVED = "the region of this book is still being solved";

const found = new Float64Array(5);

/** Solves the book of a request here and now, padded for moves of spot, and checks the solution. */
export function solveRequest(request: RegionRequest): SolvedRegion {
  const { problem } = request;
  try {
    const region = optimalRegion(problem, PADDING_DEVIATIONS * problem.vol * Math.sqrt(1 / 365));
    const unsound = unsoundNode(region, problem);
    if (unsound === undefined) return { request, region, problem: "" };
    return { request, region: undefined, problem: `the solution fails its own check at node ${unsound}` };
  } catch (error) {
    if (error instanceof KeelError) return { request, region: undefined, problem: error.message };
    throw error;
  }
}

/** Whether a solution needs no new one for this request. */
export function serves(solved: SolvedRegion, request: RegionRequest): boolean {
  if (fitOf(solved.request, request) !== "fits") return false;
  return solved.region === undefined || reaches(solved.region, solved.request, request) || isEnding(request);
}

/** The region a solution has for a request, carried over to what has moved since. */
export function answerFrom(solved: SolvedRegion | undefined, request: RegionRequest): RegionAnswer {
  if (solved === undefined || fitOf(solved.request, request) === "void") return { missing: UNSOLVED };
  if (solved.region === undefined) return { missing: solved.problem };
  if (!reaches(solved.region, solved.request, request)) {
    return { missing: isEnding(request) ? "the last option expires within a step of the solution" : UNSOLVED };
  }
  const elapsed = (request.now - solved.request.now) / YEAR_SECONDS;
  return { region: carryOver(found, solved.request.problem, elapsed, request.problem, request.problem.spot) };
}

/** Whether the solution covers this moment and spot; leaves the region there in `found`. */
function reaches(solution: OptimalRegion, solved: RegionRequest, { now, problem }: RegionRequest): boolean {
  return lookUpRegion(solution, (now - solved.now) / YEAR_SECONDS, problem.spot, found);
}

/** In its last looks a book is beyond any lattice. */
function isEnding({ problem: { positions, checkEvery = 0 } }: RegionRequest): boolean {
  return Math.max(...positions.map(({ years }) => years)) < 2 * checkEvery;
}
