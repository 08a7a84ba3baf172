import { type Address, createWalletClient, http, parseEventLogs } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vaultAbi } from "../../../keeper/chain/abi.ts";
import { readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { type RunningPostgres, startPostgres } from "../store/startPostgres.ts";
import { patience } from "./hedgedJournal.ts";
import { freePort, type RunningDevnet, type RunningKeel, startDevnet, startKeel } from "./runningDevnet.ts";

const mnemonic = "test test test test test test test test test test test junk";

describe("two keepers and a watch", () => {
  let devnet: RunningDevnet;
  let server: RunningPostgres;
  const processes: RunningKeel[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    devnet = await startDevnet(["--block", "600", "--interval", "1000", "--buyers", "5"]);
  });
  afterAll(async () => {
    for (const each of processes) await each.end("SIGKILL");
    await devnet.stop();
    await server.stop();
  });

  async function startKeeper(): Promise<RunningKeel> {
    const ports = {
      KEEL_HTTP_PORT: String(await freePort()),
      KEEL_DESK_PORT: processes.length === 0 ? (devnet.env.KEEL_DESK_PORT ?? "") : "0",
    };
    const keeper = startKeel(["run"], { ...devnet.env, ...ports, DATABASE_URL: server.url, KEEL_LEASE_SECONDS: "1.5" });
    processes.push(keeper);
    return keeper;
  }

  /** One row of the keeper a block, oldest first: who wrote them does not show, how many there are does. */
  async function looked(): Promise<readonly bigint[]> {
    const store = await openStore({ url: server.url });
    const entries = await store.journal.latest(2_000);
    await store.close();
    return entries.flatMap(({ decision }) => (decision.snapshot === null ? [] : [decision.blockNumber])).reverse();
  }

  it(
    "act one at a time, and the other within three blocks of the first being killed",
    async () => {
      const [first, second] = await Promise.all([startKeeper(), startKeeper()]);
      await Promise.all(processes.map((each) => each.hears(/watching vault/)));
      await Promise.race([first.hears(/hedge confirmed(?:[\s\S]*hold:){3}/), second.hears(/hedge confirmed(?:[\s\S]*hold:){3}/)]);
      const [active, standby] = /hedge confirmed/.test(first.said()) ? [first, second] : [second, first];
      expect(standby.said()).not.toMatch(/hold:|hedge/);

      const killedAt = await devnet.client.getBlockNumber();
      await active.end("SIGKILL");
      await standby.hears(/"block":"\d+"/);
      await standby.hears(/hold:(?:[\s\S]*hold:){3}/);
      const blocks = await looked();
      const next = blocks.find((block) => block > killedAt + 1n || (block > killedAt && !blocks.includes(killedAt + 1n)));
      expect(Number((next ?? 0n) - killedAt)).toBeGreaterThan(0);
      expect(Number((next ?? 0n) - killedAt)).toBeLessThanOrEqual(3);
      expect(new Set(blocks).size).toBe(blocks.length);
      await standby.end("SIGKILL");
    },
    patience,
  );

  it(
    "have an understudy that hedges by the vault's own rules when both are dead",
    async () => {
      const book = readAddressBook(devnet.addresses);
      const { client } = devnet;
      const vault = { address: book.contracts.vault, abi: vaultAbi } as const;
      const hedgeErrorOf = async (underlying: Address, at?: bigint) => {
        const block = at === undefined ? {} : { blockNumber: at };
        return (await client.readContract({ ...vault, functionName: "exposureOf", args: [underlying], ...block })).hedgeError;
      };
      const admin = createWalletClient({ account: mnemonicToAccount(mnemonic), transport: http(devnet.url) });
      for (const { address } of book.underlyings) {
        const read = { ...vault, args: [address] } as const;
        const route = await client.readContract({ ...read, functionName: "emergencyRouteOf" });
        const boundaries = await client.readContract({ ...read, functionName: "boundariesOf" });
        // One short of its target, whether or not anything has been sold.
        const targetDelta = boundaries.targetDelta + (await hedgeErrorOf(address)) + 10n ** 18n;
        const narrow = { ...boundaries, delta: 10n ** 14n, targetDelta };
        await admin.writeContract({ ...vault, functionName: "setBoundaries", args: [address, narrow], chain: null });
        const low = { ...route, deltaLimit: 10n ** 15n };
        await admin.writeContract({
          ...vault,
          functionName: "setEmergencyRoute",
          args: [address, low],
          chain: null,
          gas: 1_000_000n,
        });
      }
      const own = mnemonicToAccount(mnemonic, { addressIndex: 9 });
      const key = own.getHdKey().privateKey;
      if (!key) return expect.unreachable();
      const from = await client.getBlockNumber();
      const env = {
        ...devnet.env,
        KEEL_WATCH_PRIVATE_KEY: `0x${Buffer.from(key).toString("hex")}`,
        KEEL_WATCH_STORE: `${devnet.env.KEEL_STORE}-watch`,
      };
      const watch = startKeel(["watch", "--hedges", "1"], env);
      processes.push(watch);
      await watch.hears(/"hedges":1,"msg":"stopped"/);
      expect(watch.said()).toMatch(/emergency hedge of W\w+: nobody has hedged it to within its boundary/);

      const logs = await client.getLogs({ address: vault.address, fromBlock: from });
      const [hedged] = parseEventLogs({ abi: vaultAbi, eventName: "EmergencyHedged", logs });
      expect(hedged?.args.caller).toBe(own.address);
      const { underlying, movedWad } = hedged?.args ?? expect.unreachable();
      expect(movedWad).not.toBe(0n);
      const magnitude = (value: bigint) => (value < 0n ? -value : value);
      const at = hedged?.blockNumber ?? 0n;
      expect(magnitude(await hedgeErrorOf(underlying, at))).toBeLessThan(magnitude(await hedgeErrorOf(underlying, at - 1n)));
      expect(privateKeyToAccount(devnet.env.KEEL_PRIVATE_KEY as `0x${string}`).address).not.toBe(own.address);
    },
    patience,
  );
});
