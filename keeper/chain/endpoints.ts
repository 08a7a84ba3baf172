import { createPublicClient, custom, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import { revertData, rpcReason } from "../execution/rpcError.ts";
import { createEndpoint, type Endpoint, type Reply, type Request } from "./endpoint.ts";

export type EndpointsOptions = {
  /** JSON-RPC endpoints of one chain, the preferred one first. */
  readonly urls: readonly string[];
  /** Endpoints of another chain are left out; not checked when absent. */
  readonly chainId?: number;
  /** Longest wait for one answer of one endpoint, its body included. */
  readonly timeoutMs?: number;
  /** Told of what a person should look at: endpoints that disagree or serve another chain. */
  readonly onProblem?: (error: ChainError) => void;
};

type Answered = Extract<Reply, { kind: "answer" | "revert" }>;

const DEFAULT_TIMEOUT_MS = 5_000;
/** Equal answers that settle what endpoints disagree on. */
const QUORUM = 2;

/**
 * A client over one or several endpoints. What fails at one is asked of the next; an endpoint that failed rests, as long as its Retry-After says.
 * - The newest block is the highest that any of them has.
 * - What is read at a block's hash (calls, balances, nonces, code, logs) is asked of two and must agree; where they differ a third decides.
 * - A signed transaction goes to all of them.
 * An endpoint that does not answer has no say: with one honest endpoint left, that one is believed.
 * @throws ChainError from a request when no endpoint answers, or when they disagree and none is outvoted
 */
export function createChainClient(options: EndpointsOptions): PublicClient {
  const { urls, chainId, timeoutMs = DEFAULT_TIMEOUT_MS, onProblem = () => undefined } = options;
  const now = () => performance.now();
  const endpoints = urls.map((url, index) =>
    createEndpoint({ url, name: `RPC endpoint ${index + 1}`, chainId, timeoutMs, now, onWrongChain: onProblem }),
  );

  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const asked: Request = params === undefined ? { method } : { method, params };
    const awake = endpoints.filter((endpoint) => !endpoint.isResting());
    if (awake.length === 0)
      throw new ChainError("Every RPC endpoint failed or asked for a pause: they are asked again in a while");
    if (method === "eth_sendRawTransaction") return broadcast(awake, asked);
    if (method === "eth_getBlockByNumber" && asksForLatest(params)) return newest(awake, asked);
    if (method === "eth_getTransactionReceipt") return unwrap(await agree(awake, asked, true));
    if (method === "eth_getTransactionByHash") return findAnywhere(awake, asked);
    if (isPinned(params)) return unwrap(await agree(awake, asked, false));
    return unwrap(await inTurn(awake, asked));
  }

  /** Asks until enough say the same. `mayBeLate`: null only means that an endpoint has not seen it yet. */
  async function agree(awake: readonly Endpoint[], asked: Request, mayBeLate: boolean): Promise<Answered> {
    const replies = new Map<string, { reply: Answered; names: string[] }>();
    let nothing: Answered | undefined;
    let failure: unknown;
    const hear = (reply: Reply, name: string): void => {
      if (reply.kind === "none") failure ??= reply.error;
      else if (mayBeLate && reply.kind === "answer" && reply.result === null) nothing = reply;
      else {
        const key = fingerprint(reply);
        const same = replies.get(key) ?? { reply, names: [] };
        same.names.push(name);
        replies.set(key, same);
      }
    };
    const first = awake.slice(0, QUORUM);
    for (const [index, reply] of (await Promise.all(first.map((each) => each.ask(asked)))).entries())
      hear(reply, first[index]?.name ?? "");
    for (const endpoint of awake.slice(QUORUM)) {
      if ([...replies.values()].some(({ names }) => names.length >= QUORUM)) break;
      hear(await endpoint.ask(asked), endpoint.name);
    }
    const [most, other] = [...replies.values()].sort((a, b) => b.names.length - a.names.length);
    if (most === undefined) {
      if (nothing !== undefined) return nothing;
      // One that broke off may answer the second time.
      const [only] = awake;
      const again = awake.length === 1 && only && !only.isResting() ? await only.ask(asked) : undefined;
      if (again !== undefined && again.kind !== "none") return again;
      throw again?.error ?? failure;
    }
    if (other === undefined) return most.reply;
    const outvoted = most.names.length > other.names.length;
    const message = `${most.names.join(" and ")} and ${other.names.join(" and ")} answer ${asked.method} differently: ${
      outvoted ? `${other.names.join(" and ")} is outvoted` : "nothing is decided on figures in dispute"
    }; find out which one is wrong and replace it`;
    const problem = new ChainError(message, { method: asked.method });
    onProblem(problem);
    if (!outvoted) throw problem;
    return most.reply;
  }

  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 }) as PublicClient;
}

async function inTurn(awake: readonly Endpoint[], asked: Request): Promise<Answered> {
  let failure: unknown;
  let nothing: Answered | undefined;
  // One that broke off may answer the second time.
  for (const endpoint of awake.length === 1 ? [...awake, ...awake] : awake) {
    if (nothing !== undefined && awake.length === 1) break;
    if (endpoint.isResting()) continue;
    const reply = await endpoint.ask(asked);
    if (reply.kind === "none") failure = reply.error;
    // One that lags has not seen it yet; the next may have.
    else if (reply.kind === "answer" && reply.result === null) nothing = reply;
    else return reply;
  }
  if (nothing !== undefined) return nothing;
  throw failure;
}

async function newest(awake: readonly Endpoint[], asked: Request): Promise<unknown> {
  const replies = await Promise.all(awake.map((each) => each.ask(asked)));
  const heights = replies.map((reply) => (reply.kind === "answer" ? heightOf(reply.result) : -1n));
  const highest = [...heights].sort((a, b) => (a < b ? 1 : -1))[0] ?? -1n;
  const best = replies[heights.indexOf(highest)];
  if (highest < 0n || best?.kind !== "answer") {
    const failed = replies.find((reply) => reply.kind !== "answer");
    throw failed?.error ?? new ChainError("No RPC endpoint answered with a block");
  }
  return best.result;
}

/** In one pool or another: nodes do not share what is not mined yet. */
async function findAnywhere(awake: readonly Endpoint[], asked: Request): Promise<unknown> {
  const replies = await Promise.all(awake.map((each) => each.ask(asked)));
  const answers = replies.filter((reply) => reply.kind === "answer");
  const found = answers.find(({ result }) => result !== null) ?? answers[0];
  if (found !== undefined) return found.result;
  return unwrap(await inTurn(awake, asked));
}

async function broadcast(awake: readonly Endpoint[], asked: Request): Promise<unknown> {
  const sent = awake.map(async (each) => {
    const reply = await each.ask(asked);
    if (reply.kind !== "answer") throw reply.error;
    return reply.result;
  });
  try {
    return await Promise.any(sent);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

function unwrap(reply: Answered): unknown {
  if (reply.kind === "revert") throw reply.error;
  return reply.result;
}

function asksForLatest(params: unknown): boolean {
  return Array.isArray(params) && params[0] === "latest";
}

/** Whether a request names the block it is about by its hash, so that every honest node answers the same. */
function isPinned(params: unknown): boolean {
  return Array.isArray(params) && params.some((each) => typeof each === "object" && each !== null && "blockHash" in each);
}

function heightOf(block: unknown): bigint {
  const number = typeof block === "object" && block !== null && "number" in block ? block.number : undefined;
  return typeof number === "string" && /^0x[0-9a-f]+$/i.test(number) ? BigInt(number) : -1n;
}

/** What must agree: results as they are, but of logs and receipts only what every client of the protocol tells. */
function fingerprint(reply: Answered): string {
  if (reply.kind === "revert") return `revert ${revertData(reply.error) ?? rpcReason(reply.error)}`;
  return JSON.stringify(reply.result, (name, value: unknown) => (EXTRAS.has(name) ? undefined : value));
}

/** Fields that some nodes add to logs and receipts, and others leave out or fill differently. */
const EXTRAS = new Set([
  "blockTimestamp",
  "root",
  "removed",
  "contractAddress",
  "to",
  "type",
  "blobGasPrice",
  "authorizationList",
  "timeboosted",
]);
