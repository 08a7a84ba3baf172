import { createPublicClient, custom, type EIP1193RequestFn, type PublicClient } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { storeError } from "../../../keeper/store/storeError.ts";
import type { Transactions } from "../../../keeper/store/transactions.ts";
import { type Chain, openHardhatChain } from "./chains.ts";
import { executorOf, keeperOn } from "./keeperOn.ts";

let chain: Chain;
let store: Store;

beforeAll(async () => {
  [chain, store] = await Promise.all([openHardhatChain(), openStore({ memory: true })]);
});
afterAll(async () => {
  await store.close();
  await chain.close();
});

class Died extends Error {}

/** Lets a number of reads and writes through, dies at the next one, before or after it takes effect, and never works again. */
function mortal(steps: number, moment: "before" | "after") {
  let left = steps;
  async function pass<T>(act: () => Promise<T>): Promise<T> {
    left -= 1;
    if (left < 0 && !(left === -1 && moment === "after")) throw new Died();
    const result = await act();
    if (left < 0) throw new Died();
    return result;
  }
  const request = (({ method, params }: { method: string; params?: readonly unknown[] }) =>
    pass(() => chain.request(method, params))) as EIP1193RequestFn;
  const client: PublicClient = createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
  const transactions: Transactions = {
    add: (intent) => pass(() => store.transactions.add(intent)),
    update: (transaction, change) => pass(() => store.transactions.update(transaction, change)),
    inFlight: (chainId, sender) => pass(() => store.transactions.inFlight(chainId, sender)),
    atNonce: (chainId, sender, nonce) => pass(() => store.transactions.atNonce(chainId, sender, nonce)),
    lastNonce: (chainId, sender) => pass(() => store.transactions.lastNonce(chainId, sender)),
  };
  return { client, store: { journal: store.journal, transactions }, hasDied: () => left < 0 };
}

describe("a keeper that dies at any read or write", () => {
  it.each(["before", "after"] as const)(
    "has exactly one effect on the chain after the restart, dying %s each one",
    async (moment) => {
      let steps = 0;
      for (let died = true; died; steps++) {
        const world = mortal(steps, moment);
        const { account, intent, effects } = await keeperOn(chain, store, `dies ${moment} step ${steps}`);
        const first = executorOf({ id: chain.id, client: world.client }, world.store, account);
        const hedge = await intent();
        const live = async () => {
          await first.recover(await chain.mine());
          await first.submit(hedge);
          await first.onBlock(await chain.mine());
        };
        await live().catch((error: unknown) => expect(world.hasDied(), String(error)).toBe(true));
        died = world.hasDied();

        const second = executorOf(chain, store, account);
        await second.recover(await chain.head());
        for (let block = 0; block < 2; block++) await second.onBlock(await chain.mine());
        expect(second.inFlight()).toEqual([]);
        // The keeper decides again only on what it sees: no effect, and nothing in flight.
        if ((await effects()) === 0n) {
          expect(await second.submit(await intent())).toMatchObject({ status: "sent" });
          await second.onBlock(await chain.mine());
        }
        expect(await effects(), `died at step ${steps}`).toBe(1n);
        expect(await chain.client.getTransactionCount({ address: account.address, blockTag: "pending" })).toBe(1);
        expect(await store.transactions.lastNonce(chain.id, account.address)).toBe(0);
      }
      // Reads and writes of one undisturbed life: fewer would mean that the loop never reached the end.
      expect(steps).toBeGreaterThan(12);
    },
  );
});

/** The chain's client, whose next broadcast fails before or after the node has taken it. */
function breaking(moment: "before" | "after"): PublicClient {
  let broken = false;
  const request = (async ({ method, params }: { method: string; params?: readonly unknown[] }) => {
    const breaks = method === "eth_sendRawTransaction" && !broken;
    if (breaks) broken = true;
    if (breaks && moment === "before") throw new Died("socket hang up");
    const result = await chain.request(method, params);
    if (breaks) throw new Died("socket hang up");
    return result;
  }) as EIP1193RequestFn;
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
}

describe("a connection that breaks while the hedge is sent", () => {
  it("leaves it stored, and the next block sends it again", async () => {
    const publicClient = breaking("before");
    const { executor, intent, effects } = await keeperOn(chain, store, "broken before", { publicClient });
    await executor.recover(await chain.mine());
    expect(await executor.submit(await intent())).toMatchObject({ status: "unsent", transaction: { state: "signed" } });
    expect((await executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["accepted"]);
    expect((await executor.onBlock(await chain.mine())).at(-1)?.type).toBe("confirmed");
    expect(await effects()).toBe(1n);
  });

  it("does not matter when the node has it all the same", async () => {
    const publicClient = breaking("after");
    const { executor, intent, effects } = await keeperOn(chain, store, "broken after", { publicClient });
    await executor.recover(await chain.mine());
    expect(await executor.submit(await intent())).toMatchObject({ status: "sent" });
    expect((await executor.onBlock(await chain.mine())).at(-1)?.type).toBe("confirmed");
    expect(await effects()).toBe(1n);
  });
});

describe("a database connection that breaks once while the hedge is submitted", () => {
  it.each([
    ["before it is signed", "signed", "before", "abandoned", 0n],
    ["after it is signed", "signed", "after", "confirmed", 1n],
    ["before its acceptance is noted", "sent", "before", "confirmed", 1n],
    ["after its acceptance is noted", "sent", "after", "confirmed", 1n],
  ] as const)("%s leaves the decision a hedge", async (_when, state, moment, end, effect) => {
    let isBroken = false;
    const breakOff = () => {
      isBroken = false;
      storeError(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    };
    const transactions: Transactions = {
      ...store.transactions,
      async update(transaction, change) {
        const breaks = isBroken && change.state === state;
        if (breaks && moment === "before") breakOff();
        const updated = await store.transactions.update(transaction, change);
        if (breaks) breakOff();
        return updated;
      },
    };
    const faulty = { journal: store.journal, transactions };
    const { executor, intent, effects } = await keeperOn(chain, faulty, `breaks ${moment} ${state}`);
    await executor.recover(await chain.mine());
    const hedge = await intent();
    isBroken = true;
    await expect(executor.submit(hedge)).rejects.toMatchObject({ retryable: true });
    const types: string[] = [];
    for (let block = 0; block < 2; block++) types.push(...(await executor.onBlock(await chain.mine())).map(({ type }) => type));
    expect(types.at(-1)).toBe(end);
    const entry = await store.journal.find(hedge.decisionId);
    expect(entry?.decision.verdict).toBe("hedge");
    expect(entry?.decision.reason).not.toContain("refused");
    expect(await effects()).toBe(effect);
  });
});

describe("recovery", () => {
  it("cancels a stored hedge whose decision has become too old instead of sending it", async () => {
    const { account, executor, intent, effects } = await keeperOn(chain, store, "too old");
    await executor.recover(await chain.mine());
    const submission = await executor.submit(await intent());
    const hash = submission.status === "sent" ? submission.transaction.attempts[0]?.hash : undefined;
    await chain.request("hardhat_dropTransaction", [hash]);
    for (let block = 0; block < 6; block++) await chain.mine();

    const restarted = executorOf(chain, store, account);
    const events = await restarted.recover(await chain.head());
    expect(events.map(({ type }) => type)).toEqual(["cancelling", "accepted"]);
    expect((await restarted.onBlock(await chain.mine())).at(-1)?.type).toBe("cancelled");
    expect(await effects()).toBe(0n);
  });

  it("refuses to hedge on a node that is behind what the journal has seen", async () => {
    const { account, executor, intent } = await keeperOn(chain, store, "lagging");
    const old = await chain.mine();
    await executor.recover(old);
    await executor.submit(await intent());
    await executor.onBlock(await chain.mine());
    const restarted = executorOf(chain, store, account);
    await restarted.recover(old);
    await expect(restarted.submit(await intent())).rejects.toThrow(/behind the journal/);
  });

  it("is stopped by another process that moved the same transaction", async () => {
    const { account, executor, intent } = await keeperOn(chain, store, "two processes");
    await executor.recover(await chain.mine());
    await executor.submit(await intent());
    const other = executorOf(chain, store, account);
    const head = await chain.mine();
    await other.recover(head);
    await expect(executor.onBlock(head)).rejects.toThrow(/another process/);
  });
});
