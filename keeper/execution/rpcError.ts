import {
  type Abi,
  BaseError,
  decodeErrorResult,
  type Hex,
  HttpRequestError,
  isHex,
  RpcRequestError,
  TimeoutError,
  UnknownRpcError,
} from "viem";
import { ChainError } from "../errors.ts";

/** What a contract that ends badly without reverting is reported as: an answer too. */
const EVM_FAULT = /invalid opcode|invalid jump|out of gas|stack (?:under|over)flow/i;

/** What a node said, in one line and without its URL, which may carry an API key. */
export function rpcReason(error: unknown): string {
  const said =
    error instanceof BaseError
      ? `${error.shortMessage} ${error.details ?? ""}`
      : error instanceof Error
        ? error.message
        : String(error);
  const line = said.replace(/\b(https?|wss?):\/\/\S+/gi, "[url]").replace(/[\s\p{Cc}]+/gu, " ");
  return line.trim().slice(0, 300);
}

/** Ends a failed read: `client.getBlock().catch(chainError("reading the block"))`. The cause is not chained: it quotes the URL. */
export function chainError(doing: string): (error: unknown) => never {
  return (error) => {
    throw new ChainError(`The node failed while ${doing}: ${rpcReason(error)}`);
  };
}

/** The data a call reverted with ("0x" when it gave none), or null when the error is not a revert. */
export function revertData(error: unknown): Hex | null {
  if (!(error instanceof BaseError)) return null;
  const carrier = error.walk((inner) => dataOf(inner) !== null);
  if (carrier) return dataOf(carrier);
  return /revert/i.test(`${error.shortMessage} ${error.details ?? ""}`) ? "0x" : null;
}

/** Whether a call failed at the node or on the way to it. False when a contract reverted, or answered nothing or nonsense. */
export function isNodeFailure(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const answer = error.walk((inner) => inner instanceof RpcRequestError);
  if (answer instanceof RpcRequestError) return revertData(answer) === null && !EVM_FAULT.test(answer.details);
  // The unknown one is what viem makes of an abort.
  const ways = [ChainError, HttpRequestError, TimeoutError, UnknownRpcError];
  return error.walk((inner) => ways.some((way) => inner instanceof way)) !== null;
}

/** A revert in words: "reverts with StalePrice(…)". @param abi  where its custom errors are declared */
export function readRevert(data: Hex, abi: Abi): string {
  if (data === "0x") return "reverts without a reason";
  try {
    const { errorName, args } = decodeErrorResult({ abi, data });
    return `reverts with ${errorName}(${(args ?? []).map(String).join(", ")})`;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return `reverts with ${data.slice(0, 10)}, an error of no known contract`;
  }
}

function dataOf(error: unknown): Hex | null {
  if (typeof error !== "object" || error === null || !("data" in error)) return null;
  const { data } = error;
  if (isHex(data)) return data;
  return dataOf(data);
}
