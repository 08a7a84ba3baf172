// Run as a process of its own: submits one hedge and is killed by the system after a given number of journal writes.
import { createPublicClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { openStore } from "../../../keeper/store/openStore.ts";
import type { Transactions } from "../../../keeper/store/transactions.ts";
import { executorOf } from "./keeperOn.ts";

const [folder = "", url = "", key = "", recipient = "", decision = "", writes = ""] = process.argv.slice(2);
let left = Number(writes);

const store = await openStore({ folder });
const client = createPublicClient({ transport: http(url) });

async function count<T>(write: Promise<T>): Promise<T> {
  const result = await write;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
  return result;
}
const transactions: Transactions = {
  ...store.transactions,
  add: (intent) => count(store.transactions.add(intent)),
  update: (transaction, change) => count(store.transactions.update(transaction, change)),
};
const { number, hash, baseFeePerGas } = await client.getBlock();
const chain = { id: await client.getChainId(), client };
const executor = executorOf(chain, { ...store, transactions }, privateKeyToAccount(key as Hex));
await executor.recover({ number, hash, baseFeePerGas });
await executor.submit({ to: recipient as Hex, data: "0x", value: 1n, riskAtStake: 1000, decisionId: Number(decision) });
