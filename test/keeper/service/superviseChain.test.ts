import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../keeper/errors.ts";
import { leaseOn } from "../../../keeper/service/lease.ts";
import { superviseChain } from "../../../keeper/service/superviseChain.ts";
import type { VaultLoop } from "../../../keeper/service/superviseVaults.ts";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";

const SECONDS = 600;
const keys = ["1:0x00000000000000000000000000000000000000A1"];

describe("superviseChain", () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore({ memory: true });
  });
  afterAll(() => store.close());

  const leaseOfOne = () => leaseOn(store.leases, keys, SECONDS, pino({ level: "silent" }));

  it("keeps the lease while one vault of two goes on, and gives it back when the last one has ended", async () => {
    const [lease, standby] = [leaseOfOne(), leaseOfOne()];
    const stop = new AbortController();
    const halted = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const blocks = { pump: () => ended.promise };
    stop.signal.addEventListener("abort", () => ended.resolve());
    const silent = { onHalt: () => halted.resolve(), onRetry: () => undefined };
    const held: boolean[] = [];
    const halting: VaultLoop = {
      ...silent,
      run: async () => {
        held.push(await lease.isHeld());
        throw new ConfigError("no role");
      },
    };
    const lasting: VaultLoop = {
      ...silent,
      run: async () => {
        await halted.promise;
        held.push(await lease.isHeld(), await standby.isHeld());
      },
    };
    const watched = superviseChain({ loops: [halting, lasting], blocks, stop, lease }, 1, new AbortController().signal);
    await expect(watched).rejects.toThrow("no role");
    expect(held).toEqual([true, true, false]);
    expect(await standby.isHeld()).toBe(true);
    await standby.giveBack();
  });

  it("gives the lease back too when the block source fails, and says why", async () => {
    const [lease, standby] = [leaseOfOne(), leaseOfOne()];
    const blocks = { pump: () => Promise.reject(new ConfigError("no chain")) };
    const loop: VaultLoop = { run: async () => void (await lease.isHeld()), onHalt: () => undefined, onRetry: () => undefined };
    const shared = { loops: [loop], blocks, stop: new AbortController(), lease };
    await expect(superviseChain(shared, 1, new AbortController().signal)).rejects.toThrow("no chain");
    expect(await standby.isHeld()).toBe(true);
    await standby.giveBack();
  });
});
