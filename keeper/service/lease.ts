import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Leases } from "../store/leases.ts";
import type { Logger } from "./log.ts";

/** The right to act with some keys: one keeper of several has it, the others stand by. */
export type Lease = {
  /** Asks at every block. False: another keeper acts. @throws KeelError when the store does not answer */
  isHeld(): Promise<boolean>;
  giveBack(): Promise<void>;
};

/** A keeper with a store of its own has nobody to share with. */
export const ALONE: Lease = { isHeld: async () => true, giveBack: async () => undefined };

/**
 * A lease on every key a keeper signs with, one for all its vaults on a chain. Overlap is harmless: the store admits one transaction in flight per key, whoever writes it.
 * @param keys     "chain id:address"
 * @param seconds  after which a keeper that was killed is replaced; one that is alive prolongs it between blocks too
 */
export function leaseOn(leases: Leases, keys: readonly string[], seconds: number, log: Logger): Lease {
  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  // In one order everywhere: two keepers never hold half of them each for long.
  const names = [...new Set(keys)].toSorted();
  let prolonging: NodeJS.Timeout | undefined;
  let asked: Promise<void> = Promise.resolve();

  async function take(): Promise<boolean> {
    for (const name of names) if (!(await leases.take(name, holder, seconds))) return false;
    return true;
  }

  function rest(): void {
    clearInterval(prolonging);
    prolonging = undefined;
  }

  function keepProlonging(): void {
    const ask = () => {
      asked = prolong();
    };
    prolonging ??= setInterval(ask, (seconds * 1_000) / 3).unref();
  }

  async function prolong(): Promise<void> {
    try {
      if (!(await take())) rest();
    } catch (error) {
      // The next block asks again and is skipped if it gets no answer either.
      rest();
      log.warn({ lease: names }, `the lease could not be prolonged: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    async isHeld() {
      const held = await take();
      if (held) keepProlonging();
      else rest();
      return held;
    },
    async giveBack() {
      rest();
      // A prolongation on its way would take back what is given.
      await asked;
      for (const name of names) await leases.giveBack(name, holder);
    },
  };
}
