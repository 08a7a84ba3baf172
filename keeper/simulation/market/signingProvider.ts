import { setTimeout as wait } from "node:timers/promises";
import { type Address, type Hash, type Hex, hexToBigInt, hexToNumber, type LocalAccount, type PublicClient, toHex } from "viem";
import { z } from "zod";
import { ChainError, InvalidInputError } from "../../errors.ts";
import { chainError } from "../../execution/rpcError.ts";
import type { ChainProvider } from "./chainDriver.ts";

const transactionSchema = z.object({
  to: z.custom<Address>().optional(),
  data: z.custom<Hex>(),
  nonce: z.custom<Hex>(),
  gas: z.custom<Hex>(),
  value: z.custom<Hex>(),
});

/** Nodes keep this many waiting transactions of one sender without fail. */
const MOST_WAITING = 12;
const PATIENCE_MS = 10 * 60_000;
/** What a public chain does not let anybody do, and a deployment can do without: setting the clock, mining, printing ether. */
const impossible = new Set(["evm_setAutomine", "evm_setNextBlockTimestamp", "hardhat_setBalance"]);

/**
 * Lets a chain driver work on a chain nobody drives: transactions are signed here with one key at the chain's own fees, and mining means
 * waiting until all that was sent is in blocks.
 * @throws ChainError from a request when the node fails or a transaction is not mined within ten minutes
 */
export function signingProvider(client: PublicClient, account: LocalAccount, chainId: number, pollMs = 1_000): ChainProvider {
  let waiting: Hash[] = [];

  async function settle(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (waiting.length > 0) {
      const found = await Promise.all(waiting.map((hash) => client.getTransactionReceipt({ hash }).catch(() => undefined)));
      waiting = waiting.filter((_, index) => found[index] === undefined);
      if (waiting.length === 0) return;
      if (Date.now() > deadline)
        throw new ChainError(`Transaction ${waiting[0]} is not mined after ten minutes: wait for it and begin anew`, { waiting });
      await wait(pollMs);
    }
  }

  async function sign(parameters: unknown): Promise<Hash> {
    if (waiting.length >= MOST_WAITING) await settle();
    const { to, data, nonce, gas, value } = transactionSchema.parse(parameters);
    const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas().catch(chainError("reading its fees"));
    const serializedTransaction = await account.signTransaction({
      type: "eip1559",
      chainId,
      to: to ?? null,
      data,
      nonce: hexToNumber(nonce),
      gas: hexToBigInt(gas),
      value: hexToBigInt(value),
      maxFeePerGas,
      maxPriorityFeePerGas,
    });
    const hash = await client.sendRawTransaction({ serializedTransaction }).catch(chainError("taking a transaction"));
    waiting.push(hash);
    return hash;
  }

  return {
    async request({ method, params }) {
      if (impossible.has(method)) return true;
      if (method === "eth_accounts") return [account.address];
      if (method === "eth_sendTransaction") return sign(params?.[0]);
      if (method === "evm_mine") return settle().then(() => toHex(0));
      if (method.startsWith("hardhat_") || method.startsWith("evm_"))
        throw new InvalidInputError(`A chain nobody drives cannot ${method}.`, { method });
      return client.request({ method, params } as Parameters<PublicClient["request"]>[0]);
    },
  };
}
