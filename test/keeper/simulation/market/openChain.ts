import { afterAll } from "vitest";
import { type ChainDriver, createChainDriver } from "../../../../keeper/simulation/market/chainDriver.ts";
import { plainNetwork } from "../../../../keeper/simulation/market/plainNetwork.ts";

/** Opens an empty in-process chain that always starts at the same moment, and closes it after the file's tests. */
export async function openChain(): Promise<ChainDriver> {
  const connection = await plainNetwork().create({ network: "local", override: { initialDate: "2026-01-01T00:00:00Z" } });
  afterAll(() => connection.close());
  return createChainDriver(connection.provider);
}
