import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSenders } from "../../../keeper/service/senders.ts";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { type Chain, openAnvilChain } from "../execution/chains.ts";
import { decisionAt, executorOf, keeperOn } from "../execution/keeperOn.ts";

const vaults = ["0x00000000000000000000000000000000000000A1", "0x00000000000000000000000000000000000000A2"] as const;

describe("the sender of a key that two vaults share", () => {
  let chain: Chain;
  let store: Store;
  beforeAll(async () => {
    [chain, store] = await Promise.all([openAnvilChain(), openStore({ memory: true })]);
  });
  afterAll(() => Promise.all([chain.close(), store.close()]));

  it("has one transaction in flight, steps once a block, and tells each vault of its own transactions only", async () => {
    const { account, recipient } = await keeperOn(chain, store, "two vaults");
    await chain.fund(account.address, parseEther("10"));
    const { senderOf } = createSenders(() => executorOf(chain, store, account), store.journal);
    const [first, second] = [senderOf(account, vaults[0]), senderOf(account, vaults[1])];
    const start = await chain.mine();
    await Promise.all([first.recover(start), second.recover(start)]);

    const decide = async (vault: (typeof vaults)[number]) => store.journal.addDecision({ ...decisionAt(chain.id, start), vault });
    const [one, two] = [await decide(vaults[0]), await decide(vaults[1])];
    const call = { to: recipient, data: "0x", value: 1n, riskAtStake: 1000 } as const;
    const [sent, refused] = await Promise.all([
      first.submit({ ...call, decisionId: one }),
      second.submit({ ...call, decisionId: two }),
    ]);
    expect(sent.status).toBe("sent");
    expect(refused).toMatchObject({ status: "refused", reason: expect.stringContaining("still in flight") });

    const mined = await chain.mine();
    const [other, own] = await Promise.all([second.onBlock(mined), first.onBlock(mined)]);
    expect(other).toEqual([]);
    expect(own.map(({ type }) => type)).toContain("confirmed");
    // A vault that is slow comes back with an old block: nothing is done twice.
    expect(await second.onBlock(start)).toEqual([]);
    expect(await first.onBlock(mined)).toEqual([]);
    expect(await chain.client.getBalance({ address: recipient })).toBe(1n);

    const three = await decide(vaults[1]);
    expect((await second.submit({ ...call, decisionId: three })).status).toBe("sent");
    const next = await chain.mine();
    expect(await first.onBlock(next)).toEqual([]);
    expect((await second.onBlock(next)).map(({ type }) => type)).toContain("confirmed");
  });

  it("finds the owner of an earlier run's transaction in the journal", async () => {
    const { account, recipient } = await keeperOn(chain, store, "two vaults again");
    const before = createSenders(() => executorOf(chain, store, account), store.journal).senderOf(account, vaults[0]);
    const start = await chain.mine();
    await before.recover(start);
    const decisionId = await store.journal.addDecision({ ...decisionAt(chain.id, start), vault: vaults[0] });
    await before.submit({ to: recipient, data: "0x", value: 1n, riskAtStake: 1000, decisionId });

    const { senderOf } = createSenders(() => executorOf(chain, store, account), store.journal);
    const [first, second] = [senderOf(account, vaults[0]), senderOf(account, vaults[1])];
    const mined = await chain.mine();
    expect(await second.recover(mined)).toEqual([]);
    expect((await first.recover(mined)).map(({ type }) => type)).toContain("confirmed");
  });
});
