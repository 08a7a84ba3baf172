import { setTimeout as wait } from "node:timers/promises";
import { KeelError } from "../errors.ts";

/** One vault's loop, started anew when it ends with an error that may pass. */
export type VaultLoop = {
  run(): Promise<void>;
  /** Told why the loop stopped for good. */
  onHalt(problem: string): void;
  /** Told why the loop will start anew. */
  onRetry(problem: string): void;
};

const LONGEST_PAUSE_MS = 60_000;

/**
 * Runs every vault's loop beside the others: one that fails does not stop them.
 * @param pauseMs  before a loop starts anew; doubles with every failure in a row
 * @throws the first error that halted a loop, once all of them have ended
 */
export async function superviseVaults(loops: readonly VaultLoop[], pauseMs: number, signal: AbortSignal): Promise<void> {
  const errors: unknown[] = [];
  await Promise.all(
    loops.map((loop) =>
      supervise(loop, pauseMs, signal).catch((error: unknown) => {
        errors.push(error);
      }),
    ),
  );
  if (errors.length > 0) throw errors[0];
}

async function supervise(loop: VaultLoop, pauseMs: number, signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await loop.run();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (!(error instanceof KeelError && error.retryable)) {
        loop.onHalt(problem);
        throw error;
      }
      loop.onRetry(problem);
      if (signal.aborted) return;
      await wait(Math.min(pauseMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }
}
