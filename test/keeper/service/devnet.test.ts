import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import type { HedgePlan } from "../../../keeper/hedging/planHedge.ts";
import type { BookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import type { JournalEntry, Measurement } from "../../../keeper/store/journal.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { keel, type RunningDevnet, readUntil, startDevnet } from "./runningDevnet.ts";

/** Ten minutes of chain time a block: five hundred blocks hold three days of trading. */
const pace = ["--block", "600", "--interval", "40"];
const patience = 150_000;

/** The journal of a run that has ended, oldest entry first. */
async function journalOf(devnet: RunningDevnet, folder = devnet.env.KEEL_STORE ?? ""): Promise<readonly JournalEntry[]> {
  const store = await openStore({ folder });
  try {
    return (await store.journal.latest(5_000)).reverse();
  } finally {
    await store.close();
  }
}

/** Rows of the keeper itself, one for every block it saw; the others are the operator's. */
const decisionsOf = (entries: readonly JournalEntry[]) =>
  entries.filter(({ decision }) => decision.verdict !== "post" && decision.verdict !== "chore");

function expectHedged(entries: readonly JournalEntry[], blocks: number): void {
  const rows = decisionsOf(entries);
  expect(rows).toHaveLength(blocks);
  expect(new Set(rows.map(({ decision }) => decision.blockHash)).size).toBe(blocks);

  const hedges = rows.filter(({ decision, transaction }) => decision.verdict === "hedge" && transaction?.state === "confirmed");
  expect(hedges.length).toBeGreaterThan(0);
  // Blocks go by between a decision and its block, so one hedge may land on a market that has moved on; together they bring the error down.
  const errors = hedges.flatMap(({ outcome }) => (outcome?.measurement as Measurement | undefined)?.hedgeErrors ?? []);
  const sum = (side: "before" | "after") => errors.reduce((total, error) => total + Math.abs(error[side]), 0);
  expect(errors.length).toBeGreaterThan(0);
  expect(sum("after")).toBeLessThan(sum("before"));
  for (const { decision } of rows) expect(decision.reason).not.toContain("figures that disagree");
  for (const { decision } of rows.filter(({ decision: { snapshot, plan } }) => snapshot !== null && plan !== null)) {
    const { underlyings } = decision.snapshot as Snapshot;
    const { greeks } = decision.plan as { greeks: Record<string, BookGreeks> };
    for (const { symbol, holdings, onChain } of underlyings)
      expect(Math.abs((greeks[symbol]?.delta ?? Number.NaN) - onChain.delta)).toBeLessThan(1e-6 * (200 + Math.abs(holdings)));
  }

  const last = (rows.at(-1) as JournalEntry).decision;
  const { plans } = last.plan as { plans: readonly HedgePlan[] };
  const isInside = plans.every(({ hedgeError, region }) => hedgeError >= region.lower && hedgeError <= region.upper);
  expect(isInside || last.verdict === "hedge" || last.reason.includes("still in flight")).toBe(true);
}

describe("keel devnet and keel run", () => {
  let devnet: RunningDevnet;
  beforeAll(async () => {
    devnet = await startDevnet(pace);
  });
  afterAll(() => devnet.stop());

  it(
    "hedge for 500 blocks",
    async () => {
      const { code, stderr } = await keel(["run", "--blocks", "500"], devnet.env);
      expect(stderr.trim().split("\n").at(-1)).toContain("stopped");
      expect(code).toBe(0);
      expectHedged(await journalOf(devnet), 500);
    },
    patience,
  );

  it(
    "decide everything and send nothing with --dry-run",
    async () => {
      const senders = ["KEEL_PRIVATE_KEY", "KEEL_QUOTER_PRIVATE_KEY", "KEEL_OPERATOR_PRIVATE_KEY"].map((name) =>
        privateKeyToAddress(devnet.env[name] as `0x${string}`),
      );
      const nonces = () =>
        Promise.all(senders.map((address) => devnet.client.getTransactionCount({ address, blockTag: "pending" })));
      const before = await nonces();
      const folder = `${devnet.env.KEEL_STORE}-dry`;
      const { code } = await keel(["run", "--dry-run", "--blocks", "10", "--store", folder], devnet.env);
      expect(code).toBe(0);
      expect(await nonces()).toEqual(before);
      const entries = await journalOf(devnet, folder);
      expect(decisionsOf(entries)).toHaveLength(10);
      const states = new Set(entries.flatMap(({ transaction }) => (transaction === null ? [] : [transaction.state])));
      expect([...states]).toEqual(["dry"]);
    },
    patience,
  );

  it("say how the vault stands", async () => {
    const { code, stdout } = await keel(["status", "--json"], devnet.env);
    expect(code).toBe(0);
    const status = JSON.parse(stdout);
    expect(status.equity).toBeGreaterThan(1_900_000);
    expect(status.underlyings.map(({ symbol }: { symbol: string }) => symbol)).toEqual(["WETH", "WBTC"]);
    expect(status.journal).toHaveLength(5);
  });

  it("end cleanly on Ctrl-C", async () => {
    expect(await devnet.stop()).toBe(0);
  });
});

describe("a fork of the devnet", () => {
  let origin: RunningDevnet;
  let anvil: ChildProcess | undefined;
  let fork: RunningDevnet | undefined;
  beforeAll(async () => {
    origin = await startDevnet(["--block", "600", "--interval", "0", "--blocks", "1"]);
  });
  afterAll(async () => {
    await fork?.stop();
    if (anvil?.kill("SIGTERM")) await once(anvil, "exit");
    await origin.stop();
  });

  it(
    "is hedged when Hardhat serves it",
    async () => {
      fork = await startDevnet([...pace, "--fork", origin.url, "--market", origin.addresses]);
      expect((await keel(["run", "--blocks", "100"], fork.env)).code).toBe(0);
      expectHedged(await journalOf(fork), 100);
      expect(await fork.stop()).toBe(0);
    },
    patience,
  );

  it(
    "is hedged when anvil serves it",
    async () => {
      const binary = fileURLToPath(new URL("../../../node_modules/.bin/anvil", import.meta.url));
      // With as few threads as cores anvil may lock up while it fetches state and mines at once.
      anvil = spawn(binary, ["--fork-url", origin.url, "--no-mining", "--port", "0", "--threads", "8"]);
      const url = `http://${/Listening on (\S+)/.exec(await readUntil(anvil, /Listening on \S+/))?.[1]}`;
      fork = await startDevnet(["--block", "600", "--interval", "120", "--rpc", url, "--market", origin.addresses]);
      expect((await keel(["run", "--blocks", "100"], fork.env)).code).toBe(0);
      expectHedged(await journalOf(fork), 100);
      expect(await fork.stop()).toBe(0);
    },
    patience,
  );
});
