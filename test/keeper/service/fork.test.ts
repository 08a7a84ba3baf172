import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectHedged, journalOf, pace, patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, readUntil, startDevnet } from "./runningDevnet.ts";

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
