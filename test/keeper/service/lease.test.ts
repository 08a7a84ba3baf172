import pino from "pino";
import { expect, it, vi } from "vitest";
import { leaseOn } from "../../../keeper/service/lease.ts";
import { openStore } from "../../../keeper/store/openStore.ts";

const SECONDS = 600;
const keys = ["1:0x00000000000000000000000000000000000000A1"];
const silent = pino({ level: "silent" });

it("a lease given back while it is being prolonged is free", async () => {
  const store = await openStore({ memory: true });
  const asked = Promise.withResolvers<void>();
  const slow = Promise.withResolvers<void>();
  const slowLeases = {
    ...store.leases,
    take: async (...lease: Parameters<typeof store.leases.take>) => {
      asked.resolve();
      await slow.promise;
      return store.leases.take(...lease);
    },
  };
  let leases = store.leases;
  const lease = leaseOn({ take: (...of) => leases.take(...of), giveBack: store.leases.giveBack }, keys, SECONDS, silent);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    expect(await lease.isHeld()).toBe(true);
    leases = slowLeases;
    vi.advanceTimersByTime((SECONDS * 1_000) / 3);
    await asked.promise;
    const given = lease.giveBack();
    slow.resolve();
    await given;
  } finally {
    vi.useRealTimers();
  }
  expect(await leaseOn(store.leases, keys, SECONDS, silent).isHeld()).toBe(true);
  await store.close();
});
