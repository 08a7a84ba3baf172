import { once } from "node:events";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import { ConfigError } from "../errors.ts";

export type Listening = { readonly url: string; close(): void };

export const LOCALHOST = "127.0.0.1";

/**
 * Serves an app.
 * @param port a free one when 0
 * @param flag names what sets the port
 * @param hostname who may connect: this machine only, unless a person asks for more
 * @throws ConfigError when the port is taken
 */
export async function listen(app: Hono, port: number, flag: string, hostname = LOCALHOST): Promise<Listening> {
  const server = serve({ fetch: app.fetch, port, hostname });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new ConfigError(`Port ${port} cannot be listened on: choose another with ${flag}`, { port }, { cause });
  }
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${hostname}:${taken}`,
    close() {
      server.close();
      // A page that listens to events would hold the server open for ever.
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}
