import { parentPort } from "node:worker_threads";
import { KeelError } from "../errors.ts";
import { type OptimalRegion, optimalRegion } from "../hedging/optimalRegion.ts";
import type { RegionProblem } from "../hedging/regionProblem.ts";
import { unsoundNode } from "../hedging/unsoundNode.ts";

/** What the worker is asked, and what it answers. */
export type SolveOrder = { readonly id: number; readonly problem: RegionProblem; readonly startRange: number };
export type SolveAnswer = {
  readonly id: number;
  readonly seconds: number;
  readonly outcome: { readonly solution: OptimalRegion } | { readonly problem: string };
};

parentPort?.on("message", ({ id, problem, startRange }: SolveOrder) => {
  const started = performance.now();
  const outcome = solve(problem, startRange);
  const answer: SolveAnswer = { id, seconds: (performance.now() - started) / 1000, outcome };
  parentPort?.postMessage(answer, "solution" in outcome ? [outcome.solution.values.buffer as ArrayBuffer] : []);
});

function solve(problem: RegionProblem, startRange: number): SolveAnswer["outcome"] {
  try {
    const solution = optimalRegion(problem, startRange);
    const unsound = unsoundNode(solution, problem);
    return unsound === undefined ? { solution } : { problem: `the solution fails its own check at node ${unsound}` };
  } catch (error) {
    if (error instanceof KeelError) return { problem: error.message };
    throw error;
  }
}
