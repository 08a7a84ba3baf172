import { once } from "node:events";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import { ConfigError } from "../errors.ts";

export type Listening = { readonly url: string; close(): void };

/**
 * Serves an app to this machine only.
 * @param port a free one when 0
 * @param flag names what sets the port
 * @throws ConfigError when the port is taken
 */
export async function listen(app: Hono, port: number, flag: string): Promise<Listening> {
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new ConfigError(`Port ${port} cannot be listened on: choose another with ${flag}`, { port }, { cause });
  }
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http://127.0.0.1:${taken}`, close: () => server.close() };
}
