import { BaseError, type EIP1193RequestFn, HttpRequestError, http } from "viem";
import { ChainError } from "../errors.ts";
import { revertData } from "../execution/rpcError.ts";

/** What one endpoint made of a request: an answer, a revert (which is an answer too), or nothing it can be held to. */
export type Reply =
  | { readonly kind: "answer"; readonly result: unknown }
  | { readonly kind: "revert"; readonly error: unknown }
  | { readonly kind: "none"; readonly error: unknown };

export type Request = { readonly method: string; readonly params?: unknown };

export type Endpoint = {
  /** Names it without its URL, which may carry an API key. */
  readonly name: string;
  isResting(): boolean;
  ask(request: Request): Promise<Reply>;
};

export type EndpointOptions = {
  readonly url: string;
  readonly name: string;
  /** Another chain's endpoint is not asked; any chain when absent. */
  readonly chainId?: number | undefined;
  readonly timeoutMs: number;
  /** Milliseconds of any clock that never goes back. */
  readonly now: () => number;
  /** Told when an endpoint is on another chain. */
  readonly onWrongChain: (error: ChainError) => void;
};

const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 10_000;
/** For a Retry-After nobody can read, and an endpoint of another chain. */
const LONG_REST_MS = 60_000;
/** Codes by which a node says that it is overloaded or broken, not what it thinks of the request. */
const FAILING = new Set([429, -32005, -32007, -32603]);

/**
 * One JSON-RPC endpoint that is left alone for a while after it failed: as long as its Retry-After says, else twice as long after every
 * further failure. One failure alone costs it nothing: a connection may break.
 */
export function createEndpoint({ url, name, chainId, timeoutMs, now, onWrongChain }: EndpointOptions): Endpoint {
  const { request: send } = http(url, { retryCount: 0 })({}) as { request: EIP1193RequestFn };
  let failures = 0;
  let restUntil = Number.NEGATIVE_INFINITY;
  let isVerified = chainId === undefined;

  function rest(error: unknown): void {
    failures += 1;
    isVerified = chainId === undefined;
    const backoff = failures < 2 ? 0 : Math.min(FIRST_REST_MS * 2 ** (failures - 2), LONGEST_REST_MS);
    restUntil = now() + Math.max(backoff, retryAfterMs(error));
  }

  async function exchange(request: Request): Promise<Reply> {
    try {
      // viem's own timeout ends with the headers: a body that never ends would hang the keeper.
      const signal = AbortSignal.timeout(timeoutMs);
      const result: unknown = await send(request as Parameters<typeof send>[0], { signal });
      if (result === undefined) throw new ChainError(`${name} answered neither a result nor an error`);
      if (request.method === "eth_chainId" && !(Number(result) > 0)) throw new ChainError(`${name} answered no chain id`);
      failures = 0;
      return { kind: "answer", result };
    } catch (error) {
      if (revertData(error) !== null) return { kind: "revert", error };
      if (!isAnswered(error)) rest(error);
      return { kind: "none", error };
    }
  }

  /** After every failure anew: what answers at that URL then may be something else. */
  async function verify(): Promise<Reply | undefined> {
    const reply = await exchange({ method: "eth_chainId" });
    if (reply.kind !== "answer") return reply;
    const found = Number(reply.result);
    if (found !== chainId) {
      restUntil = now() + LONG_REST_MS;
      const error = new ChainError(`${name} serves chain ${found}, not ${chainId}: check its URL`, { found, chainId });
      onWrongChain(error);
      return { kind: "none", error };
    }
    isVerified = true;
    return undefined;
  }

  return {
    name,
    isResting: () => now() < restUntil,
    async ask(request) {
      if (!isVerified && request.method !== "eth_chainId") {
        const problem = await verify();
        if (problem !== undefined) return problem;
      }
      return exchange(request);
    },
  };
}

/** Whether an error is the node's own word about the request ("unknown block", "nonce too low") and not a failure to serve it. */
function isAnswered(error: unknown): boolean {
  const code = error instanceof BaseError && "code" in error ? error.code : undefined;
  return typeof code === "number" && code !== -1 && !FAILING.has(code);
}

/** Seconds, or a date, which only a clock that agrees with the server's could read: then a minute. */
function retryAfterMs(error: unknown): number {
  if (!(error instanceof HttpRequestError)) return 0;
  const value = error.headers?.get("Retry-After");
  if (value === null || value === undefined) return 0;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : LONG_REST_MS;
}
