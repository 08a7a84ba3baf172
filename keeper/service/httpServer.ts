import { type Context, Hono } from "hono";
import type { Journal, JournalEntry } from "../store/journal.ts";
import { encodeLossless } from "../store/losslessJson.ts";
import { createMetrics } from "./metrics.ts";
import type { Phase, ServiceState, VaultState } from "./serviceState.ts";

export type HttpOptions = {
  readonly state: ServiceState;
  /** A vault whose loop has said nothing for so long is not ready. */
  readonly silenceMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly journal: Pick<Journal, "find" | "latest" | "atBlock">;
};

/** Of the journal in one answer. */
export const MOST_ENTRIES = 200;
const WORKS: readonly Phase[] = ["running", "standby"];

/**
 * What the service tells over HTTP, all of it read-only: /metrics for Prometheus, /status and /decisions as JSON, /health (is the process of use; restart
 * it if not) and /ready (does every vault have its block decided).
 */
export function httpApp({ state, silenceMs, now, journal }: HttpOptions): Hono {
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
  // A folder's journal belongs to this process: `keel status` and `keel replay` ask for it here.
  const answer = (context: Context, entries: readonly JournalEntry[]) =>
    context.body(encodeLossless(entries), 200, { "content-type": "application/json" });
  app.get("/decisions", async (context) => {
    const { block, limit } = context.req.query();
    if (block !== undefined && /^\d+$/.test(block)) return answer(context, await journal.atBlock(BigInt(block)));
    const count = Math.min(Number(limit ?? "20"), MOST_ENTRIES);
    if (!Number.isSafeInteger(count) || count < 1) return context.json({ error: "limit: give a whole number from 1" }, 400);
    return answer(context, await journal.latest(count));
  });
  app.get("/decisions/:id{[0-9]+}", async (context) => {
    const id = Number(context.req.param("id"));
    const entry = Number.isSafeInteger(id) ? await journal.find(id) : null;
    return answer(context, entry === null ? [] : [entry]);
  });
  app.get("/status", (context) => context.json({ now: now(), vaults: state.current() }));
  return app;
}
