import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toHead } from "../../../keeper/chain/blockSource.ts";
import { readSnapshot } from "../../../keeper/chain/readSnapshot.ts";
import { dueChores } from "../../../keeper/service/chores.ts";
import { options, spot } from "../../contracts/deployWorld.ts";
import { snapshots } from "../../contracts/keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "../../contracts/vaultWithBook.ts";
import { worldBook } from "./worldBook.ts";

let world: VaultWithBook;
let short: bigint;
let long: bigint;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await vaultWithBook();
  [short, long] = [world.put(2800), world.put(2500)];
  await world.take(long, options(10));
  await state.save();
});
beforeEach(() => state.restore());

const legs = async () => (await world.vault.read.legsOf([world.weth])).length;

/** Does what is due until nothing is. */
async function doChores() {
  for (;;) {
    const head = toHead((await world.client.getBlock()) as Parameters<typeof toHead>[0]);
    const due = await dueChores(world.client, worldBook(world), await readSnapshot(world.client, worldBook(world), head));
    if (due === undefined) return;
    await world.stranger.sendTransaction({ to: due.to, data: due.data });
  }
}

describe("the chores of an expiry", () => {
  it.each([0, 6, 10])("settle and collect every leg where %i options of it are paired", async (paired) => {
    if (paired > 0) await world.vault.write.net([short, long, options(paired)], { account: world.keeper.account });
    expect(await legs()).toBe(9);
    await world.helpers.time.increaseTo(world.expiries[0] + 60);
    await world.report(spot);
    await doChores();
    expect(await legs()).toBe(4);
    expect(await world.market.read.settlementPrice([world.weth, BigInt(world.expiries[0])])).not.toBe(0n);
  });
});
