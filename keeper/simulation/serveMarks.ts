import { Hono } from "hono";
import { z } from "zod";
import { rfqQuoteText, type SignedRfqQuote } from "../chain/rfqQuote.ts";
import type { MarkSource } from "../desk/desk.ts";
import { type Listening, listen } from "../service/listen.ts";

const requestSchema = z.object({
  symbol: z.string(),
  expiry: z.coerce.number().int().positive(),
  spot: z.coerce.number().positive(),
  now: z.coerce.number().int().positive(),
});

/**
 * Serves option marks as `marksFromUrl` reads them, and a dealer's quotes as `quotesFromUrl` does.
 * @throws ConfigError when the port is taken
 */
export function serveMarks(
  marks: MarkSource,
  quotes: () => Promise<readonly SignedRfqQuote[]>,
  port: number,
): Promise<Listening> {
  const app = new Hono();
  app.get("/marks/:symbol/:expiry", async (context) => {
    const parsed = requestSchema.safeParse({ ...context.req.param(), ...context.req.query() });
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400);
    const { symbol, expiry, spot, now } = parsed.data;
    const answer = await marks(symbol, expiry, spot, now);
    return answer === undefined ? context.json({ error: "not quoted" }, 404) : context.json(answer);
  });
  app.get("/quotes", async (context) => {
    const shown = await quotes();
    return context.json({ quotes: shown.map(({ quote, signature }) => ({ quote: rfqQuoteText(quote), signature })) });
  });
  return listen(app, port, "--marks-port");
}
