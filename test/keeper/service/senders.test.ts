import { parseEther, parseGwei, toHex } from "viem";
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

  it("refuses what a slow vault decided on a block before its own hedge, and nothing of a vault that is merely behind", async () => {
    const { account, recipient } = await keeperOn(chain, store, "slow vault");
    await chain.fund(account.address, parseEther("10"));
    const { senderOf } = createSenders(() => executorOf(chain, store, account, { policy: { confirmations: 2 } }), store.journal);
    const [slow, quick] = [senderOf(account, vaults[0]), senderOf(account, vaults[1])];
    const decide = async (vault: (typeof vaults)[number]) => store.journal.addDecision({ ...decisionAt(chain.id, start), vault });
    const call = { to: recipient, data: "0x", value: 1n, riskAtStake: 1000 } as const;
    const start = await chain.mine();
    await Promise.all([slow.recover(start), quick.recover(start)]);
    expect((await slow.submit({ ...call, decisionId: await decide(vaults[0]) })).status).toBe("sent");

    const holding = await chain.mine();
    for (const head of [holding, await chain.mine()]) await quick.onBlock(head);
    expect((await slow.onBlock(start)).map(({ type }) => type)).toContain("confirmed");
    expect(slow.inFlight()).toEqual([]);
    const stale = await decide(vaults[0]);
    const refused = await slow.submit({ ...call, decisionId: stale });
    expect(refused).toMatchObject({ status: "refused", reason: expect.stringContaining(`decided on block ${start.number}`) });
    expect((await store.journal.find(stale))?.decision.verdict).toBe("refuse");
    await chain.mine();
    expect(await chain.client.getBalance({ address: recipient })).toBe(1n);

    await quick.onBlock(await chain.mine());
    await slow.onBlock(holding);
    expect((await slow.submit({ ...call, decisionId: await decide(vaults[0]) })).status).toBe("sent");
  });

  it("asks, at the moment of sending, where a step that is under way finds the vault's hedge", async () => {
    const { account, recipient } = await keeperOn(chain, store, "step under way");
    await chain.fund(account.address, parseEther("10"));
    const { senderOf } = createSenders(() => executorOf(chain, store, account), store.journal);
    const [slow, quick] = [senderOf(account, vaults[0]), senderOf(account, vaults[1])];
    const call = { to: recipient, data: "0x", value: 1n, riskAtStake: 1000 } as const;
    const start = await chain.mine();
    await slow.recover(start);
    const [one, two] = [
      await store.journal.addDecision({ ...decisionAt(chain.id, start), vault: vaults[0] }),
      await store.journal.addDecision({ ...decisionAt(chain.id, start), vault: vaults[0] }),
    ];
    expect((await slow.submit({ ...call, decisionId: one })).status).toBe("sent");
    const [, again] = await Promise.all([quick.onBlock(await chain.mine()), slow.submit({ ...call, decisionId: two })]);
    expect(again.status).toBe("refused");
    await chain.mine();
    expect(await chain.client.getBalance({ address: recipient })).toBe(1n);
  });

  it.each([
    { name: "pays for a hedge what its own vault has at stake, though another steps first", own: 500, other: 0, effects: 1n },
    { name: "pays no more for it when another vault has more at stake", own: 0, other: 500, effects: 0n },
  ])("$name", async ({ name, own, other, effects }) => {
    const { account, recipient } = await keeperOn(chain, store, name);
    const policy = { tipPerGas: parseGwei("1"), maxFeePerGas: (risk: number) => parseGwei(String(risk)) };
    const { senderOf } = createSenders(() => executorOf(chain, store, account, { policy }), store.journal);
    const [owner, quick] = [senderOf(account, vaults[0]), senderOf(account, vaults[1])];
    const mineAt = async (gwei: string) => {
      await chain.request("anvil_setNextBlockBaseFeePerGas", [toHex(parseGwei(gwei))]);
      return chain.mine();
    };
    const start = await mineAt("5");
    await owner.recover(start);
    const decisionId = await store.journal.addDecision({ ...decisionAt(chain.id, start), vault: vaults[0] });
    expect((await owner.submit({ to: recipient, data: "0x", value: 1n, riskAtStake: 10, decisionId })).status).toBe("sent");
    for (let block = 0; block < 3; block += 1) {
      const head = await mineAt("50");
      await quick.onBlock(head, { riskAtStake: other });
      await owner.onBlock(head, { riskAtStake: own });
    }
    // The base fee is above what the hedge was sent with: only a dearer replacement is mined.
    expect(await chain.client.getBalance({ address: recipient })).toBe(effects);
    await mineAt("1");
  });
});
