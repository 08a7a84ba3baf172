import { Hono } from "hono";
import { z } from "zod";
import { rfqQuoteText } from "../chain/rfqQuote.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import type { Desk } from "../desk/desk.ts";
import { type Listening, listen } from "./listen.ts";

const requestSchema = z.object({
  symbol: z.string(),
  type: z.enum(["call", "put"]),
  strike: z.number().positive(),
  expiry: z.int().positive(),
  size: z.number().positive(),
});

/**
 * The desk as buyers see it: GET /offers lists what is on sale, POST /rfq answers a request with a signed quote (bigints as decimal text).
 * @param latest the last snapshot decided on; quotes are refused until there is one
 */
export function deskApp(desk: Desk, latest: () => Snapshot | undefined): Hono {
  const app = new Hono();
  app.get("/offers", (context) => {
    const snapshot = latest();
    if (snapshot === undefined) return context.json({ error: "the keeper has not seen a block yet; ask again shortly" }, 503);
    const offers = [...desk.offers(snapshot)].flatMap(([symbol, list]) => list.map((offer) => ({ symbol, ...offer })));
    return context.json({ block: Number(snapshot.block.number), vault: snapshot.vault, offers });
  });
  app.post("/rfq", async (context) => {
    const parsed = requestSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success)
      return context.json({ error: `${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}` }, 400);
    const snapshot = latest();
    if (snapshot === undefined) return context.json({ error: "the keeper has not seen a block yet; ask again shortly" }, 503);
    const signed = await desk.quote(snapshot, parsed.data);
    if (signed === undefined) return context.json({ error: "not on sale: GET /offers lists what is" }, 404);
    const { quote, ...rest } = signed;
    return context.json({ ...rest, quote: rfqQuoteText(quote) });
  });
  return app;
}

/**
 * Serves the desks of several vaults, each under /:chainId/:vault; one alone answers at the root as well.
 * @throws ConfigError when the port is taken
 */
export function serveDesks(desks: ReadonlyMap<string, Hono>, port: number): Promise<Listening> {
  const app = new Hono();
  for (const [key, desk] of desks) app.route(`/${key.replace(":", "/")}`, desk);
  const [only] = desks.values();
  if (only !== undefined && desks.size === 1) app.route("/", only);
  return listen(app, port, "KEEL_DESK_PORT");
}
