import { dirname, join } from "node:path";
import type { Hex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { decisionsOf, journalOf, patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, type RunningKeel, startDevnet, startKeel } from "./runningDevnet.ts";

describe("two vaults in one process, on one key", () => {
  let devnet: RunningDevnet;
  let keeper: RunningKeel | undefined;
  beforeAll(async () => {
    devnet = await startDevnet(["--block", "12", "--interval", "250"]);
  });
  afterAll(async () => {
    await keeper?.end("SIGKILL");
    await devnet.stop();
  });

  it(
    "live apart: one whose contract is gone does not stop the other, and goes on when it is back",
    async () => {
      const key = mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex: 8 }).getHdKey()
        .privateKey;
      if (!key) return expect.unreachable();
      const path = join(dirname(devnet.addresses), "second.json");
      const deployer = { ...devnet.env, KEEL_DEPLOYER_PRIVATE_KEY: Buffer.from(key).toString("hex") };
      const deployed = await keel(["deploy", "--market", devnet.addresses, "--addresses", path], deployer);
      expect(deployed).toMatchObject({ code: 0, stderr: "" });
      const [first, second] = [readAddressBook(devnet.addresses).contracts.vault, readAddressBook(path).contracts.vault];
      const env: Readonly<Record<string, string>> = { ...devnet.env, KEEL_ADDRESSES: `${devnet.addresses},${path}` };

      keeper = startKeel(["run"], env);
      const said = (vault: string, times: number) => new RegExp(`(?:"vault":"${vault}"[^\\n]*hold:[\\s\\S]*){${times}}`);
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
});
