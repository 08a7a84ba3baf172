import type { PublicClient } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { toHead } from "../../../keeper/chain/blockSource.ts";
import { readSnapshot } from "../../../keeper/chain/readSnapshot.ts";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import { bundlePolicy } from "../../../keeper/routing/bundlePolicy.ts";
import { hedgeBundle } from "../../../keeper/routing/hedgeBundle.ts";
import { usdc, wad } from "../../contracts/deployWorld.ts";
import { snapshots } from "../../contracts/keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "../../contracts/vaultWithBook.ts";
import { worldBook } from "../service/worldBook.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

const gas = { rebalance: 5, swap: 1, move: 2 };
let world: VaultWithBook;
let book: AddressBook;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await vaultWithBook();
  book = worldBook(world);
  await state.save();
});
beforeEach(() => state.restore());

const look = async () => readSnapshot(world.client as PublicClient, book, toHead(await world.client.getBlock()));

function bundle(snapshot: Snapshot, trade: number) {
  const [underlying] = snapshot.underlyings;
  if (underlying === undefined) throw new RangeError("the vault has one underlying");
  return hedgeBundle(book, snapshot, [{ underlying, trade, provision: 0 }], bundlePolicy(snapshot), gas);
}

describe("a bundle planned within the vault's own limits", () => {
  it.each<[string, Parameters<VaultWithBook["setLimits"]>[0]]>([
    ["as they are", {}],
    ["with a narrow price band", { oracleBandWad: wad(0.004) }],
    ["with a low highest rate", { maxBorrowRateWad: wad(0.01) }],
    ["with a high health floor", { healthFloorWad: wad(3) }],
    ["with much cash to leave", { minCash: usdc(500_000) }],
  ])("is admitted %s, short and back", async (_, limits) => {
    await world.setLimits({ cooldown: 0, ...limits });
    for (const trade of [-20, 10]) {
      const before = await look();
      const { actions, routes } = bundle(before, trade);
      expect(routes[0]?.trade).toBeCloseTo(trade, 6);
      await world.rebalance(actions);
      const after = await look();
      expect((after.underlyings[0]?.holdings ?? 0) - (before.underlyings[0]?.holdings ?? 0)).toBeCloseTo(trade, 6);
    }
  });

  it("buys for a vault of ten thousand too", () => {
    const small = { ...snapshotAt(1_770_000_000, 10_000, [underlyingAt("WETH", 3000)]), minCash: 50 };
    expect(bundle(small, 2).routes[0]?.trade).toBeCloseTo(2, 6);
    // 9,900 at a limit of 3,030.
    expect(bundle(small, 5).routes[0]?.trade).toBeCloseTo(9_900 / 3_030, 6);
  });
});
