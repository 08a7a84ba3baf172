import { privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decisionsOf, expectHedged, journalOf, pace, patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, startDevnet } from "./runningDevnet.ts";

describe("keel devnet and keel run", () => {
  let devnet: RunningDevnet;
  beforeAll(async () => {
    devnet = await startDevnet(pace);
  });
  afterAll(() => devnet.stop());

  it(
    "hedge for 500 blocks, with the dealer's options where they are worth it",
    async () => {
      const { code, stderr } = await keel(["run", "--blocks", "500"], devnet.env);
      expect(stderr.trim().split("\n").at(-1)).toContain("stopped");
      expect(code).toBe(0);
      const entries = await journalOf(devnet);
      expectHedged(entries, 500);
      const takes = entries.filter(
        ({ decision, transaction }) => decision.verdict === "take" && transaction?.state === "confirmed",
      );
      expect(takes.length).toBeGreaterThan(0);
      for (const { outcome } of takes) expect(outcome?.measurement).toMatchObject({ hedgeErrors: [{}], costs: {} });
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
