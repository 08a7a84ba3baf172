import { z } from "zod";
import { type SignedRfqQuote, signedRfqQuoteSchema } from "../chain/rfqQuote.ts";
import { ChainError } from "../errors.ts";

/** Signed quotes that stand now. @param now  unix seconds */
export type QuoteSource = (now: number) => Promise<readonly SignedRfqQuote[]>;

const MOST_QUOTES = 500;
const MOST_BYTES = 1_000_000;
const TIMEOUT_MS = 2_000;
const answerSchema = z.object({ quotes: z.array(signedRfqQuoteSchema).max(MOST_QUOTES) });

/**
 * Option quotes of a dealer that answers GET /quotes with {quotes: [{quote, signature}]}, bigints as decimal text.
 * @param name  the dealer in messages: its URL may hold a key
 * @throws ChainError from the source when the dealer fails, or answers late, too much or something else
 */
export function quotesFromUrl(base: string, name: string, timeoutMs = TIMEOUT_MS): QuoteSource {
  return async () => {
    let status: number;
    let body: unknown;
    try {
      const response = await fetch(`${base.replace(/\/$/, "")}/quotes`, { signal: AbortSignal.timeout(timeoutMs) });
      status = response.status;
      body = status === 200 ? JSON.parse(await textOf(response)) : undefined;
    } catch {
      // The cause is not chained: it may quote the URL and a key in it.
      throw new ChainError(`The quotes of ${name} could not be read: check KEEL_DEALERS and the server behind it`);
    }
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success) throw new ChainError(`${name} answered status ${status} without quotes as Keel reads them`, { status });
    return parsed.data.quotes;
  };
}

/** The body, but never more of it than a dealer can need. */
async function textOf({ body }: Response): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new ChainError(`A dealer's answer is longer than ${MOST_BYTES} bytes`, { length });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
