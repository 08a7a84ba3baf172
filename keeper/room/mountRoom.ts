import type { Context, Hono } from "hono";
import { compress } from "hono/compress";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { createFeed, type FeedOptions } from "./feed.ts";
import { readPageFile } from "./pageFiles.ts";
import { createPnlHistory } from "./pnlHistory.ts";

export type RoomOptions = Omit<FeedOptions, "pnlHistory">;

/** Nothing comes from anywhere but here, nothing inline runs, no text becomes markup, nobody frames the page. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-cache",
};

/** A page that has heard nothing for three of these connects anew. */
const BEAT_MS = 5_000;
const MOST_PAGES = 64;
/** A page is told no more often than a person can read. */
const PAUSE_MS = 100;
/** More than any figure of the page shows. */
const SIGNIFICANT_DIGITS = 9;

/**
 * Mounts the control room on an app: the page at `/`, its files below `/room/assets/`, and at `/room/events?vault=KEY` the state of the service
 * as server-sent events, one message whenever something has changed. Read-only throughout.
 */
export function mountRoom(app: Hono, options: RoomOptions): void {
  const { state } = options;
  const feedOptions = { ...options, pnlHistory: createPnlHistory(state) };
  let pages = 0;

  const serveFile = async (context: Context, path: string) => {
    const file = await readPageFile(path);
    if (file === undefined) return context.notFound();
    return context.body(file.content, 200, { ...HEADERS, "content-type": file.type });
  };
  app.use("/", compress());
  app.use("/room/assets/*", compress());
  app.get("/", (context) => serveFile(context, "room/page/index.html"));
  app.get("/room/assets/*", (context) => serveFile(context, context.req.path.slice("/room/assets/".length)));

  app.get("/room/events", (context) => {
    if (pages >= MOST_PAGES) return context.text("too many pages are open", 503, { "retry-after": "10" });
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const feed = createFeed(feedOptions, context.req.query("vault") ?? "");
    return streamSSE(context, async (stream) => {
      pages += 1;
      try {
        await tell(stream, feed, options);
      } finally {
        pages -= 1;
      }
    });
  });
}

/** Sends what the feed says whenever the state changes, and a beat when it does not, until the page goes away. A slow page is told less often. */
async function tell(stream: SSEStreamingApi, feed: ReturnType<typeof createFeed>, { state, now }: RoomOptions): Promise<void> {
  let hasNews = true;
  let isGone = false;
  let wake: () => void = () => undefined;
  const gone = new Promise<void>((resolve) =>
    stream.onAbort(() => {
      isGone = true;
      wake();
      resolve();
    }),
  );
  const unsubscribe = state.subscribe(() => {
    hasNews = true;
    wake();
  });
  const beat = setInterval(() => wake(), BEAT_MS);
  try {
    while (!isGone) {
      const message = hasNews
        ? { event: "state", data: JSON.stringify(feed(), rounded) }
        : { event: "beat", data: String(now()) };
      hasNews = false;
      // What is written to a page that stopped reading and went away would never be taken.
      await Promise.race([stream.writeSSE(message), gone]);
      await stream.sleep(PAUSE_MS);
      if (!hasNews && !isGone) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(beat);
    unsubscribe();
  }
}

/** Infinities become null; the page reads it as none. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : value;
}
