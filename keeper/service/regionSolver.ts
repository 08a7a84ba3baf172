import { Worker } from "node:worker_threads";
import type { RegionRequest } from "../hedging/regionRequest.ts";
import type { SolvedRegion } from "../hedging/solvedRegion.ts";
import type { Logger } from "./log.ts";
import type { SolveAnswer } from "./regionWorker.ts";

/** Solves regions in a thread of its own, for all vaults of the process. */
export type RegionSolver = {
  solve(request: RegionRequest): Promise<SolvedRegion>;
  close(): Promise<void>;
};

type Order = { readonly request: RegionRequest; readonly resolve: (solved: SolvedRegion) => void };

export function createRegionSolver(log: Logger): RegionSolver {
  const waiting = new Map<number, Order>();
  let worker: Worker | undefined;
  let orders = 0;

  function startWorker(): Worker {
    const started = new Worker(new URL("./regionWorker.ts", import.meta.url));
    started.on("message", ({ id, seconds, solved }: SolveAnswer) => {
      log.debug({ order: id, seconds }, "region solved");
      settle(id, solved);
    });
    // A worker that died is replaced at the next order; until then the closed form decides.
    started.on("error", (error) => {
      log.error(error, "the region worker stopped");
      worker = undefined;
      const problem = `the region worker stopped: ${error.message}`;
      for (const [id, { request }] of waiting) settle(id, { request, region: undefined, problem });
    });
    started.unref();
    return started;
  }

  function settle(id: number, solved: SolvedRegion): void {
    waiting.get(id)?.resolve(solved);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
  }

  return {
    async solve(request) {
      worker ??= startWorker();
      // Whoever waits for a solution keeps the process alive.
      worker.ref();
      orders += 1;
      const id = orders;
      const answered = new Promise<SolvedRegion>((resolve) => waiting.set(id, { request, resolve }));
      worker.postMessage({ id, request });
      return answered;
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}
