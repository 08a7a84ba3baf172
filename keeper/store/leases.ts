import { and, eq, sql } from "drizzle-orm";
import { type Database, leases } from "./schema.ts";
import { storeError } from "./storeError.ts";

export type Leases = ReturnType<typeof createLeases>;

/** Who may act under a name, for a while; the server's clock decides, so that the clocks of two keepers may differ. */
export function createLeases(database: Database) {
  return {
    /** Takes a lease that is free, run out or the holder's own, and prolongs it. @returns whether the holder has it now */
    async take(name: string, holder: string, seconds: number): Promise<boolean> {
      const expiresAt = sql`now() + make_interval(secs => ${seconds})`;
      const taken = await database
        .insert(leases)
        .values({ name, holder, expiresAt })
        .onConflictDoUpdate({
          target: leases.name,
          set: { holder, expiresAt },
          setWhere: sql`${leases.holder} = ${holder} or ${leases.expiresAt} <= now()`,
        })
        .returning({ name: leases.name })
        .catch(storeError);
      return taken.length > 0;
    },

    /** Gives a lease back, so that the next keeper need not wait for its end. */
    async giveBack(name: string, holder: string): Promise<void> {
      await database
        .delete(leases)
        .where(and(eq(leases.name, name), eq(leases.holder, holder)))
        .catch(storeError);
    },
  };
}
