import { z } from "zod";
import type { MarkSource } from "../desk/desk.ts";
import { ChainError } from "../errors.ts";

const answerSchema = z.object({
  quotes: z.array(z.object({ k: z.number(), vol: z.number().positive(), weight: z.number().nonnegative() })).min(1),
  carry: z.number(),
});

const TIMEOUT_MS = 5_000;

/**
 * Option marks from a server that answers GET /marks/:symbol/:expiry?spot=&now= with {quotes: [{k, vol, weight}], carry}, and 404 for
 * what it does not quote.
 * @throws ChainError from the source when the server fails or answers something else
 */
export function marksFromUrl(base: string, timeoutMs = TIMEOUT_MS): MarkSource {
  return async (symbol, expiry, spot, now) => {
    const url = `${base.replace(/\/$/, "")}/marks/${encodeURIComponent(symbol)}/${expiry}?spot=${spot}&now=${now}`;
    let status: number;
    let body: unknown;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
      status = response.status;
      body = status === 200 ? await response.json() : undefined;
    } catch {
      // The cause is not chained: it may quote the URL and a key in it.
      throw new ChainError("Option marks could not be read: check KEEL_MARKS_URL and the server behind it");
    }
    if (status === 404) return undefined;
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success) throw new ChainError(`KEEL_MARKS_URL answered status ${status} without marks of ${symbol}`, { status });
    return parsed.data;
  };
}
