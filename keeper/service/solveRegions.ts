import type { RegionRequest } from "../hedging/regionRequest.ts";
import { answerFrom, type RegionAnswer, type SolvedRegion, serves } from "../hedging/solvedRegion.ts";
import type { Logger } from "./log.ts";
import { createRegionSolver, type RegionSolver } from "./regionSolver.ts";

export type Regions = {
  /** Orders a new solution wherever none fits; done at once, or when they are solved if these regions wait. */
  readonly prepare: (requests: readonly RegionRequest[]) => Promise<void>;
  readonly lookUp: (request: RegionRequest) => RegionAnswer;
  readonly close: () => Promise<void>;
};

type RegionsOptions = { readonly wait: boolean; readonly log: Logger; readonly solver?: RegionSolver | undefined };

/**
 * Optimal regions of the books of several underlyings, solved in a worker thread and kept until book, vol, costs or spot have moved on.
 * @param solver  shared with others; one of its own when absent
 * @param wait  whether `prepare` resolves only when every book has its region: a simulation must not depend on the speed of the machine
 */
export function createRegions({ wait, log, solver: given }: RegionsOptions): Regions {
  const solver = given ?? createRegionSolver(log);
  const solutions = new Map<string, SolvedRegion>();
  const pending = new Map<string, Promise<void>>();

  async function solve(request: RegionRequest): Promise<void> {
    const solved = await solver.solve(request);
    if (solved.region === undefined) log.warn({ underlying: request.underlying }, `closed form: ${solved.problem}`);
    solutions.set(request.underlying, solved);
    pending.delete(request.underlying);
  }

  return {
    async prepare(requests) {
      for (const request of requests) {
        const known = solutions.get(request.underlying);
        const isGood = known !== undefined && serves(known, request);
        if (!isGood && !pending.has(request.underlying)) pending.set(request.underlying, solve(request));
      }
      if (wait) await Promise.all(pending.values());
    },
    lookUp: (request) => answerFrom(solutions.get(request.underlying), request),
    close: () => (given === undefined ? solver.close() : Promise.resolve()),
  };
}
