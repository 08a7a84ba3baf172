import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Leases } from "../store/leases.ts";

/** The right to act with some keys: one keeper of several has it, the others stand by. */
export type Lease = {
  /** Asks at every block. False: another keeper acts. @throws KeelError when the store does not answer */
  isHeld(): Promise<boolean>;
  giveBack(): Promise<void>;
};

/** A keeper with a store of its own has nobody to share with. */
export const ALONE: Lease = { isHeld: async () => true, giveBack: async () => undefined };

/**
 * A lease on every key a keeper signs with. Overlap is harmless: the store admits one transaction in flight per key, whoever writes it.
 * @param keys     "chain id:address"
 * @param seconds  after which a keeper that was killed is replaced
 */
export function leaseOn(leases: Leases, keys: readonly string[], seconds: number): Lease {
  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  // In one order everywhere: two keepers never hold half of them each for long.
  const names = [...new Set(keys)].toSorted();
  return {
    async isHeld() {
      for (const name of names) if (!(await leases.take(name, holder, seconds))) return false;
      return true;
    },
    async giveBack() {
      for (const name of names) await leases.giveBack(name, holder);
    },
  };
}
