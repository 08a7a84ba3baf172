import { maxUint256 } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aggregatorProxyAbi } from "../../keeper/chain/abi.ts";
import { aggregatorAbi, toAnswer } from "../../keeper/simulation/market/deployFeeds.ts";
import { day, options, spot, strikeTimeoutSeconds, usdc, wad } from "./deployWorld.ts";
import { type KeelWorld, keelWorld, snapshots } from "./keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "./vaultWithBook.ts";

let world: VaultWithBook;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await vaultWithBook();
  const { queue, alice, bob } = world;
  const shares = await queue.read.balanceOf([of(alice)]);
  await queue.write.transfer([of(bob), shares / 4n], { account: alice.account });
  await state.save();
});
beforeEach(() => state.restore());

type Person = KeelWorld["alice"];
const of = (person: Person) => person.account.address;
const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.vault) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
async function latestRound({ client, addresses }: KeelWorld) {
  const { proxy: address } = addresses.tokens.WETH.feed;
  const [round] = await client.readContract({ address, abi: aggregatorProxyAbi, functionName: "latestRoundData" });
  return round;
}
const strikes = [2600, 2800, 3000, 3200] as const;
const near = (left: bigint, right: bigint, by: bigint) =>
  expect(left > right ? left - right : right - left).toBeLessThanOrEqual(by);

const begin = () => world.vault.write.startWindDown({ account: world.guardian.account });
const unwind = (asset: `0x${string}`, amount = maxUint256) =>
  world.vault.write.unwindAccount([world.aave.address, asset, amount], { account: world.stranger.account });
const finish = () => world.vault.write.finishWindDown({ account: world.stranger.account });
const inKind = async (person: Person, receiver = of(person)) => {
  const shares = await world.queue.read.balanceOf([of(person)]);
  return world.queue.write.redeemInKind([shares, receiver, of(person)], { account: person.account });
};
/** Closes the open epoch and strikes it on a fresh surface. */
async function strike() {
  await world.helpers.time.increaseTo((await world.queue.read.openEpoch())[1]);
  for (const expiry of world.expiries) await world.postSlice(expiry);
  await world.report();
  await world.queue.write.strike({ account: world.stranger.account });
}
/** Both expiries pass at spot and everything is collected. */
async function settleAll() {
  for (const expiry of world.expiries) {
    await world.settle(expiry, spot);
    for (const strike of strikes)
      await world.vault.write.collect([world.put(strike, expiry)], { account: world.stranger.account });
  }
}

describe("wind-down starts", () => {
  it("by the guardian at once, by anyone else only when no epoch was struck for a week", async () => {
    await refuses(world.vault.write.startWindDown({ account: world.stranger.account }), "AccessManagedUnauthorized");
    await refuses(world.vault.write.startWindDown({ account: world.keeper.account }), "AccessManagedUnauthorized");
    await world.helpers.time.increase(strikeTimeoutSeconds);
    await world.vault.write.startWindDown({ account: world.stranger.account });
    const [startedAt, closed] = await world.vault.read.windDown();
    expect(Number(startedAt)).toBe(await world.now());
    expect(closed).toBe(false);
    await refuses(begin(), "WindingDown");
  });

  it("not while strikes go on", async () => {
    await strike();
    await world.helpers.time.increase(strikeTimeoutSeconds - 2 * day);
    await refuses(world.vault.write.startWindDown({ account: world.stranger.account }), "AccessManagedUnauthorized");
  });

  it("for good: no venue or underlying joins, and nobody unwinds a vault that goes on", async () => {
    await refuses(unwind(world.usdc), "NotWindingDown");
    await refuses(finish(), "NotWindingDown");
    await begin();
    await refuses(world.vault.write.setVenue([of(world.stranger), 2]), "WindingDown");
    const boundaries = { delta: wad(1), gamma: 0n, vega: 0n, targetDelta: 0n };
    await refuses(world.vault.write.listUnderlying([world.wbtc, boundaries]), "WindingDown");
  });
});

describe("while winding down", () => {
  it("fills only what makes a leg smaller", async () => {
    await begin();
    await refuses(world.trade(world.put(2700), true, options(1)), "WindingDown");
    await refuses(world.trade(world.put(2800), true, options(1)), "WindingDown");
    await world.market.write.setOperator([world.vault.address, true], { account: world.taker.account });
    await refuses(world.trade(world.put(2700), false, options(1)), "WindingDown");
    await world.trade(world.put(2800), false, options(4), { nonce: 2n });
    expect(await world.market.read.shortOf([world.vault.address, world.put(2800)])).toBe(options(6));
    await refuses(world.trade(world.put(2800), false, options(7), { nonce: 3n }), "WindingDown");
  });

  it("hedges what improves and nothing else", async () => {
    await world.setBoundaries({ delta: wad(60) });
    await begin();
    const error = await world.hedgeError();
    expect(error).toBeGreaterThan(wad(20));
    await refuses(world.rebalance([world.buy(wad(1))]), "WindingDown");
    await world.rebalance(world.short(wad(20)));
    near(await world.hedgeError(), error - wad(20), wad(0.01));
  });

  it("returns pending deposits in full and strikes redemptions only", async () => {
    const { queue, carol, alice } = world;
    await world.invest(carol, usdc(5000));
    await queue.write.requestRedeem([wad(1000), of(alice), of(alice)], { account: alice.account });
    await begin();
    await strike();
    expect(await queue.read.maxWithdraw([of(alice)])).toBeGreaterThan(usdc(990));
    expect(await queue.read.maxDeposit([of(carol)])).toBe(0n);
    await queue.write.cancelDepositRequest([0n, of(carol), of(carol)], { account: carol.account });
    expect(await world.tokens.usdc.balanceOf(of(carol))).toBe(usdc(5000));
    const request = queue.write.requestDeposit([usdc(5000), of(carol), of(carol)], { account: carol.account });
    await refuses(request, "WindingDown", queue);
  });

  it("lets anyone repay from cash, and withdraw only to twice the health floor while something is owed", async () => {
    await world.rebalance(world.short(wad(20), usdc(250_000)));
    await begin();
    await refuses(unwind(world.weth), "NothingToUnwind");
    await refuses(world.vault.write.unwindAccount([of(world.stranger), world.usdc, 1n]), "VenueNotListed");
    // 60,000 owed against 250,000 at a threshold of some 80 %: health 3.2, and twice the floor is 2.6.
    await refuses(unwind(world.usdc, usdc(100_000)), "HealthTooLow");
    await unwind(world.usdc, usdc(20_000));
    await settleAll();
    await world.rebalance([world.buy(wad(5))]);
    const equity = await world.vault.read.equity();
    await unwind(world.weth);
    expect(await world.vault.read.cashOf([world.weth])).toBe(0n);
    near(await world.aave.read.exposure([world.weth]), -wad(15), wad(0.01));
    near(await world.vault.read.equity(), equity, wad(1));
  });
});

describe("a vault wound down to the end", () => {
  /** Keeper and quoter only have to buy back what is owed. */
  async function close() {
    await world.rebalance(world.short(wad(24)));
    await begin();
    await refuses(finish(), "LegsLeft");
    await settleAll();
    await refuses(finish(), "VenueInUse");
    await world.helpers.time.increase(100);
    await world.report();
    await world.rebalance([world.buy(wad(24.5))]);
    await unwind(world.weth);
    await unwind(world.usdc);
    await finish();
  }

  it("pays every share its part of every asset in kind, requests and donations apart", async () => {
    const { queue, vault, alice, bob, tokens } = world;
    const total = await queue.read.totalSupply();
    await queue.write.requestRedeem([wad(700_000), of(alice), of(alice)], { account: alice.account });
    await world.fund(world.stranger, { usdc: usdc(777), weth: wad(3) });
    await close();
    await tokens.usdc.transfer(world.stranger, vault.address, usdc(777));
    await tokens.weth.transfer(world.stranger, vault.address, wad(3));

    expect(await vault.read.windDown()).toEqual([expect.any(BigInt), true]);
    await refuses(queue.write.strike(), "VaultClosed", queue);
    await refuses(world.rebalance([world.sell(wad(0.1))]), "VaultClosed");
    await refuses(finish(), "VaultClosed");
    await queue.write.cancelRedeemRequest([0n, of(alice), of(alice)], { account: alice.account });

    const cash = { usdc: await vault.read.cashOf([world.usdc]), weth: await vault.read.cashOf([world.weth]) };
    expect(cash.weth).toBeGreaterThan(wad(0.4));
    const share = await queue.read.balanceOf([of(bob)]);
    expect(share).toBe(total / 4n);
    const before = { usdc: await tokens.usdc.balanceOf(of(bob)), weth: await tokens.weth.balanceOf(of(bob)) };
    const gas = await world.gasOf(inKind(bob));
    console.info(`redeemInKind ${gas} gas`);
    expect((await tokens.usdc.balanceOf(of(bob))) - before.usdc).toBe((cash.usdc * share) / total);
    expect((await tokens.weth.balanceOf(of(bob))) - before.weth).toBe((cash.weth * share) / total);

    await inKind(alice);
    expect(await queue.read.totalSupply()).toBe(0n);
    expect(await vault.read.cashOf([world.usdc])).toBe(0n);
    expect(await vault.read.cashOf([world.weth])).toBe(0n);
    expect(await tokens.usdc.balanceOf(vault.address)).toBe(usdc(777));
    expect(await tokens.weth.balanceOf(vault.address)).toBe(wad(3));
  });

  it("pays on when one asset cannot be transferred: that part waits for its owner", async () => {
    const { queue, vault, alice, bob, tokens, provider, weth } = world;
    await close();
    const total = await queue.read.totalSupply();
    const owed = ((await vault.read.cashOf([weth])) * (await queue.read.balanceOf([of(bob)]))) / total;
    const part = ((await vault.read.cashOf([world.usdc])) * (await queue.read.balanceOf([of(bob)]))) / total;
    const code = (await world.client.getCode({ address: weth })) ?? "0x";
    await provider.request({ method: "hardhat_setCode", params: [weth, "0x60006000fd"] });
    const before = await tokens.usdc.balanceOf(of(bob));
    await inKind(bob);
    expect((await tokens.usdc.balanceOf(of(bob))) - before).toBe(part);
    expect(await vault.read.unpaidOf([of(bob), weth])).toBe(owed);

    await provider.request({ method: "hardhat_setCode", params: [weth, code] });
    // Redeeming, of all that is left, leaves what is Bob's alone.
    await inKind(alice);
    const claim = (person: Person) => vault.write.claimUnpaid([weth, of(world.carol)], { account: person.account });
    await claim(alice);
    expect(await tokens.weth.balanceOf(of(world.carol))).toBe(0n);
    await claim(bob);
    await claim(bob);
    expect(await tokens.weth.balanceOf(of(world.carol))).toBe(owed);
  });

  it("is not closed to shares that still have a claim: what was struck is paid in every state", async () => {
    const { queue, alice, tokens } = world;
    await queue.write.requestRedeem([wad(1000), of(alice), of(alice)], { account: alice.account });
    await strike();
    const claim = await queue.read.maxWithdraw([of(alice)]);
    expect(claim).toBeGreaterThan(usdc(990));
    await close();
    await world.vault.write.pause({ account: world.guardian.account });
    const before = await tokens.usdc.balanceOf(of(alice));
    await queue.write.withdraw([claim, of(alice), of(alice)], { account: alice.account });
    expect((await tokens.usdc.balanceOf(of(alice))) - before).toBe(claim);
  });

  it("does not wait for ever for a leg or an account: 90 days after the last expiry cash is paid, the rest to who stays", async () => {
    const { vault, alice, bob, expiries, tokens } = world;
    await world.rebalance(world.short(wad(24)));
    await begin();
    await world.helpers.time.increaseTo(expiries[1] + 90 * day - 10);
    await refuses(finish(), "LegsLeft");
    await world.helpers.time.increaseTo(expiries[1] + 90 * day);
    await finish();
    await inKind(bob);
    const cash = await vault.read.cashOf([world.usdc]);
    await world.report();
    const round = await latestRound(world);
    for (const expiry of expiries) await world.market.write.settle([world.weth, BigInt(expiry), round, round - 1n]);
    await vault.write.collect([world.put(2600, expiries[0])], { account: world.stranger.account });
    expect(await vault.read.cashOf([world.usdc])).toBe(cash + usdc(26_000));
    const before = await tokens.usdc.balanceOf(of(alice));
    await inKind(alice);
    expect((await tokens.usdc.balanceOf(of(alice))) - before).toBe(cash + usdc(26_000));
  });
});

describe("one dead feed of two", () => {
  it("stops strikes for all; wind-down, a fallback price and redemption in kind let everyone out", async () => {
    const two = await keelWorld({ isTwofold: true });
    const { alice, queue, vault, market, taker, wbtc, weth, helpers, stranger, guardian } = two;
    const alone = (promise: Promise<unknown>, name: string, contract: { abi: unknown }) =>
      two.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
    await two.invest(alice, usdc(500_000));
    await two.strike();
    const shares = await two.claimShares(alice);
    const expiry = (await two.now()) + 3 * day;
    const slice = { a: wad(0.36), b: wad(0.05), rho: wad(-0.3), m: 0n, sigma: wad(0.2), carry: 0n };
    for (const asset of [weth, wbtc])
      await two.surface.write.post([asset, BigInt(expiry), slice], { account: two.poster.account });
    await two.fund(taker, { usdc: usdc(100_000) });
    await two.tokens.usdc.approve(taker, vault.address);
    const put = (asset: `0x${string}`, strike: number) => {
      const words = (BigInt(strike) * 10n ** 6n) << 40n;
      return (BigInt(asset) << 96n) | words | (BigInt(expiry) << 1n) | 1n;
    };
    const legs = [
      [put(weth, 3000), weth, spot],
      [put(wbtc, 90_000), wbtc, 90_000],
    ] as const;
    const bitcoin = { address: two.addresses.tokens.WBTC.feed.aggregator, abi: aggregatorAbi } as const;
    await two.deployer.writeContract({ ...bitcoin, functionName: "updateAnswer", args: [toAnswer(90_000)] });
    for (const [series, asset, price] of legs) {
      const leg = await two.engine.read.leg([series, 1_000_000n]);
      const [greeks] = await two.engine.read.measure([asset, wad(price), wad(1), [leg]]);
      const { quote, signature } = await two.signQuote({
        series,
        makerSells: true,
        price: greeks.value / 10n ** 12n,
        size: options(1),
      });
      await vault.write.fill([quote, signature, options(1)], { account: taker.account });
    }

    // From here on bitcoin's feed says nothing more.
    await queue.write.requestRedeem([shares, of(alice), of(alice)], { account: alice.account });
    await alone(two.strike(), "StalePrice", two.oracle);
    await helpers.time.increase(strikeTimeoutSeconds);
    await vault.write.startWindDown({ account: stranger.account });
    await two.report();
    const round = await latestRound(two);
    await alone(market.write.proposeFallback([weth, BigInt(expiry), wad(1)]), "FallbackTooEarly", market);
    await market.write.settle([weth, BigInt(expiry), round, round - 1n]);
    await vault.write.collect([legs[0][0]]);
    await alone(vault.write.collect([legs[1][0]]), "NotSettled", market);
    await alone(vault.write.finishWindDown(), "LegsLeft", vault);

    await helpers.time.increaseTo(expiry + 14 * day);
    const proposed = wad(88_000);
    await alone(
      market.write.proposeFallback([wbtc, BigInt(expiry), proposed], { account: guardian.account }),
      "AccessManagedUnauthorized",
      market,
    );
    await market.write.proposeFallback([wbtc, BigInt(expiry), proposed]);
    await helpers.time.increase(7 * day);
    await market.write.settleFallback([wbtc, BigInt(expiry)], { account: stranger.account });
    const cash = await vault.read.cashOf([two.usdc]);
    await vault.write.collect([legs[1][0]], { account: stranger.account });
    expect((await vault.read.cashOf([two.usdc])) - cash).toBe(usdc(88_000));
    await vault.write.finishWindDown({ account: stranger.account });
    await queue.write.cancelRedeemRequest([0n, of(alice), of(alice)], { account: alice.account });
    const all = await vault.read.cashOf([two.usdc]);
    await queue.write.redeemInKind([shares, of(alice), of(alice)], { account: alice.account });
    expect(await two.tokens.usdc.balanceOf(of(alice))).toBe(all);
  });
});
