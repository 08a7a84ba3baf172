import { once } from "node:events";
import { createServer } from "node:net";
import { ConfigError } from "../../errors.ts";
import type { ChainProvider } from "./chainDriver.ts";
import { httpProvider } from "./httpProvider.ts";
import { plainNetwork } from "./plainNetwork.ts";

export type ServedChain = {
  readonly url: string;
  /** Drives the same chain that the URL serves. */
  readonly provider: ChainProvider;
  close(): Promise<void>;
};

export type ServeChainParameters = {
  readonly host?: string;
  /** A free one when 0 or absent. */
  readonly port?: number;
  /** Time of the genesis block; now when absent. */
  readonly genesis?: Date;
  /** Goes on from this block of another chain instead of an empty one. */
  readonly forking?: { readonly url: string; readonly blockNumber: number };
};

/**
 * Opens a development chain, empty or a fork, and serves it as JSON-RPC over HTTP and WebSocket. Hardhat's server owns the chain, so the market
 * is driven through that same door.
 * @throws ConfigError when the port is taken
 */
export async function serveChain({
  host = "127.0.0.1",
  port = 0,
  genesis,
  forking,
}: ServeChainParameters = {}): Promise<ServedChain> {
  await checkFree(host, port);
  const override = { ...(genesis && { initialDate: genesis }), ...(forking && { forking }) };
  const server = await plainNetwork().createServer({ network: "local", override }, host, port);
  const listening = await server.listen();
  const url = `http://${listening.address}:${listening.port}`;
  return { url, provider: httpProvider(url), close: () => server.close() };
}

/** Hardhat's server throws a taken port into the void, so it is tried here first. */
async function checkFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, "listening");
  } catch (cause) {
    throw new ConfigError(`Cannot serve a chain on ${host}:${port}: choose another port.`, { host, port }, { cause });
  }
  probe.close();
  await once(probe, "close");
}
