import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeAll, describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { createMarketMemory } from "../../../keeper/chain/marketMemory.ts";
import { readSnapshot } from "../../../keeper/chain/readSnapshot.ts";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import { createDesk } from "../../../keeper/desk/desk.ts";
import { cycleExpiry, type Programme } from "../../../keeper/desk/programme.ts";
import { dueChores } from "../../../keeper/service/chores.ts";
import { decide } from "../../../keeper/service/decide.ts";
import { createLog } from "../../../keeper/service/log.ts";
import { readStatus } from "../../../keeper/service/readStatus.ts";
import { createRegions } from "../../../keeper/service/solveRegions.ts";
import { deskPolicy, settingsFor } from "../../../keeper/simulation/demoSettings.ts";
import { day, spot, usdc } from "../../contracts/deployWorld.ts";
import { type VaultWithBook, vaultWithBook } from "../../contracts/vaultWithBook.ts";
import { worldBook } from "./worldBook.ts";

const programme: Programme = {
  structure: "straddle",
  size: 60,
  strikeStep: 50,
  moneyness: 0,
  expiryWeekday: 5,
  tenorDays: 7,
  lastSaleDays: 0,
};
const onSale = (now: number) => [cycleExpiry(programme, now)];
let world: VaultWithBook;
let addresses: AddressBook;
const memory = createMarketMemory();
beforeAll(async () => {
  world = await vaultWithBook();
  addresses = worldBook(world);
});

/** From sale over expiry to settlement, what a reader remembers must not change what it reads. */
async function snapshotNow() {
  const { number, hash, parentHash, timestamp, baseFeePerGas } = await world.client.getBlock();
  const head = { number, hash, parentHash, timestamp: Number(timestamp), baseFeeWei: baseFeePerGas ?? 0n };
  const snapshot = await readSnapshot(world.client, addresses, head, onSale, memory);
  expect(snapshot).toEqual(await readSnapshot(world.client, addresses, head, onSale));
  return snapshot;
}

/** Does what is due until nothing is. */
async function doChores() {
  const done: string[] = [];
  for (;;) {
    const due = await dueChores(world.client, addresses, await snapshotNow());
    if (due === undefined) return done;
    await world.stranger.sendTransaction({ to: due.to, data: due.data });
    done.push(due.reason);
  }
}

describe("a keeper whose vault winds down", () => {
  it("sells nothing more, settles, empties the accounts, closes the vault and then rests", async () => {
    const quoter = privateKeyToAccount(generatePrivateKey());
    const programmes = new Map([["WETH", programme]]);
    const desk = createDesk({ addresses, quoter, programmes, marks: async () => undefined, policy: deskPolicy });
    const belief = { kind: "sticky-strike" } as const;
    const settings = settingsFor({ policy: "closed-form", events: [], riskAversion: 1e-5, belief, blockSeconds: 12 });
    const decided = (snapshot: Snapshot) =>
      decide(snapshot, addresses, settings, new Map(), () => ({ missing: "the closed form asks for no region" }));
    await world.rebalance([world.account(world.usdc, -usdc(100_000))]);
    expect(desk.offers(await snapshotNow()).get("WETH")).toEqual([]);
    for (const expiry of onSale(await world.now())) await world.postSlice(expiry);
    expect(desk.offers(await snapshotNow()).get("WETH")).toHaveLength(2);

    await world.vault.write.startWindDown({ account: world.guardian.account });
    const winding = await snapshotNow();
    expect(desk.offers(winding).get("WETH")).toEqual([]);
    expect(desk.provisions(winding).get("WETH")).toBe(0);
    expect(decided(winding).plans).toHaveLength(1);

    await world.helpers.time.increaseTo(world.expiries[1] + 60);
    await world.report(spot);
    const done = await doChores();
    expect(done.at(-1)).toMatch("close the vault");
    expect(done.join("; ")).toMatch("unwind USDC on Aave");
    expect(await world.vault.read.windDown()).toEqual([expect.any(BigInt), true]);
    expect(await world.aave.read.exposure([world.usdc])).toBeLessThanOrEqual(4n);

    await world.helpers.time.increase(2 * day);
    await world.report(spot);
    expect(await doChores()).toEqual([]);
    expect(decided(await snapshotNow()).reason).toMatch("closed");
    const regions = createRegions({ wait: true, log: createLog("error") });
    const status = await readStatus(world.client, addresses, settings, regions).finally(regions.close);
    expect(status.windDown.closed).toBe(true);
  });
});
