import type { Fault, RpcCall, Treatment } from "./faultProxy.ts";

type Random = () => number;

const honest: Fault = ({ method, params }, forward) => forward(method, params);

const resultOf = (treatment: Treatment): unknown =>
  typeof treatment === "object" && "result" in treatment ? treatment.result : undefined;

/** Some calls get the fault, the others are served honestly. */
export function on(applies: (call: RpcCall) => boolean, fault: Fault): Fault {
  return (call, forward) => (applies(call) ? fault(call, forward) : honest(call, forward));
}

/** The first so many calls get the fault. */
export function first(times: number, fault: Fault): Fault {
  let left = times;
  return (call, forward) => {
    left -= 1;
    return left >= 0 ? fault(call, forward) : honest(call, forward);
  };
}

/** Each call gets the fault with a probability. */
export function sometimes(chance: number, random: Random, fault: Fault): Fault {
  return (call, forward) => (random() < chance ? fault(call, forward) : honest(call, forward));
}

export const isCall =
  (...methods: readonly string[]) =>
  (call: RpcCall) =>
    methods.includes(call.method);
export const isSend = isCall("eth_sendRawTransaction");

export const hang: Fault = () => "hang";
export const hangMidBody: Fault = () => "hang mid-body";
export const reset: Fault = () => "reset";
export const resetMidBody: Fault = () => "reset mid-body";
export const serverError: Fault = () => ({ status: 500, body: "Internal Server Error" });
export const html: Fault = () => ({
  status: 200,
  headers: { "Content-Type": "text/html" },
  body: "<html><h1>Bad gateway</h1></html>",
});
export const garbage: Fault = () => ({ result: "0xnothing" });
export const tooMany =
  (retryAfterSeconds: number): Fault =>
  () => ({ status: 429, headers: { "Retry-After": String(retryAfterSeconds) }, body: "slow down" });

/** Says that it took the transaction, and forgets it. */
export const drop: Fault = on(isSend, async ({ params }, forward) => ({
  result: resultOf(await forward("web3_sha3", params)),
}));

/** Takes the transaction and says "already known", as nodes do on a second broadcast. */
export const alreadyKnown: Fault = on(isSend, async ({ method, params }, forward) => {
  await forward(method, params);
  return { error: { code: -32000, message: "already known" } };
});

/** Every call reaches the node twice; the second answer counts. */
export const duplicate: Fault = async ({ method, params }, forward) => {
  await forward(method, params);
  return forward(method, params);
};

/** Answers overtake each other: every second call waits until the one after it has been answered, or for a moment. */
export function reorder(): Fault {
  let release: (() => void) | undefined;
  return async ({ method, params }, forward) => {
    const answer = await forward(method, params);
    if (release !== undefined) {
      release();
      release = undefined;
      return answer;
    }
    await new Promise<void>((resolve) => {
      release = resolve;
      setTimeout(resolve, 20).unref();
    });
    return answer;
  };
}

/** A node that is so many blocks behind: it does not know the newer ones, nor what is in them. */
export function lag(blocks: number): Fault {
  return async ({ method, params }, forward) => {
    const top = Number(resultOf(await forward("eth_blockNumber", []))) - blocks;
    const isNewer = (block: unknown): boolean => Number((block as { number?: string } | null)?.number ?? 0) > top;
    const pin = params.find((each) => typeof each === "object" && each !== null && "blockHash" in each);
    if (pin !== undefined && method !== "eth_getLogs") {
      const block = resultOf(await forward("eth_getBlockByHash", [(pin as { blockHash: string }).blockHash, false]));
      if (isNewer(block)) return { error: { code: -32000, message: "header not found" } };
    }
    if (method === "eth_getBlockByNumber" && params[0] === "latest") return forward(method, [`0x${top.toString(16)}`, params[1]]);
    if (method === "eth_getBlockByNumber" && Number(params[0]) > top) return { result: null };
    const answer = await forward(method, params);
    const mined = resultOf(answer) as { blockNumber?: string | null } | null | undefined;
    const isOfNewer = method === "eth_getTransactionReceipt" && Number(mined?.blockNumber ?? 0) > top;
    return isOfNewer ? { result: null } : answer;
  };
}

/** A consistent lie: every pinned read is answered from another state, laid over the true one. */
export function lie(overrides: () => object | Promise<object>): Fault {
  return on(isCall("eth_call"), async ({ method, params }, forward) =>
    forward(method, [params[0], params[1], await overrides()]),
  );
}
