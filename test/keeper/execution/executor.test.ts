import { type Abi, parseGwei, toFunctionSelector, toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { type Chain, openHardhatChain } from "./chains.ts";
import { keeperOn } from "./keeperOn.ts";

let chain: Chain;
let store: Store;

beforeAll(async () => {
  [chain, store] = await Promise.all([openHardhatChain(), openStore({ memory: true })]);
});
afterAll(async () => {
  await store.close();
  await chain.close();
});

const nextBaseFee = (gwei: string) => chain.request("hardhat_setNextBlockBaseFeePerGas", [toHex(parseGwei(gwei))]);

describe("a hedge", () => {
  it("is simulated, stored, sent, mined and confirmed, and its outcome carries the receipt's facts", async () => {
    const keeper = await keeperOn(chain, store, "normal");
    await keeper.executor.recover(await chain.mine());
    const intent = await keeper.intent();
    const submission = await keeper.executor.submit(intent);
    expect(submission.status).toBe("sent");
    expect(keeper.executor.inFlight()).toMatchObject([{ decisionId: intent.decisionId, mined: false, cancelling: false }]);

    const head = await chain.mine();
    const events = await keeper.executor.onBlock(head);
    expect(events.map(({ type }) => type)).toEqual(["mined", "confirmed"]);
    expect(keeper.executor.inFlight()).toEqual([]);
    expect(await keeper.effects()).toBe(1n);

    const entry = await store.journal.find(intent.decisionId);
    const receipt = await chain.client.getTransactionReceipt({ hash: entry?.outcome?.hash ?? "0x" });
    expect(entry?.transaction?.state).toBe("confirmed");
    expect(entry?.outcome).toMatchObject({
      blockNumber: head.number,
      blockHash: head.hash,
      gasUsed: receipt.gasUsed,
      feeWei: receipt.gasUsed * receipt.effectiveGasPrice,
    });
  });

  it("waits for its confirmations and lets no second one start before", async () => {
    const keeper = await keeperOn(chain, store, "confirmations", { policy: { confirmations: 3 } });
    await keeper.executor.recover(await chain.mine());
    await keeper.executor.submit(await keeper.intent());
    expect((await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["mined"]);
    expect(keeper.executor.inFlight()).toMatchObject([{ mined: true }]);
    const second = await keeper.intent();
    expect(await keeper.executor.submit(second)).toMatchObject({ status: "refused" });
    expect((await store.journal.find(second.decisionId))?.decision).toMatchObject({ verdict: "refuse" });
    expect(await keeper.executor.onBlock(await chain.mine())).toEqual([]);
    expect((await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["confirmed"]);
    expect(await keeper.executor.submit(await keeper.intent())).toMatchObject({ status: "sent" });
  });

  it("that a reorg undid after it had settled is taken up again; while blocks follow one another nobody asks for that", async () => {
    const keeper = await keeperOn(chain, store, "undone");
    await keeper.executor.recover(await chain.mine());
    const before = await chain.request("evm_snapshot");
    const next = async () => {
      const head = await chain.mine();
      const { parentHash } = await chain.client.getBlock({ blockHash: head.hash });
      return keeper.executor.onBlock({ ...head, parentHash });
    };
    const asked = vi.spyOn(chain.client, "getTransactionCount");
    await keeper.executor.submit(await keeper.intent());
    expect((await next()).map(({ type }) => type)).toEqual(["mined", "confirmed"]);
    expect(await next()).toEqual([]);
    asked.mockClear();
    expect([await next(), await next()]).toEqual([[], []]);
    expect(asked).not.toHaveBeenCalled();

    await chain.request("evm_revert", [before]);
    const events = [await next(), await next(), await next()].flat().map(({ type }) => type);
    expect(events[0]).toBe("reopened");
    expect(await keeper.effects()).toBe(1n);
    asked.mockRestore();
  });

  it("leads to one transaction per decision even when asked twice", async () => {
    const keeper = await keeperOn(chain, store, "twice");
    await keeper.executor.recover(await chain.mine());
    const intent = await keeper.intent();
    await keeper.executor.submit(intent);
    await keeper.executor.onBlock(await chain.mine());
    await expect(keeper.executor.submit(intent)).rejects.toThrow(/transactions_one_per_decision/);
    await keeper.executor.onBlock(await chain.mine());
    expect(await keeper.effects()).toBe(1n);
  });

  it("settles as failed when it reverts only once it is mined", async () => {
    const keeper = await keeperOn(chain, store, "reverts later");
    await keeper.executor.recover(await chain.mine());
    const intent = await keeper.intent();
    await keeper.executor.submit(intent);
    await chain.request("hardhat_setCode", [keeper.recipient, "0x60006000fd"]);
    expect((await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["mined", "failed"]);
    expect((await store.journal.find(intent.decisionId))?.outcome?.feeWei).toBeGreaterThan(0n);
    expect(await keeper.effects()).toBe(0n);
  });
});

describe("a refusal", () => {
  it("names the custom error of a hedge that would revert and sends nothing", async () => {
    const errorsAbi = [{ type: "error", name: "VaultPaused", inputs: [] }] as const satisfies Abi;
    const keeper = await keeperOn(chain, store, "paused");
    const selector = toFunctionSelector("VaultPaused()").slice(2);
    await chain.request("hardhat_setCode", [keeper.recipient, `0x63${selector}60e01b60005260046000fd`]);
    await keeper.executor.recover(await chain.mine());
    const intent = await keeper.intent({ errorsAbi });
    expect(await keeper.executor.submit(intent)).toEqual({ status: "refused", reason: "the hedge reverts with VaultPaused()" });
    expect((await store.journal.find(intent.decisionId))?.decision).toMatchObject({
      verdict: "refuse",
      reason: "the risk removed is worth more than it costs; refused: the hedge reverts with VaultPaused()",
    });
    expect(await chain.client.getTransactionCount({ address: keeper.account.address, blockTag: "pending" })).toBe(0);
  });

  it("shows the selector of an error no contract of ours declares", async () => {
    const keeper = await keeperOn(chain, store, "unknown error");
    await chain.request("hardhat_setCode", [keeper.recipient, "0x63deadbeef60e01b60005260046000fd"]);
    await keeper.executor.recover(await chain.mine());
    const submission = await keeper.executor.submit(await keeper.intent());
    expect(submission).toMatchObject({ status: "refused", reason: expect.stringContaining("0xdeadbeef") });
  });

  it("comes when the risk is not worth the gas price", async () => {
    const keeper = await keeperOn(chain, store, "worthless");
    await keeper.executor.recover(await chain.mine());
    const submission = await keeper.executor.submit(await keeper.intent({ riskAtStake: 0.5 }));
    expect(submission).toMatchObject({ status: "refused", reason: expect.stringContaining("ceiling") });
  });

  it("comes when the key cannot pay for the gas", async () => {
    const keeper = await keeperOn(chain, store, "poor");
    await chain.fund(keeper.account.address, 1000n);
    await keeper.executor.recover(await chain.mine());
    const submission = await keeper.executor.submit(await keeper.intent());
    expect(submission).toMatchObject({ status: "refused", reason: expect.stringContaining("gas money") });
  });
});

describe("a dry run", () => {
  it("simulates and journals the hedge but signs and sends nothing", async () => {
    const keeper = await keeperOn(chain, store, "dry", { dryRun: true });
    await keeper.executor.recover(await chain.mine());
    const intent = await keeper.intent();
    const submission = await keeper.executor.submit(intent);
    expect(submission).toMatchObject({ status: "dry", transaction: { state: "dry", nonce: null, attempts: [] } });
    await keeper.executor.onBlock(await chain.mine());
    expect(await keeper.effects()).toBe(0n);
    expect(keeper.executor.inFlight()).toEqual([]);
  });
});

describe("a stuck hedge", () => {
  it("is replaced at the same nonce by at least 12.5 % dearer attempts until one is mined, with one effect", async () => {
    const keeper = await keeperOn(chain, store, "stuck");
    await keeper.executor.recover(await chain.mine());
    const submission = await keeper.executor.submit(await keeper.intent());
    const first = submission.status === "sent" ? submission.transaction.attempts[0] : undefined;
    await nextBaseFee("500");
    expect(await keeper.executor.onBlock(await chain.mine())).toEqual([]);
    await nextBaseFee("500");
    const events = await keeper.executor.onBlock(await chain.mine());
    expect(events.map(({ type }) => type)).toEqual(["replaced", "accepted"]);
    const second = events.at(-1)?.transaction.attempts[1];
    expect(second?.maxFeePerGas).toBeGreaterThanOrEqual(((first?.maxFeePerGas ?? 0n) * 1125n) / 1000n);
    expect(second?.maxPriorityFeePerGas).toBeGreaterThanOrEqual(((first?.maxPriorityFeePerGas ?? 0n) * 1125n) / 1000n);
    await nextBaseFee("500");
    const settled = await keeper.executor.onBlock(await chain.mine());
    expect(settled.map(({ type }) => type)).toEqual(["mined", "confirmed"]);
    expect(settled.at(-1)?.transaction.minedHash).toBe(second?.hash);
    expect(await keeper.effects()).toBe(1n);
    expect(await chain.client.getTransactionCount({ address: keeper.account.address })).toBe(1);
    await nextBaseFee("1");
  });

  it("is counted when the first attempt is mined after all", async () => {
    const keeper = await keeperOn(chain, store, "first wins");
    await keeper.executor.recover(await chain.mine());
    await keeper.executor.submit(await keeper.intent());
    await nextBaseFee("500");
    await keeper.executor.onBlock(await chain.mine());
    await nextBaseFee("500");
    const events = await keeper.executor.onBlock(await chain.mine());
    const [first, second] = events.at(-1)?.transaction.attempts ?? [];
    await chain.request("hardhat_dropTransaction", [second?.hash]);
    await chain.request("eth_sendRawTransaction", [first?.raw]);
    await nextBaseFee("1");
    const settled = await keeper.executor.onBlock(await chain.mine());
    expect(settled.at(-1)).toMatchObject({ type: "confirmed", transaction: { minedHash: first?.hash } });
    expect(await keeper.effects()).toBe(1n);
  });

  it("waits loudly while the ceiling forbids a replacement, and goes on when the risk has grown", async () => {
    const keeper = await keeperOn(chain, store, "ceiling");
    await keeper.executor.recover(await chain.mine());
    const base = (await chain.head()).baseFeePerGas ?? 0n;
    const riskAtStake = Number(base) / 1e9 + 1.5;
    await keeper.executor.submit(await keeper.intent({ riskAtStake }));
    await nextBaseFee("500");
    await keeper.executor.onBlock(await chain.mine());
    await nextBaseFee("500");
    expect((await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["stuck"]);
    await nextBaseFee("500");
    const events = await keeper.executor.onBlock(await chain.mine(), { riskAtStake: 2000 });
    expect(events.map(({ type }) => type)).toEqual(["replaced", "accepted"]);
    await nextBaseFee("500");
    await keeper.executor.onBlock(await chain.mine());
    expect(await keeper.effects()).toBe(1n);
    await nextBaseFee("1");
  });

  it("is cancelled when its decision is too old", async () => {
    const keeper = await keeperOn(chain, store, "cancelled");
    await keeper.executor.recover(await chain.mine());
    const riskAtStake = Number((await chain.head()).baseFeePerGas ?? 0n) / 1e9 + 1.2;
    const intent = await keeper.intent({ riskAtStake });
    await keeper.executor.submit(intent);
    const types: string[] = [];
    for (let block = 0; block < 6; block++) {
      await nextBaseFee("10");
      types.push(...(await keeper.executor.onBlock(await chain.mine(), { riskAtStake: 4 })).map(({ type }) => type));
    }
    expect(types.at(-2)).toBe("cancelling");
    expect(keeper.executor.inFlight()).toMatchObject([{ cancelling: true, mined: false }]);
    await nextBaseFee("1");
    const [, settled] = await keeper.executor.onBlock(await chain.mine());
    expect(settled?.type).toBe("cancelled");
    expect(await keeper.effects()).toBe(0n);
    expect((await store.journal.find(intent.decisionId))?.transaction?.state).toBe("cancelled");
  });
});

describe("a foreign transaction on our nonce", () => {
  it("halts the executor with the cure, and a person may accept it", async () => {
    const keeper = await keeperOn(chain, store, "foreign");
    await keeper.executor.recover(await chain.mine());
    await nextBaseFee("500");
    await keeper.executor.submit(await keeper.intent({ riskAtStake: 20 }));
    const raw = await keeper.account.signTransaction?.({
      type: "eip1559",
      chainId: chain.id,
      nonce: 0,
      gas: 21_000n,
      to: keeper.account.address,
      maxFeePerGas: parseGwei("2000"),
      maxPriorityFeePerGas: parseGwei("10"),
    });
    await chain.request("eth_sendRawTransaction", [raw]);
    expect((await keeper.executor.onBlock(await chain.mine())).map(({ type }) => type)).toEqual(["vanished"]);
    await expect(keeper.executor.onBlock(await chain.mine())).rejects.toThrow(/unknown transaction used nonce 0/);
    await expect(keeper.executor.submit(await keeper.intent())).rejects.toThrow(/unknown transaction used nonce 0/);

    const restarted = await keeperOn(chain, store, "foreign");
    const events = await restarted.executor.recover(await chain.mine(), { acceptForeign: true });
    expect(events.map(({ type }) => type)).toEqual(["vanished", "superseded"]);
    expect(await restarted.executor.submit(await restarted.intent())).toMatchObject({
      status: "sent",
      transaction: { nonce: 1 },
    });
    await restarted.executor.onBlock(await chain.mine());
    expect(await restarted.effects()).toBe(1n);
  });
});
