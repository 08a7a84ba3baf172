import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { type Chain, openAnvilChain } from "./chains.ts";
import { keeperOn } from "./keeperOn.ts";

let chain: Chain;
let store: Store;

beforeAll(async () => {
  [chain, store] = await Promise.all([openAnvilChain(), openStore({ memory: true })]);
});
afterAll(async () => {
  await store.close();
  await chain.close();
});

describe("a node that forgets", () => {
  it("gets the same raw transaction again, at the same nonce", async () => {
    const keeper = await keeperOn(chain, store, "dropped");
    await keeper.executor.recover(await chain.mine());
    const submission = await keeper.executor.submit(await keeper.intent());
    const hash = submission.status === "sent" ? submission.transaction.attempts[0]?.hash : undefined;
    await chain.request("anvil_dropTransaction", [hash]);
    const events = await keeper.executor.onBlock(await chain.mine());
    expect(events.map(({ type }) => type)).toEqual(["dropped", "accepted"]);
    const settled = await keeper.executor.onBlock(await chain.mine());
    expect(settled.at(-1)).toMatchObject({ type: "confirmed", transaction: { minedHash: hash, nonce: 0 } });
    expect(await keeper.effects()).toBe(1n);
  });

  it("gets it again when its whole pool is gone", async () => {
    const keeper = await keeperOn(chain, store, "pool gone");
    await keeper.executor.recover(await chain.mine());
    await keeper.executor.submit(await keeper.intent());
    await chain.request("anvil_dropAllTransactions");
    await keeper.executor.onBlock(await chain.mine());
    expect((await keeper.executor.onBlock(await chain.mine())).at(-1)?.type).toBe("confirmed");
    expect(await keeper.effects()).toBe(1n);
  });
});

describe("a reorg of the hedge's block", () => {
  it("puts the hedge back in flight and confirms it once, where it ends up", async () => {
    const keeper = await keeperOn(chain, store, "reorg", { policy: { confirmations: 3 } });
    await keeper.executor.recover(await chain.mine());
    await keeper.executor.submit(await keeper.intent());
    const lost = await chain.mine();
    expect((await keeper.executor.onBlock(lost)).map(({ type }) => type)).toEqual(["mined"]);

    await chain.request("anvil_reorg", [1, []]);
    const head = await chain.head();
    expect(head.hash).not.toBe(lost.hash);
    const events = await keeper.executor.onBlock(head);
    expect(events[0]?.type).toBe("unmined");
    expect(keeper.executor.inFlight()).toMatchObject([{ mined: false }]);
    expect(await keeper.effects()).toBe(0n);

    const types: string[] = [];
    for (let block = 0; block < 3; block++)
      types.push(...(await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type));
    expect(types).toEqual(["mined", "confirmed"]);
    expect(await keeper.effects()).toBe(1n);
    expect(await chain.client.getTransactionCount({ address: keeper.account.address })).toBe(1);
  });

  it("halts when another transaction of the key took the nonce in the new chain", async () => {
    const keeper = await keeperOn(chain, store, "reorg foreign", { policy: { confirmations: 2 } });
    await keeper.executor.recover(await chain.mine());
    await keeper.executor.submit(await keeper.intent());
    await keeper.executor.onBlock(await chain.mine());
    const foreign = await keeper.account.signTransaction?.({
      type: "eip1559",
      chainId: chain.id,
      nonce: 0,
      gas: 21_000n,
      to: keeper.account.address,
      maxFeePerGas: 10n ** 11n,
      maxPriorityFeePerGas: 10n ** 9n,
    });
    await chain.request("anvil_reorg", [1, [[foreign, 0]]]);
    await keeper.executor.onBlock(await chain.head());
    await keeper.executor.onBlock(await chain.mine());
    await expect(keeper.executor.onBlock(await chain.mine())).rejects.toThrow(/unknown transaction used nonce 0/);
    expect(await keeper.effects()).toBe(0n);
  });
});
