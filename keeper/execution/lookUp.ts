import {
  type Address,
  type Hash,
  isAddressEqual,
  type PublicClient,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import { ChainError } from "../errors.ts";
import type { Attempt, Transaction } from "../store/transactions.ts";
import type { Head } from "./context.ts";
import { chainError } from "./rpcError.ts";

/**
 * What the chain says of a transaction at one block.
 * - mined: one attempt has a receipt whose block is canonical. unsettled: it has one beyond the head or in a block that is not.
 * - consumed: its nonce is used up, but by none of its attempts. open: the nonce is free, and the node knows the latest attempt or not.
 */
export type Sighting =
  | { kind: "mined"; receipt: TransactionReceipt; attempt: Attempt }
  | { kind: "unsettled" }
  | { kind: "consumed" }
  | { kind: "open"; known: boolean };

/** @throws ChainError when the node fails, does not have the head, or answers with a receipt that is another's or contradicts the nonce */
export async function lookUp(client: PublicClient, transaction: Transaction, head: Head): Promise<Sighting> {
  const { attempts, sender, nonce } = transaction;
  const receipts = await Promise.all(attempts.map(({ hash }) => receiptOf(client, hash)));
  for (const [index, receipt] of receipts.entries()) {
    const attempt = attempts[index];
    if (!receipt || !attempt) continue;
    if (receipt.transactionHash !== attempt.hash || !isAddressEqual(receipt.from, sender)) {
      throw new ChainError(`The node answered with another transaction's receipt for ${attempt.hash}`, { hash: attempt.hash });
    }
    if (!(await isCanonical(client, receipt, head))) return { kind: "unsettled" };
    if (nonce !== null && (await nonceAt(client, sender, head)) <= nonce)
      throw new ChainError(`The node answered with a receipt of ${attempt.hash} although nonce ${nonce} is still free`, {
        nonce,
      });
    return { kind: "mined", receipt, attempt };
  }
  const used = await nonceAt(client, sender, head);
  if (nonce !== null && used > nonce) return { kind: "consumed" };
  const latest = attempts.at(-1);
  return { kind: "open", known: latest !== undefined && (await isKnown(client, latest.hash)) };
}

/** The next free nonce after a block. */
export function nonceAt(client: PublicClient, address: Address, head: Head): Promise<number> {
  return client
    .getTransactionCount({ address, blockHash: head.hash })
    .catch(chainError(`reading the nonce at block ${head.number}`));
}

/** Whether the node has a transaction, in its pool or in a block. */
export async function isKnown(client: PublicClient, hash: Hash): Promise<boolean> {
  try {
    await client.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return false;
    return chainError(`looking for transaction ${hash}`)(error);
  }
}

/** @returns null when the node has no receipt of it @throws ChainError when the node fails */
export async function receiptOf(client: PublicClient, hash: Hash): Promise<TransactionReceipt | null> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    return chainError(`reading the receipt of ${hash}`)(error);
  }
}

/** Whether a block lies on the chain that ends at the head. */
export async function isCanonical(
  client: PublicClient,
  { blockNumber, blockHash }: Pick<TransactionReceipt, "blockNumber" | "blockHash">,
  head: Head,
): Promise<boolean> {
  if (blockNumber > head.number) return false;
  if (blockNumber === head.number) return blockHash === head.hash;
  const block = await client.getBlock({ blockNumber }).catch(chainError(`reading block ${blockNumber}`));
  return block.hash === blockHash;
}
