import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { options, usdc, wad } from "./deployWorld.ts";
import { snapshots } from "./keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "./vaultWithBook.ts";

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

const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.vault) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
/** Equal to what the book's time value changes in a minute. */
const near = (value: bigint, expected: bigint, by = wad(1)) =>
  expect(value > expected ? value - expected : expected - value).toBeLessThanOrEqual(by);
const keeper = () => ({ account: world.keeper.account });
const net = (size: bigint) => world.vault.write.net([short, long, size], keeper());
const unnet = (size: bigint) => world.vault.write.unnet([short, long, size], keeper());
const cash = () => world.vault.read.cashOf([world.usdc]);
const legs = async () => (await world.vault.read.legsOf([world.weth])).length;

describe("net", () => {
  it("frees what the spread cannot lose; equity and delta stay", async () => {
    const before = { cash: await cash(), equity: await world.vault.read.equity(), error: await world.hedgeError() };
    await net(options(10));
    expect(await cash()).toBe(before.cash + usdc(25_000) - 1n);
    near(await world.vault.read.equity(), before.equity);
    near(await world.hedgeError(), before.error, wad(0.001));
    expect(await world.market.read.nettedOf([world.vault.address, short, long])).toBe(options(10));
    expect(await legs()).toBe(9);
  });

  it("is the keeper's, for legs of one expiry and no more than there is", async () => {
    await refuses(
      world.vault.write.net([short, long, options(1)], { account: world.stranger.account }),
      "AccessManagedUnauthorized",
    );
    await refuses(net(options(11)), "InsufficientShort", world.market);
    const other = world.vault.write.net([world.put(2800, world.expiries[1]), long, options(1)], keeper());
    await refuses(other, "NotASpread", world.market);
  });

  it("keeps paired legs from being closed until they are taken apart", async () => {
    await net(options(10));
    await refuses(world.take(short, options(10), 2n), "LegNetted");
    await refuses(world.trade(long, true, options(1)), "LegNetted");
    await unnet(options(6));
    await world.take(short, options(6), 2n);
    await refuses(world.take(short, options(1), 3n), "LegNetted");
    await world.trade(long, true, options(6));
    await refuses(world.trade(long, true, options(1), { nonce: 2n }), "LegNetted");
    expect(await world.market.read.shortOf([world.vault.address, short])).toBe(0n);
  });

  it("is undone to the unit", async () => {
    const before = { cash: await cash(), equity: await world.vault.read.equity() };
    await net(options(7));
    await unnet(options(7));
    expect(await cash()).toBe(before.cash);
    near(await world.vault.read.equity(), before.equity);
    const allowance = await world.tokens.usdc.allowance(world.vault.address, world.market.address);
    expect(allowance).toBe(0n);
    await refuses(unnet(1n), "InsufficientShort", world.market);
  });

  it("leaves the cash floor alone when it is undone", async () => {
    await net(options(10));
    await world.setLimits({ minCash: usdc(5_000_000) });
    await refuses(unnet(options(10)), "CashTooLow");
  });
});

describe("collectNetted", () => {
  for (const price of [2900, 2600, 2400]) {
    it(`takes up what a pair left at ${price}; legs drop out, equity stays`, async () => {
      await net(options(10));
      await world.settle(world.expiries[0], price);
      const before = { cash: await cash(), equity: await world.vault.read.equity() };
      await world.vault.write.collectNetted([short, long], { account: world.stranger.account });
      const owed = BigInt(10 * Math.max(2800 - price, 0)) * 1_000_000n;
      const gained = BigInt(10 * Math.max(2500 - price, 0)) * 1_000_000n;
      expect(await cash()).toBe(before.cash + usdc(3000) + 1n + gained - owed);
      near(await world.vault.read.equity(), before.equity);
      expect(await legs()).toBe(7);
      await refuses(world.vault.write.collectNetted([short, long]), "LegMissing");
      await refuses(world.vault.write.collect([short]), "LegMissing");
    });
  }

  it("and collect each take their own part of a leg, in any order", async () => {
    for (const pairFirst of [true, false]) {
      await net(options(6));
      await world.settle(world.expiries[0], 2400);
      const before = { cash: await cash(), equity: await world.vault.read.equity() };
      const single = async () => {
        await world.vault.write.collect([short]);
        await world.vault.write.collect([long]);
      };
      if (!pairFirst) await single();
      await world.vault.write.collectNetted([short, long]);
      if (pairFirst) await single();
      // Unpaired: 4 × (2800 − 400) and 4 × 100; the pairs: 6 × (300 + 100 − 400) and the unit of rounding.
      expect(await cash()).toBe(before.cash + usdc(9600) + usdc(400) + 1n);
      near(await world.vault.read.equity(), before.equity);
      expect(await legs()).toBe(7);
      await state.restore();
    }
  });
});
