import pino from "pino";
import { type Address, type Hex, keccak256, type LocalAccount, type PublicClient, parseEther, parseGwei, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { ExecutionContext, Head } from "../../../keeper/execution/context.ts";
import { createExecutor, type Executor } from "../../../keeper/execution/executor.ts";
import type { ExecutionPolicy } from "../../../keeper/execution/policy.ts";
import type { Intent } from "../../../keeper/execution/submit.ts";
import type { Store } from "../../../keeper/store/openStore.ts";
import type { Chain } from "./chains.ts";

export const policy: ExecutionPolicy = {
  confirmations: 1,
  bumpAfterBlocks: 2,
  cancelAfterBlocks: 6,
  bumpPercent: 12.5,
  tipPerGas: parseGwei("1"),
  gasMarginPercent: 20,
  maxFeePerGas: (riskAtStake) => BigInt(Math.round(riskAtStake * 1e9)),
};

/** A keeper with a funded key of its own whose hedge sends one wei to an address of its own: the address counts the effects. */
export type Keeper = {
  account: LocalAccount;
  key: Hex;
  recipient: Address;
  executor: Executor;
  /** Journals a decision and returns the hedge that carries it out. */
  intent(changes?: Partial<Intent>): Promise<Intent>;
  effects(): Promise<bigint>;
};

/** @param name  of the test: names the key and the recipient, so that tests on one chain and store stay apart */
export async function keeperOn(
  chain: Chain,
  store: ExecutionContext["store"] & Pick<Store, "journal">,
  name: string,
  changes: Partial<Omit<ExecutionContext, "policy">> & { policy?: Partial<ExecutionPolicy> } = {},
): Promise<Keeper> {
  const key = keccak256(toHex(`key of ${name}`));
  const account = privateKeyToAccount(key);
  const recipient = privateKeyToAccount(keccak256(toHex(`recipient of ${name}`))).address;
  await chain.fund(account.address, parseEther("1"));
  const executor = executorOf(chain, store, account, changes);
  const intent = async (given: Partial<Intent> = {}): Promise<Intent> => {
    const decisionId = given.decisionId ?? (await store.journal.addDecision(decisionAt(chain.id, await chain.head())));
    return { to: recipient, data: "0x", value: 1n, riskAtStake: 1000, ...given, decisionId };
  };
  return { account, key, recipient, executor, intent, effects: () => chain.client.getBalance({ address: recipient }) };
}

export function executorOf(
  chain: { id: number; client: PublicClient },
  store: ExecutionContext["store"],
  account: LocalAccount,
  changes: Partial<Omit<ExecutionContext, "policy">> & { policy?: Partial<ExecutionPolicy> } = {},
): Executor {
  const log = pino({ level: "silent" });
  const parts = { publicClient: chain.client, account, store, chainId: chain.id, log, ...changes };
  return createExecutor({ ...parts, policy: { ...policy, ...changes.policy } });
}

export function decisionAt(chainId: number, head: Head) {
  return {
    chainId,
    vault: "0x00000000000000000000000000000000000000AA",
    underlying: null,
    blockNumber: head.number,
    blockHash: head.hash,
    timestamp: 1_700_000_000n,
    snapshot: { price: 3000.5, wei: 10n ** 30n },
    inputs: null,
    plan: { quantity: -1 },
    verdict: "hedge",
    reason: "the risk removed is worth more than it costs",
  } as const;
}
