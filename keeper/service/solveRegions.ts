import { carryOver } from "../hedging/carryOver.ts";
import type { NoTradeRegion } from "../hedging/noTradeRegion.ts";
import type { OptimalRegion } from "../hedging/optimalRegion.ts";
import { lookUpRegion } from "../hedging/regionLookup.ts";
import { fitOf, type RegionRequest } from "../hedging/regionRequest.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { Logger } from "./log.ts";
import { createRegionSolver, type RegionSolver } from "./regionSolver.ts";

/** The region in hedge error for a request, or why there is none yet. */
export type RegionAnswer = { readonly region: NoTradeRegion } | { readonly missing: string };

export type Regions = {
  /** Orders a new solution wherever none fits; done at once, or when they are solved if these regions wait. */
  readonly prepare: (requests: readonly RegionRequest[]) => Promise<void>;
  readonly lookUp: (request: RegionRequest) => RegionAnswer;
  readonly close: () => Promise<void>;
};

type RegionsOptions = { readonly wait: boolean; readonly log: Logger; readonly solver?: RegionSolver | undefined };

type Solution = { readonly request: RegionRequest; readonly region: OptimalRegion | undefined; readonly problem: string };

/** Spot may move this many of a day's standard deviations at once before the lattice has to be laid anew. */
const PADDING_DEVIATIONS = 1.5;
const UNSOLVED = "the region of this book is still being solved";

/**
 * Optimal regions of the books of several underlyings, solved in a worker thread and kept until book, vol, costs or spot have moved on.
 * @param solver  shared with others; one of its own when absent
 * @param wait  whether `prepare` resolves only when every book has its region: a simulation must not depend on the speed of the machine
 */
export function createRegions({ wait, log, solver: given }: RegionsOptions): Regions {
  const isOwn = given === undefined;
  const solver = given ?? createRegionSolver(log);
  const solutions = new Map<string, Solution>();
  const pending = new Map<string, Promise<void>>();
  const region = new Float64Array(5);

  async function solve(request: RegionRequest): Promise<void> {
    const { problem } = request;
    const outcome = await solver.solve({ problem, startRange: PADDING_DEVIATIONS * problem.vol * Math.sqrt(1 / 365) });
    const isSolved = "solution" in outcome;
    if (!isSolved) log.warn({ underlying: request.underlying }, `closed form: ${outcome.problem}`);
    solutions.set(request.underlying, {
      request,
      region: isSolved ? outcome.solution : undefined,
      problem: isSolved ? "" : outcome.problem,
    });
    pending.delete(request.underlying);
  }

  /** Whether the solution at hand reaches this moment and spot; leaves the region there in `region`. */
  function reaches(solution: OptimalRegion, solved: RegionRequest, { now, problem }: RegionRequest): boolean {
    return lookUpRegion(solution, (now - solved.now) / YEAR_SECONDS, problem.spot, region);
  }

  async function prepare(requests: readonly RegionRequest[]): Promise<void> {
    for (const request of requests) {
      const known = solutions.get(request.underlying);
      const isGood =
        known !== undefined &&
        fitOf(known.request, request) === "fits" &&
        (known.region === undefined || reaches(known.region, known.request, request) || isEnding(request));
      if (!isGood && !pending.has(request.underlying)) pending.set(request.underlying, solve(request));
    }
    if (wait) await Promise.all(pending.values());
  }

  function lookUp(request: RegionRequest): RegionAnswer {
    const known = solutions.get(request.underlying);
    if (known === undefined || fitOf(known.request, request) === "void") return { missing: UNSOLVED };
    if (known.region === undefined) return { missing: known.problem };
    if (!reaches(known.region, known.request, request)) {
      return { missing: isEnding(request) ? "the last option expires within a step of the solution" : UNSOLVED };
    }
    const elapsed = (request.now - known.request.now) / YEAR_SECONDS;
    return { region: carryOver(region, known.request.problem, elapsed, request.problem, request.problem.spot) };
  }

  return {
    prepare,
    lookUp,
    close: () => (isOwn ? solver.close() : Promise.resolve()),
  };
}

/** In its last looks a book is beyond any lattice. */
function isEnding({ problem: { positions, checkEvery = 0 } }: RegionRequest): boolean {
  return Math.max(...positions.map(({ years }) => years)) < 2 * checkEvery;
}
