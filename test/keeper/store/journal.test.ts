import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, type Store, type StoreLocation } from "../../../keeper/store/openStore.ts";
import { decisionAt } from "../execution/keeperOn.ts";
import { type RunningPostgres, startPostgres } from "./startPostgres.ts";

let server: RunningPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const places: readonly { place: string; location: () => StoreLocation }[] = [
  { place: "in memory", location: () => ({ memory: true }) },
  { place: "on a server", location: () => ({ url: server.url }) },
];

const address = "0x00000000000000000000000000000000000000b0";
const hash = (byte: string) => `0x${byte.repeat(32)}` as const;

describe.each(places)("the journal $place", ({ location }) => {
  let store: Store;
  const chainId = 1_000_000_007;
  const decision = decisionAt(chainId, { number: 7n, hash: hash("ab"), baseFeePerGas: 1n });

  beforeAll(async () => {
    store = await openStore(location());
  });
  afterAll(() => store.close());

  it("gives a decision back as it was, bigints and special numbers included", async () => {
    const snapshot = { wei: 2n ** 255n, rate: Number.NaN, none: null, deep: [{ $bigint: "text" }, -0, "\0", 5e-324] };
    const id = await store.journal.addDecision({ ...decision, underlying: address, snapshot, blockNumber: 2n ** 53n + 1n });
    const entry = await store.journal.find(id);
    expect(entry).toMatchObject({ transaction: null, outcome: null });
    expect(entry?.decision).toStrictEqual({ id, ...decision, underlying: address, snapshot, blockNumber: 2n ** 53n + 1n });
  });

  it("keeps holds in order before the decision that follows them", async () => {
    await store.journal.addHold({ ...decision, verdict: "hold", reason: "first" });
    await store.journal.addHold({ ...decision, verdict: "hold", reason: "second" });
    await store.journal.addDecision({ ...decision, reason: "third" });
    const reasons = (await store.journal.latest(3)).map((entry) => entry.decision.reason);
    expect(reasons).toEqual(["third", "second", "first"]);
  });

  it("writes a reason as one readable line, whatever a contract put into it", async () => {
    const id = await store.journal.addDecision({ ...decision, reason: "two\r\nlines\0and \ud800 half" });
    await store.journal.refuse(id, "no\n\u0007gas");
    const entry = await store.journal.find(id);
    expect(entry?.decision).toMatchObject({ verdict: "refuse", reason: "two lines and \ufffd half; refused: no gas" });
  });

  it("keeps an errand's kind when it is refused", async () => {
    const id = await store.journal.addDecision({ ...decision, verdict: "chore", reason: "collect the put" });
    await store.journal.refuse(id, "LegMissing()");
    expect((await store.journal.find(id))?.decision).toMatchObject({
      verdict: "chore",
      reason: "collect the put; refused: LegMissing()",
    });
  });

  it("stores a transaction's life, its outcome and, once, its measurement", async () => {
    const decisionId = await store.journal.addDecision(decision);
    const call = { to: address, data: "0x12", value: 5n, gasLimit: 100_000n, riskAtStake: 12.5, createdBlock: 7n } as const;
    const sender = `0x${decisionId.toString(16).padStart(40, "0")}` as const;
    const intent = await store.transactions.add({ decisionId, chainId, sender, nonce: 3, state: "intent", ...call });
    const attempt = {
      purpose: "hedge",
      hash: `0x${decisionId.toString(16).padStart(64, "0")}`,
      raw: "0x02",
      maxFeePerGas: 2n ** 100n,
      maxPriorityFeePerGas: 1n,
      signedBlock: 7n,
    } as const;
    const signed = await store.transactions.update(intent, { state: "signed", attempt });
    expect(await store.transactions.inFlight(chainId, sender)).toStrictEqual(signed);
    expect(await store.transactions.lastNonce(chainId, sender)).toBe(-1);
    await expect(store.transactions.add({ decisionId, chainId, sender, nonce: 4, state: "intent", ...call })).rejects.toThrow(
      /transactions_one_/,
    );
    await expect(
      store.transactions.update(intent, { state: "signed", attempt: { ...attempt, hash: hash("cd") } }),
    ).rejects.toThrow(/no longer "intent"/);

    const place = { hash: attempt.hash, blockNumber: 8n, blockHash: hash("ef") };
    const outcome = { ...place, gasUsed: 90_000n, feeWei: 2n ** 70n };
    await store.transactions.update(signed, { state: "confirmed", mined: place, outcome });
    expect(await store.transactions.inFlight(chainId, sender)).toBeNull();
    expect(await store.transactions.lastNonce(chainId, sender)).toBe(3);
    const settled = await store.journal.find(decisionId);
    expect(settled?.transaction).toMatchObject({
      state: "confirmed",
      minedHash: attempt.hash,
      minedBlock: 8n,
      minedBlockHash: hash("ef"),
    });
    expect(settled?.outcome).toMatchObject({ ...outcome, measurement: null });

    const open = () => store.journal.unmeasured(chainId, decision.vault, 10);
    expect(await open()).toEqual([{ decisionId, snapshot: decision.snapshot, hash: attempt.hash }]);
    expect(await store.journal.unmeasured(chainId, address, 10)).toEqual([]);
    const measurement = { hedgeErrors: [{ underlying: address, before: -3.5, after: 0.25 }], costs: { gas: 1.5, fees: 0.3 } };
    await store.journal.measure(decisionId, measurement);
    expect(await open()).toEqual([]);
    expect((await store.journal.find(decisionId))?.outcome?.measurement).toStrictEqual(measurement);
  });

  it.each([
    ["a hedge that failed", "hedge", "failed"],
    ["a cancelled hedge", "hedge", "cancelled"],
    ["an errand", "chore", "confirmed"],
    ["posted smiles", "post", "confirmed"],
  ] as const)("expects no measurement of %s", async (_what, verdict, state) => {
    const vault = "0x00000000000000000000000000000000000000D1";
    const decisionId = await store.journal.addDecision({ ...decision, vault, verdict });
    const sender = `0x${decisionId.toString(16).padStart(40, "0")}` as const;
    const call = { to: address, data: "0x12", value: 5n, gasLimit: 1n, riskAtStake: 1, createdBlock: 7n } as const;
    const sent = await store.transactions.add({ decisionId, chainId, sender, nonce: 3, state: "sent", ...call });
    const place = { hash: `0x${decisionId.toString(16).padStart(64, "1")}`, blockNumber: 8n, blockHash: hash("ef") } as const;
    await store.transactions.update(sent, { state, mined: place, outcome: { ...place, gasUsed: 1n, feeWei: 1n } });
    expect(await store.journal.unmeasured(chainId, vault, 10)).toEqual([]);
  });

  it("shows what was done for a vault without the holds, and everything decided at a height", async () => {
    const vault = "0x00000000000000000000000000000000000000C1";
    const own = { ...decision, vault, blockNumber: 4_711n } as const;
    await store.journal.addHold({ ...own, verdict: "hold", reason: "inside" });
    await store.journal.addDecision({ ...own, reason: "outside" });
    await store.journal.addDecision({ ...own, vault: address, reason: "another vault" });
    const acts = await store.journal.acts(chainId, vault, 10);
    expect(acts.map((entry) => entry.decision.reason)).toEqual(["outside"]);
    expect(acts[0]?.decision).not.toHaveProperty("snapshot");
    const all = await store.journal.atBlock(4_711n);
    expect(all.map((entry) => entry.decision.reason)).toEqual(["inside", "outside", "another vault"]);
  });

  it("gives a lease to one holder, prolongs it, and gives it on when it is given back or has run out", async () => {
    const { take, giveBack } = store.leases;
    expect(await take("key", "first", 3_600)).toBe(true);
    expect(await take("key", "second", 3_600)).toBe(false);
    expect(await take("key", "first", 3_600)).toBe(true);
    await giveBack("key", "second");
    expect(await take("key", "second", 3_600)).toBe(false);
    await giveBack("key", "first");
    // A lease of no time at all has run out when it is given.
    expect(await take("key", "second", 0)).toBe(true);
    expect(await take("key", "first", 3_600)).toBe(true);
    const racers = await Promise.all(["a", "b", "c", "d"].map((holder) => take("raced", holder, 60)));
    expect(racers.filter(Boolean)).toHaveLength(1);
  });
});
