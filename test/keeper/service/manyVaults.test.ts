import { dirname, join } from "node:path";
import type { Address, Hex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { type RunningPostgres, startPostgres } from "../store/startPostgres.ts";
import { decisionsOf, journalOf, patience } from "./hedgedJournal.ts";
import { freePort, keel, type RunningDevnet, type RunningKeel, startDevnet, startKeel } from "./runningDevnet.ts";

describe("two vaults in one process, on one key", () => {
  let devnet: RunningDevnet;
  let server: RunningPostgres;
  let env: Readonly<Record<string, string>>;
  let vaults: readonly [Address, Address];
  const processes: RunningKeel[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    devnet = await startDevnet(["--block", "12", "--interval", "250"]);
    const key = mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex: 8 }).getHdKey()
      .privateKey;
    if (!key) return expect.unreachable();
    const path = join(dirname(devnet.addresses), "second.json");
    const deployer = { ...devnet.env, KEEL_DEPLOYER_PRIVATE_KEY: Buffer.from(key).toString("hex") };
    const deployed = await keel(["deploy", "--market", devnet.addresses, "--addresses", path], deployer);
    expect(deployed).toMatchObject({ code: 0, stderr: "" });
    vaults = [readAddressBook(devnet.addresses).contracts.vault, readAddressBook(path).contracts.vault];
    env = { ...devnet.env, KEEL_ADDRESSES: `${devnet.addresses},${path}` };
  });
  afterAll(async () => {
    for (const each of processes) await each.end("SIGKILL");
    await devnet.stop();
    await server.stop();
  });

  function startKeeper(environment: Readonly<Record<string, string>>): RunningKeel {
    const keeper = startKeel(["run"], environment);
    processes.push(keeper);
    return keeper;
  }

  const said = (vault: string, times: number) => new RegExp(`(?:"vault":"${vault}"[^\\n]*hold:[\\s\\S]*){${times}}`);

  it(
    "live apart: one whose contract is gone does not stop the other, and goes on when it is back",
    async () => {
      const [first, second] = vaults;
      const keeper = startKeeper(env);
      await Promise.all([keeper.hears(said(first, 2)), keeper.hears(said(second, 2))]);

      const ready = async () =>
        (await fetch(`http://127.0.0.1:${env.KEEL_HTTP_PORT}/ready`)).json() as Promise<{ waiting: { vault: string }[] }>;
      const request = (method: string, params: unknown[]) => devnet.client.request({ method, params } as never);
      const code = (await devnet.client.getCode({ address: second })) as Hex;
      await request("hardhat_setCode", [second, "0x"]);
      const gone = `"vault":"${second}"[^\\n]*block skipped[\\s\\S]*`;
      await keeper.hears(new RegExp(`${gone}${said(first, 3).source}`));
      expect((await ready()).waiting.map(({ vault }) => vault)).toEqual([`31337:${second}`]);

      await request("hardhat_setCode", [second, code]);
      await keeper.hears(new RegExp(`${gone}${said(second, 2).source}`));
      expect((await ready()).waiting).toEqual([]);
      expect(await keeper.end("SIGTERM")).toBe(0);

      const rows = decisionsOf(await journalOf(devnet)).filter(({ decision }) => decision.snapshot !== null);
      for (const vault of [first, second]) {
        const own = rows.filter(({ decision }) => decision.vault === vault);
        expect(own.length).toBeGreaterThan(3);
        expect(new Set(own.map(({ decision }) => decision.blockHash)).size).toBe(own.length);
      }
    },
    patience,
  );

  it(
    "share the lease on a database: both are decided on, and a standby takes both over when it is given back",
    async () => {
      // Longer than anybody waits here: only a lease that was given back is free.
      const onServer = { ...env, DATABASE_URL: server.url, KEEL_LEASE_SECONDS: "600" };
      const port = String(await freePort());
      const phases = async (httpPort: string | undefined) => {
        const answer = await fetch(`http://127.0.0.1:${httpPort}/status`);
        return ((await answer.json()) as { vaults: { phase: string }[] }).vaults.map(({ phase }) => phase);
      };
      const holds = (keeper: RunningKeel) => Promise.all(vaults.map((vault) => keeper.hears(said(vault, 3))));

      const active = startKeeper(onServer);
      await holds(active);
      expect(await phases(env.KEEL_HTTP_PORT)).toEqual(["running", "running"]);

      const standby = startKeeper({ ...onServer, KEEL_HTTP_PORT: port, KEEL_DESK_PORT: "0" });
      await standby.hears(/watching vault/);
      await expect.poll(() => phases(port), { timeout: patience }).toEqual(["standby", "standby"]);
      expect(standby.said()).not.toMatch(/hold:/);

      expect(await active.end("SIGTERM")).toBe(0);
      await holds(standby);
      expect(await phases(port)).toEqual(["running", "running"]);
      expect(await standby.end("SIGTERM")).toBe(0);
    },
    patience,
  );
});
