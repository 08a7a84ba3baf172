import type { Address } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { day, defaultLimits, spot, usdc, wad } from "./deployWorld.ts";
import { type KeelWorld, keelWorld, snapshots } from "./keelWorld.ts";

let world: KeelWorld;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await keelWorld();
  await state.save();
});
beforeEach(() => state.restore());

const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.queue) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
type Person = KeelWorld["alice"];
const of = (person: Person): Address => person.account.address;
const redeem = (person: Person, shares: bigint) =>
  world.queue.write.requestRedeem([shares, of(person), of(person)], { account: person.account });
const withdrawAll = async (person: Person) => {
  const before = await world.tokens.usdc.balanceOf(of(person));
  const shares = await world.queue.read.maxRedeem([of(person)]);
  await world.queue.write.redeem([shares, of(person), of(person)], { account: person.account });
  return (await world.tokens.usdc.balanceOf(of(person))) - before;
};
/** Three shareholders of a million in all. */
async function shareholders() {
  const { alice, bob, carol } = world;
  for (const [person, amount] of [
    [alice, 500_000],
    [bob, 300_000],
    [carol, 200_000],
  ] as const)
    await world.invest(person, usdc(amount));
  await world.strike();
  for (const person of [alice, bob, carol]) await world.claimShares(person);
  return [alice, bob, carol] as const;
}
/** Leaves the vault this much free liquidity. */
async function leaveFree(amount: bigint) {
  const cash = await world.vault.read.cashOf([world.usdc]);
  await world.vault.write.setLimits([{ ...defaultLimits, minCash: cash - amount }]);
}
const near = (left: bigint, right: bigint, by: bigint) =>
  expect(left > right ? left - right : right - left).toBeLessThanOrEqual(by);

describe("an epoch", () => {
  it("gives all its requests one price and keeps them out of the vault until it is struck", async () => {
    await world.invest(world.alice, usdc(1000));
    await world.invest(world.bob, usdc(3000));
    expect(await world.vault.read.equity()).toBe(0n);
    await world.strike();
    const [alice, bob] = [await world.claimShares(world.alice), await world.claimShares(world.bob)];
    expect(bob).toBe(alice * 3n);
    expect(await world.vault.read.equity()).toBe(wad(4000));
    expect(alice).toBe((wad(1000) * 999n) / 1000n);
  });

  it("cannot be struck before its cutoff, nor at a price from before it, nor twice", async () => {
    await shareholders();
    await world.rebalance([world.buy(wad(1))]);
    await world.invest(world.alice, usdc(1000));
    await refuses(world.queue.write.strike(), "EpochOpen");
    const [, cutoff] = await world.queue.read.openEpoch();
    await world.helpers.time.increaseTo(Number(cutoff) - 10);
    await world.report();
    await world.helpers.time.increaseTo(cutoff);
    await refuses(world.queue.write.strike(), "PriceTooOld", world.vault);
    await world.report();
    await world.queue.write.strike({ account: world.stranger.account });
    await refuses(world.queue.write.strike(), "EpochOpen");
  });

  it("needs no price of what the vault does not hold", async () => {
    await world.invest(world.alice, usdc(1000));
    await world.helpers.time.increase(3 * day);
    await world.queue.write.strike();
    expect(await world.queue.read.maxDeposit([of(world.alice)])).toBe(usdc(1000));
  });

  it("takes requests made after its cutoff into the next one", async () => {
    await world.invest(world.alice, usdc(1000));
    const [first, cutoff] = await world.queue.read.openEpoch();
    await world.helpers.time.increaseTo(cutoff);
    await world.invest(world.bob, usdc(1000));
    await world.invest(world.alice, usdc(500));
    await world.report();
    await world.queue.write.strike();
    expect(await world.queue.read.struck()).toEqual([first, first]);
    expect(await world.queue.read.maxDeposit([of(world.alice)])).toBe(usdc(1000));
    expect(await world.queue.read.pendingDepositRequest([0n, of(world.alice)])).toBe(usdc(500));
    expect(await world.queue.read.maxDeposit([of(world.bob)])).toBe(0n);
    await world.strike();
    expect(await world.queue.read.maxDeposit([of(world.alice)])).toBe(usdc(1500));
    expect(await world.queue.read.pendingDepositRequest([0n, of(world.bob)])).toBe(0n);
  });

  it("charges the spread to who comes and goes, for who stays", async () => {
    const [alice] = await shareholders();
    const value = () => world.vault.read.equity();
    const supply = await world.queue.read.totalSupply();
    const before = ((await value()) * wad(1)) / supply;
    await redeem(alice, wad(100_000));
    await world.invest(world.stranger, usdc(100_000));
    await world.strike();
    const after = ((await value()) * wad(1)) / (await world.queue.read.totalSupply());
    expect(after).toBeGreaterThan(before);
    near(await withdrawAll(alice), usdc(100_000), usdc(200));
  });

  it("strikes redemptions but not deposits while the vault is paused", async () => {
    const [alice] = await shareholders();
    await redeem(alice, wad(1000));
    await world.invest(world.stranger, usdc(1000));
    await world.vault.write.pause({ account: world.guardian.account });
    await world.strike();
    expect(await world.queue.read.maxWithdraw([of(alice)])).toBeGreaterThan(usdc(990));
    expect(await world.queue.read.maxDeposit([of(world.stranger)])).toBe(0n);
    await world.vault.write.unpause();
    await world.report();
    await world.queue.write.strike();
    expect(await world.queue.read.maxDeposit([of(world.stranger)])).toBe(usdc(1000));
  });
});

describe("redemptions beyond free liquidity", () => {
  it("are paid pro rata over several strikes and add up", async () => {
    const [alice, bob, carol] = await shareholders();
    const asked = [wad(400_000), wad(200_000), wad(100_000)] as const;
    await redeem(alice, asked[0]);
    await redeem(bob, asked[1]);
    await leaveFree(usdc(150_000));
    await world.strike();
    const got = [await withdrawAll(alice), await withdrawAll(bob), 0n];
    near(got[0] ?? 0n, usdc(100_000), 2n);
    near(got[1] ?? 0n, usdc(50_000), 2n);

    await redeem(carol, asked[2]);
    await leaveFree(usdc(90_000));
    const carried = await world.queue.read.carriedShares();
    await world.strike();
    const waiting = carried + asked[2];
    near(await world.queue.read.maxWithdraw([of(carol)]), (usdc(90_000) * asked[2]) / waiting, 2n);

    await world.vault.write.setLimits([{ ...defaultLimits, minCash: 0n }]);
    await world.strike();
    for (const [index, person] of [alice, bob, carol].entries()) {
      got[index] = (got[index] ?? 0n) + (await withdrawAll(person));
      near(got[index] ?? 0n, (((asked[index] ?? 0n) / 10n ** 12n) * 999n) / 1000n, usdc(700));
      expect(await world.queue.read.pendingRedeemRequest([0n, of(person)])).toBeLessThan(10n);
    }
    const left = await world.tokens.usdc.balanceOf(world.queue.address);
    expect(left).toBeLessThanOrEqual(10n);
    expect(await world.queue.read.carriedShares()).toBeLessThanOrEqual(10n);
  });

  it("wait at no price: what is carried over is paid at the price of the strike that pays it", async () => {
    const [alice] = await shareholders();
    await world.rebalance([world.buy(wad(50))]);
    await redeem(alice, wad(499_500));
    await leaveFree(0n);
    await world.strike();
    expect(await world.queue.read.maxWithdraw([of(alice)])).toBe(0n);
    expect(await world.queue.read.pendingRedeemRequest([0n, of(alice)])).toBe(wad(499_500));
    await leaveFree(usdc(800_000));
    await world.strike(spot * 1.02);
    const gain = (50 * spot * 0.02) / 2;
    near(await withdrawAll(alice), usdc((500_000 + gain) * 0.999), usdc(200));
  });
});

describe("attacks on the share price", () => {
  it("a first depositor cannot inflate it by donations to vault, queue or Aave account", async () => {
    await world.invest(world.alice, usdc(10));
    await world.strike();
    await world.claimShares(world.alice);
    await world.fund(world.stranger, { usdc: usdc(100_000) });
    for (const target of [world.vault.address, world.queue.address, world.aave.address]) {
      await world.tokens.usdc.transfer(world.stranger, target, usdc(30_000));
    }
    expect(await world.vault.read.equity()).toBe(wad(10));
    await world.invest(world.bob, usdc(10_000));
    await world.strike();
    const shares = await world.claimShares(world.bob);
    expect(await world.queue.read.convertToAssets([shares])).toBeGreaterThan(usdc(9980));
  });

  it("aTokens sent to the vault's account do not count", async () => {
    await world.lend({ usdc: usdc(100_000), weth: wad(10) });
    const { aToken } = world.addresses.aave.reserves.USDC;
    await world.token(aToken).transfer(world.stranger, world.aave.address, usdc(50_000));
    expect(await world.vault.read.equity()).toBe(0n);
  });

  it("dust is refused, a whole balance is not", async () => {
    const [alice] = await shareholders();
    await refuses(world.invest(world.stranger, usdc(9)), "RequestTooSmall");
    await refuses(redeem(alice, wad(1)), "RequestTooSmall");
    await world.queue.write.transfer([of(world.stranger), wad(1)], { account: alice.account });
    await redeem(world.stranger, wad(1));
  });
});

describe("claims", () => {
  it("belong to the controller and its operators, until revoked", async () => {
    await world.invest(world.alice, usdc(1000));
    await world.strike();
    const claim = () => world.queue.write.deposit([usdc(100), of(world.bob), of(world.alice)], { account: world.bob.account });
    await refuses(claim(), "NotAuthorized");
    await world.queue.write.setOperator([of(world.bob), true], { account: world.alice.account });
    await claim();
    expect(await world.queue.read.balanceOf([of(world.bob)])).toBe((wad(100) * 999n) / 1000n);
    await world.queue.write.setOperator([of(world.bob), false], { account: world.alice.account });
    await refuses(claim(), "NotAuthorized");
    const foreign = world.queue.write.requestDeposit([usdc(10), of(world.bob), of(world.alice)], { account: world.bob.account });
    await refuses(foreign, "NotAuthorized");
  });

  it("pay once", async () => {
    const [alice] = await shareholders();
    await redeem(alice, wad(1000));
    await world.strike();
    const all = await world.queue.read.maxWithdraw([of(alice)]);
    await world.queue.write.withdraw([all, of(alice), of(alice)], { account: alice.account });
    await refuses(world.queue.write.withdraw([1n, of(alice), of(alice)], { account: alice.account }), "ExceedsClaimable");
    await refuses(world.queue.write.mint([1n, of(alice)], { account: alice.account }), "ExceedsClaimable");
    expect(await world.queue.read.maxRedeem([of(alice)])).toBeLessThan(10n ** 12n);
  });

  it("are paid paused, with dead oracles, and with a stale surface", async () => {
    const [alice] = await shareholders();
    await redeem(alice, wad(1000));
    await world.strike();
    await world.vault.write.pause({ account: world.guardian.account });
    await world.helpers.time.increase(30 * day);
    expect(await withdrawAll(alice)).toBeGreaterThan(usdc(998));
  });

  it("a redemption by allowance takes it, without one it is refused", async () => {
    const [alice, bob] = await shareholders();
    const request = () => world.queue.write.requestRedeem([wad(100), of(bob), of(alice)], { account: bob.account });
    await refuses(request(), "ERC20InsufficientAllowance");
    await world.queue.write.approve([of(bob), wad(100)], { account: alice.account });
    await request();
    expect(await world.queue.read.pendingRedeemRequest([0n, of(bob)])).toBe(wad(100));
    await refuses(request(), "ERC20InsufficientAllowance");
  });
});

describe("standards", () => {
  it("ERC-165 names ERC-7540 and ERC-7575 by their published ids", async () => {
    for (const id of ["0x01ffc9a7", "0xe3bc4e65", "0xce3bbe50", "0x620ee8e4", "0x2f0a18c5"] as const) {
      expect(await world.queue.read.supportsInterface([id]), id).toBe(true);
    }
    expect(await world.queue.read.supportsInterface(["0xffffffff"])).toBe(false);
  });

  it("previews revert, the share is the queue, shares have 18 decimals", async () => {
    await refuses(world.queue.read.previewDeposit([1n]), "PreviewUnavailable");
    await refuses(world.queue.read.previewMint([1n]), "PreviewUnavailable");
    await refuses(world.queue.read.previewRedeem([1n]), "PreviewUnavailable");
    await refuses(world.queue.read.previewWithdraw([1n]), "PreviewUnavailable");
    expect(await world.queue.read.decimals()).toBe(18);
    expect((await world.queue.read.share()).toLowerCase()).toBe(world.queue.address.toLowerCase());
  });

  it("takes assets in and out of the vault only for the queue", async () => {
    await refuses(world.vault.write.takeIn([1n]), "NotQueue", world.vault);
    await refuses(world.vault.write.payOut([1n]), "NotQueue", world.vault);
    await refuses(world.vault.write.setQueue([world.queue.address]), "QueueAlreadySet", world.vault);
  });
});

describe("gas", () => {
  it("of requests and claims is flat in the number of users", async () => {
    const [alice, bob] = await shareholders();
    const request = (person: Person) =>
      world.queue.write.requestDeposit([usdc(100), of(person), of(person)], { account: person.account });
    const crowd = (await world.viem.getWalletClients()).slice(10, 20) as Person[];
    await world.fund(alice, { usdc: usdc(1000) });
    await world.fund(bob, { usdc: usdc(1000) });
    await world.invest(world.carol, usdc(100));
    const first = await world.gasOf(request(alice));
    for (const person of crowd) await world.invest(person, usdc(100));
    const last = await world.gasOf(request(bob));
    near(first, last, 100n);

    await redeem(alice, wad(1000));
    const redeemRequest = await world.gasOf(redeem(bob, wad(1000)));
    const strike = await world.gasOf(world.strike());
    const shares = await world.queue.read.maxMint([of(alice)]);
    const mint = await world.gasOf(world.queue.write.mint([shares, of(alice)], { account: alice.account }));
    const paid = await world.queue.read.maxRedeem([of(alice)]);
    const claim = await world.gasOf(world.queue.write.redeem([paid, of(alice), of(alice)], { account: alice.account }));
    console.info(`requestDeposit ${last}, requestRedeem ${redeemRequest}, strike ${strike}, mint ${mint}, redeem ${claim} gas`);
  });

  it("of requests and claims is flat in the vault's positions, of a strike linear", async () => {
    const [alice, bob] = await shareholders();
    const { taker, vault, fund, tokens, now, postSlice, seriesId, trade, report, helpers, queue } = world;
    await fund(taker, { usdc: usdc(100_000) });
    await tokens.usdc.approve(taker, vault.address);
    const start = await now();
    const expiries = [20, 30, 40, 50].map((days) => start + days * day);
    const sellPuts = async (from: number, to: number) => {
      for (const expiry of expiries) await postSlice(expiry);
      for (let index = from; index < to; index++) {
        const series = seriesId({ strike: 2000 + 100 * (index % 8), expiry: expiries[index >> 3] ?? 0, isPut: true });
        await trade(series, true, 100_000n, { nonce: BigInt(index + 1) });
      }
    };
    /** One round of everything by Alice and then by Bob, who is measured. */
    const measure = async () => {
      const both = async (act: (person: Person) => Promise<`0x${string}`>) => {
        await act(alice);
        return world.gasOf(act(bob));
      };
      for (const person of [alice, bob]) await fund(person, { usdc: usdc(100) });
      const requestDeposit = await both((person) =>
        queue.write.requestDeposit([usdc(100), of(person), of(person)], { account: person.account }),
      );
      const requestRedeem = await both((person) => redeem(person, wad(100)));
      await helpers.time.increaseTo((await queue.read.openEpoch())[1]);
      for (const expiry of expiries) await postSlice(expiry);
      await report();
      const strike = await world.gasOf(queue.write.strike());
      const mint = await both(async (person) =>
        queue.write.mint([await queue.read.maxMint([of(person)]), of(person)], { account: person.account }),
      );
      const claim = await both(async (person) =>
        queue.write.redeem([await queue.read.maxRedeem([of(person)]), of(person), of(person)], { account: person.account }),
      );
      return { steps: { requestDeposit, mint, requestRedeem, redeem: claim }, strike };
    };
    await sellPuts(0, 1);
    await measure();
    const one = await measure();
    await sellPuts(1, 32);
    const full = await measure();
    console.info("gas with 1 position", one, "with 32", full);
    for (const step of ["requestDeposit", "mint", "requestRedeem", "redeem"] as const) {
      near(full.steps[step], one.steps[step], one.steps[step] / 50n);
    }
    // A leg costs a strike its Greeks, an expiry its slice.
    expect(full.strike - one.strike).toBeLessThan(31n * 6_000n);
  });
});
