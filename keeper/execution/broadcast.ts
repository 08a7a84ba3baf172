import type { PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { Attempt } from "../store/transactions.ts";
import { isKnown } from "./lookUp.ts";
import { rpcReason } from "./rpcError.ts";

/**
 * Sends a stored raw transaction. A node's complaint ("already known", "nonce too low", a broken connection) decides nothing:
 * what counts is whether the node has the transaction afterwards.
 * @returns null when a node has it, else why not; then it stays stored and is tried again
 */
export async function broadcast(client: PublicClient, { raw, hash }: Attempt): Promise<string | null> {
  try {
    await client.sendRawTransaction({ serializedTransaction: raw });
    return null;
  } catch (error) {
    try {
      return (await isKnown(client, hash)) ? null : rpcReason(error);
    } catch (unreachable) {
      if (unreachable instanceof ChainError) return rpcReason(error);
      throw unreachable;
    }
  }
}
