import { parentPort } from "node:worker_threads";
import type { RegionRequest } from "../hedging/regionRequest.ts";
import { type SolvedRegion, solveRequest } from "../hedging/solvedRegion.ts";

/** What the worker is asked, and what it answers. */
export type SolveOrder = { readonly id: number; readonly request: RegionRequest };
export type SolveAnswer = { readonly id: number; readonly seconds: number; readonly solved: SolvedRegion };

parentPort?.on("message", ({ id, request }: SolveOrder) => {
  const started = performance.now();
  const solved = solveRequest(request);
  const answer: SolveAnswer = { id, seconds: (performance.now() - started) / 1000, solved };
  parentPort?.postMessage(answer, solved.region === undefined ? [] : [solved.region.values.buffer as ArrayBuffer]);
});
