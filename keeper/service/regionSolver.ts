import { Worker } from "node:worker_threads";
import type { Logger } from "./log.ts";
import type { SolveAnswer, SolveOrder } from "./regionWorker.ts";

/** Solves regions in a thread of its own, for all vaults of the process. */
export type RegionSolver = {
  solve(order: Omit<SolveOrder, "id">): Promise<SolveAnswer["outcome"]>;
  close(): Promise<void>;
};

export function createRegionSolver(log: Logger): RegionSolver {
  const waiting = new Map<number, (outcome: SolveAnswer["outcome"]) => void>();
  let worker: Worker | undefined;
  let orders = 0;

  function startWorker(): Worker {
    const started = new Worker(new URL("./regionWorker.ts", import.meta.url));
    started.on("message", (answer: SolveAnswer) => {
      log.debug({ order: answer.id, seconds: answer.seconds }, "region solved");
      settle(answer.id, answer.outcome);
    });
    // A worker that died is replaced at the next order; until then the closed form decides.
    started.on("error", (error) => {
      log.error(error, "the region worker stopped");
      worker = undefined;
      for (const id of [...waiting.keys()]) settle(id, { problem: `the region worker stopped: ${error.message}` });
    });
    started.unref();
    return started;
  }

  function settle(id: number, outcome: SolveAnswer["outcome"]): void {
    waiting.get(id)?.(outcome);
    waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
  }

  return {
    async solve(order) {
      worker ??= startWorker();
      // Whoever waits for a solution keeps the process alive.
      worker.ref();
      orders += 1;
      const id = orders;
      const answered = new Promise<SolveAnswer["outcome"]>((resolve) => waiting.set(id, resolve));
      worker.postMessage({ ...order, id });
      return answered;
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}
