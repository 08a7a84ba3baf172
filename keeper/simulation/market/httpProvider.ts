import { http } from "viem";
import type { ChainProvider } from "./chainDriver.ts";

/** A provider over HTTP that sends every request exactly once: a repeated `evm_mine` would be a second block. */
export function httpProvider(url: string): ChainProvider {
  const { request } = http(url, { retryCount: 0 })({});
  return { request: ({ method, params }) => request({ method, params }) };
}
