import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevelopmentNode, startAnvil } from "../../startAnvil.ts";
import { expectHedged, journalOf, pace, patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, startDevnet } from "./runningDevnet.ts";

describe("a fork of the devnet", () => {
  let origin: RunningDevnet;
  let anvil: DevelopmentNode | undefined;
  let fork: RunningDevnet | undefined;
  beforeAll(async () => {
    origin = await startDevnet(["--block", "600", "--interval", "0", "--blocks", "1"]);
  });
  afterAll(async () => {
    await fork?.stop();
    await anvil?.close();
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
      // With as few threads as cores anvil may lock up while it fetches state and mines at once.
      anvil = await startAnvil(["--fork-url", origin.url, "--no-mining", "--threads", "8"]);
      fork = await startDevnet(["--block", "600", "--interval", "120", "--rpc", anvil.url, "--market", origin.addresses]);
      expect((await keel(["run", "--blocks", "100"], fork.env)).code).toBe(0);
      expectHedged(await journalOf(fork), 100);
      expect(await fork.stop()).toBe(0);
    },
    patience,
  );
});
