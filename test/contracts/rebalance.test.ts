import { encodeAbiParameters, parseEventLogs } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { swapCall } from "../../keeper/simulation/market/swapCall.ts";
import { spot, usdc, wad } from "./deployWorld.ts";
import { snapshots } from "./keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "./vaultWithBook.ts";

let world: VaultWithBook;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await vaultWithBook();
  await world.setBoundaries({ delta: wad(5) });
  await state.save();
});
beforeEach(() => state.restore());

const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.vault) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
const gasCeiling = 320_000n;
const abs = (value: bigint) => (value < 0n ? -value : value);
/** Options lose time value between two blocks: equal to what a minute of it may change. */
const near = (value: bigint, expected: bigint, by = wad(0.0001)) => expect(abs(value - expected)).toBeLessThanOrEqual(by);

describe("a rebalance that improves", () => {
  it("borrows, sells and brings the hedge error inside its limit", async () => {
    const before = await world.hedgeError();
    expect(before).toBeGreaterThan(wad(20));
    await world.rebalance(world.short(wad(24)));
    near(await world.hedgeError(), before - wad(24));
    const [cash, debt] = [await world.vault.read.cashOf([world.weth]), await world.aave.read.exposure([world.weth])];
    expect(cash).toBe(0n);
    expect(abs(debt + wad(24))).toBeLessThanOrEqual(2n);
  });

  it("passes while still outside the limit", async () => {
    await world.rebalance(world.short(wad(3)));
    expect(await world.hedgeError()).toBeGreaterThan(wad(5));
  });

  it("passes on a stale surface, with the vault paused, with the quote off its peg and the pools elsewhere", async () => {
    await world.helpers.time.increase(2 * 3600);
    await world.report(spot * 1.004);
    await world.vault.write.pause({ account: world.guardian.account });
    await world.oracle.write.setDepegLimit([0]);
    await world.oracle.write.setTwap([world.weth, world.wethPool.address, 1800, 0]);
    await world.rebalance(world.short(wad(10)));
  });

  it("books only what came: equity falls by fee and impact, no more", async () => {
    const before = await world.vault.read.equity();
    await world.rebalance(world.short(wad(20)));
    const lost = before - (await world.vault.read.equity());
    expect(lost).toBeGreaterThan(wad(20 * spot * 0.0004));
    expect(lost).toBeLessThan(wad(20 * spot * 0.002));
    near(wad(20_000) - (await world.vault.read.budgetLeft()), lost, wad(0.1));
  });

  it("leaves no allowance behind", async () => {
    await world.rebalance(world.short(wad(10)));
    await world.helpers.time.increase(100);
    await world.rebalance([
      world.account(world.usdc, usdc(1000)),
      world.account(world.weth, wad(1)),
      world.sell(wad(1), spot * 0.991),
    ]);
    for (const token of [world.tokens.usdc, world.tokens.weth]) {
      for (const venue of [world.uniswap, world.aave]) expect(await token.allowance(world.vault.address, venue.address)).toBe(0n);
    }
  });

  it("reports a partial fill as what it was", async () => {
    const before = await world.hedgeError();
    await world.rebalance([...world.short(wad(24)).slice(0, 2), world.sell(wad(24), spot * 0.9992)]);
    const after = await world.hedgeError();
    expect(after).toBeLessThan(before);
    expect(after).toBeGreaterThan(before - wad(24));
    near(await world.vault.read.cashOf([world.weth]), wad(24) - (before - after));
  });

  it("stays cheap: eight legs, one pool, with and without a loan", async () => {
    await world.setBoundaries({ delta: wad(100) });
    await world.rebalance([world.buy(wad(30))]);
    await world.setBoundaries({ delta: wad(5) });
    await world.helpers.time.increase(100);
    const plain = await world.gasOf(world.rebalance([world.sell(wad(7))]));
    await world.helpers.time.increase(100);
    await world.rebalance(world.short(wad(5)));
    await world.helpers.time.increase(100);
    const indebted = await world.gasOf(world.rebalance([world.sell(wad(7))]));
    console.info(`rebalance, eight legs, one pool: ${plain} gas; with a loan on Aave: ${indebted}`);
    expect(plain).toBeLessThanOrEqual(gasCeiling);
    expect(indebted).toBeLessThanOrEqual(gasCeiling + 26_000n);
  });
});

describe("a rebalance that worsens", () => {
  it("may go to its limit and no further", async () => {
    const at = (await world.now()) + 60;
    const worsen = async (delta: bigint, quantity: bigint) => {
      await state.restore();
      await world.setBoundaries({ delta });
      await world.helpers.time.setNextBlockTimestamp(at);
      // Gas is named: an estimate would be made at another time, when the options' delta is another.
      return world.vault.write.rebalance([[world.buy(quantity)]], { account: world.keeper.account, gas: 2_000_000n });
    };
    const receipt = await world.client.waitForTransactionReceipt({ hash: await worsen(wad(100), wad(5)) });
    const [moved] = parseEventLogs({ abi: world.vault.abi, logs: receipt.logs, eventName: "HedgeErrorMoved" });
    const { beforeWad = 0n, afterWad = 0n } = moved?.args ?? {};
    expect(afterWad).toBeGreaterThan(beforeWad);
    // Limits are kept in billionths of a unit.
    const step = 10n ** 9n;
    const limit = (afterWad / step + 1n) * step;
    const quantity = wad(5) + limit - afterWad;
    await worsen(limit, quantity);
    await refuses(worsen(limit, quantity + 1n), "GreekWorsened");
    await refuses(worsen(limit - step, quantity), "GreekWorsened");
  });
});

describe("a rebalance is refused with its own error when it", () => {
  it("worsens delta", async () => {
    await refuses(world.rebalance([world.buy(wad(5))]), "GreekWorsened");
  });

  it("improves nothing while gamma is outside", async () => {
    await world.rebalance(world.short(wad(26)));
    await world.setBoundaries({ delta: wad(50), gamma: 1n });
    await world.helpers.time.increase(100);
    await refuses(world.rebalance([world.buy(wad(1))]), "NothingImproved");
  });

  it("overspends the budget", async () => {
    await world.setLimits({ budgetWad: wad(20) });
    await refuses(world.rebalance(world.short(wad(20))), "BudgetExceeded");
  });

  it("spends the budget in several steps, until time refills it", async () => {
    await world.setLimits({ budgetWad: wad(100), cooldown: 0 });
    await world.rebalance(world.short(wad(12)));
    await refuses(world.rebalance(world.short(wad(12))), "BudgetExceeded");
    await world.helpers.time.increase(12 * 3600);
    await world.report();
    await world.rebalance(world.short(wad(8)));
  });

  it("turns over more than its cap", async () => {
    await world.setLimits({ deltaTurnoverWad: wad(20_000) });
    await refuses(world.rebalance(world.short(wad(5))), "TurnoverExceeded");
  });

  it("names a limit price beyond the band", async () => {
    await refuses(world.rebalance([...world.short(wad(20)).slice(0, 2), world.sell(wad(20), spot * 0.98)]), "PriceOutsideBand");
    await refuses(world.rebalance([world.buy(wad(20), spot * 1.02)]), "PriceOutsideBand");
  });

  it("meets a pool whose price was moved beyond the band", async () => {
    const { swapRouter02 } = world.addresses.uniswap;
    await world.tokens.weth.approve(world.taker, swapRouter02);
    const data = swapCall({
      pool: world.wethPool,
      quote: world.usdc,
      underlying: world.weth,
      buysUnderlying: false,
      amountIn: wad(2000),
      limitPrice: spot * 0.97,
      recipient: world.taker.account.address,
    });
    await world.taker.sendTransaction({ to: swapRouter02, data });
    await refuses(
      world.rebalance(world.short(wad(10)).map((a) => ({ ...a, limitWad: a.data === "0x" ? a.limitWad : wad(spot * 0.991) }))),
      "NothingTraded",
      world.uniswap,
    );
  });

  it("breaks the health factor's floor", async () => {
    await refuses(world.rebalance(world.short(wad(15), usdc(61_000))), "HealthTooLow");
  });

  it("leaves the health factor below its floor without improving it, not when it improves it", async () => {
    await world.rebalance(world.short(wad(20)));
    await world.setLimits({ healthFloorWad: wad(9), cooldown: 0 });
    await refuses(world.rebalance([world.account(world.usdc, usdc(10_000))]), "HealthTooLow");
    await world.rebalance([world.account(world.usdc, -usdc(10_000))]);
  });

  it("acts on a stale oracle", async () => {
    await world.helpers.time.increase(4 * 3600);
    await refuses(world.rebalance(world.short(wad(10))), "StalePrice", world.oracle);
  });

  it("does not improve, on a stale surface or paused", async () => {
    await world.setBoundaries({ delta: wad(100) });
    await world.rebalance([world.buy(wad(1))]);
    await world.helpers.time.increase(2 * 3600);
    await refuses(world.rebalance([world.buy(wad(1))]), "SurfaceStale");
    await world.vault.write.pause({ account: world.guardian.account });
    await refuses(world.rebalance([world.buy(wad(1))]), "VaultPaused");
  });

  it("buys and sells the same while paused: what moves nothing improves nothing", async () => {
    const { vault, guardian, rebalance, buy, sell } = world;
    await vault.write.pause({ account: guardian.account });
    await world.setBoundaries({ delta: wad(100) });
    await refuses(rebalance([buy(wad(2)), sell(wad(2))]), "VaultPaused");
    // nor does a little hedge make a large wash useful
    await refuses(rebalance([...world.short(wad(1)), buy(wad(4)), sell(wad(4))]), "VaultPaused");
  });

  it("takes cash below its floor, not when it adds to it", async () => {
    await world.rebalance([...world.short(wad(10)), world.account(world.weth, wad(1))]);
    await world.setLimits({ minCash: usdc(3_000_000), cooldown: 0 });
    await refuses(world.rebalance([world.account(world.usdc, -usdc(1000))]), "CashTooLow");
    await world.rebalance([world.sell(wad(1))]);
  });

  it("comes before the cooldown is over", async () => {
    await world.rebalance(world.short(wad(5)));
    await refuses(world.rebalance([world.sell(wad(1))]), "CooldownActive");
  });

  it("borrows at any rate, uses an unlisted venue, sells what the vault lacks, or comes from anyone but the keeper", async () => {
    await refuses(world.rebalance([world.account(world.weth, wad(1), 0.3)]), "BorrowRateTooHigh");
    await refuses(world.rebalance([{ ...world.sell(wad(1)), venue: world.stranger.account.address }]), "VenueNotListed");
    await refuses(world.rebalance([{ ...world.sell(wad(1)), asset: world.wbtc }]), "UnderlyingNotListed");
    await refuses(world.rebalance([world.sell(wad(1))]), "CashTooLow");
    const foreign = world.vault.write.rebalance([[]], { account: world.stranger.account });
    await refuses(foreign, "AccessManagedUnauthorized");
  });

  it("asks for a fee tier that is not listed", async () => {
    const data = encodeAbiParameters([{ type: "uint24" }], [10_000]);
    await refuses(world.rebalance([{ ...world.buy(wad(1)), data }]), "FeeTierNotListed", world.uniswap);
  });
});

describe("moves between vault and account", () => {
  it("need neither an improvement nor a fresh surface and cost nothing", async () => {
    await world.helpers.time.increase(2 * 3600);
    const before = await world.hedgeError();
    await world.rebalance([world.account(world.usdc, -usdc(100_000)), world.account(world.weth, wad(5))]);
    near(await world.hedgeError(), before);
    expect(await world.vault.read.budgetLeft()).toBeGreaterThan(wad(19_999.99));
  });
});

describe("donations", () => {
  it("change neither cash nor equity nor delta", async () => {
    const read = () => Promise.all([world.vault.read.equity(), world.vault.read.cashOf([world.usdc]), world.hedgeError()]);
    const [equity, cash, error] = await read();
    await world.tokens.usdc.transfer(world.taker, world.vault.address, usdc(1000));
    await world.tokens.weth.transfer(world.taker, world.vault.address, wad(10));
    const after = await read();
    near(after[0], equity, wad(0.1));
    expect(after[1]).toBe(cash);
    near(after[2], error);
    await refuses(world.rebalance([world.sell(wad(10))]), "CashTooLow");
  });
});
