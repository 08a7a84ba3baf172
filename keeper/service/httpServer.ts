import { Hono } from "hono";
import { createMetrics } from "./metrics.ts";
import type { Phase, ServiceState, VaultState } from "./serviceState.ts";

export type HttpOptions = {
  readonly state: ServiceState;
  /** A vault whose loop has said nothing for so long is not ready. */
  readonly silenceMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
};

const WORKS: readonly Phase[] = ["running", "standby"];

/**
 * What the service tells over HTTP, all of it read-only: /metrics for Prometheus, /status as JSON, /health (is the process of use; restart
 * it if not) and /ready (does every vault have its block decided).
 */
export function httpApp({ state, silenceMs, now }: HttpOptions): Hono {
  const metrics = createMetrics(state);
  const isSilent = ({ seenAt }: VaultState) => now() - seenAt > silenceMs;
  const app = new Hono();
  app.get("/metrics", async (context) => {
    context.header("content-type", metrics.contentType);
    return context.body(await metrics.metrics());
  });
  app.get("/health", (context) => {
    const vaults = state.current();
    // A halted vault wants a person, not a restart; only a process in which nothing moves any more wants that.
    const isDead = vaults.length > 0 && vaults.every((vault) => vault.phase !== "halted" && isSilent(vault));
    return context.json({ healthy: !isDead }, isDead ? 503 : 200);
  });
  app.get("/ready", (context) => {
    const waiting = state.current().filter((vault) => !WORKS.includes(vault.phase) || isSilent(vault));
    const reasons = waiting.map(({ key, phase, problem }) => ({ vault: key, phase, problem }));
    return context.json({ ready: waiting.length === 0, waiting: reasons }, waiting.length === 0 ? 200 : 503);
  });
  app.get("/status", (context) => context.json({ now: now(), vaults: state.current() }));
  return app;
}
