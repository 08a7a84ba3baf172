import { encodeFunctionData, getContract, parseAbi, zeroAddress, zeroHash } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { day, options, spot, usdc, wad } from "./deployWorld.ts";
import { snapshots } from "./keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "./vaultWithBook.ts";

const hostileMakerAbi = parseAbi([
  "function arm(address target, bytes call)",
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
]);

let world: VaultWithBook;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await vaultWithBook();
  await state.save();
});
beforeEach(() => state.restore());

const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.vault) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
/** Equal to what the book's time value changes in a minute. */
const near = (value: bigint, expected: bigint, by = wad(1)) =>
  expect(value > expected ? value - expected : expected - value).toBeLessThanOrEqual(by);
const legs = async () => (await world.vault.read.legsOf([world.weth])).length;

/** A quote at the mark plus `edge`, signed by a quoter. */
async function quoteAtMark(
  series: bigint,
  { makerSells = true, size = options(10), edge = 0n, taker = zeroAddress as `0x${string}` } = {},
) {
  const { price } = await world.mark(series);
  return world.signQuote({ series, makerSells, price: price + edge, size, taker });
}
const fill = ({ quote, signature }: Awaited<ReturnType<typeof quoteAtMark>>, size = options(10), by = world.taker) =>
  world.vault.write.fill([quote, signature, size], { account: by.account });
const holdLongs = () => world.market.write.setOperator([world.vault.address, true], { account: world.taker.account });

describe("fill", () => {
  it("sells at a quoter's price: premium in, collateral locked, leg in the book, equity unmoved at the mark", async () => {
    const series = world.put(2700);
    const before = { equity: await world.vault.read.equity(), cash: await world.vault.read.cashOf([world.usdc]) };
    const signed = await quoteAtMark(series);
    const gas = await world.gasOf(fill(signed));
    console.info(`fill, eight legs before: ${gas} gas`);
    const premium = signed.quote.price * 10n;
    expect(await world.vault.read.cashOf([world.usdc])).toBe(before.cash + premium - usdc(27_000));
    expect(await world.market.read.shortOf([world.vault.address, series])).toBe(options(10));
    expect(await world.market.read.balanceOf([world.taker.account.address, series])).toBe(options(10));
    expect(await legs()).toBe(9);
    near(await world.vault.read.equity(), before.equity);
  });

  it("buys back what it sold: the short closes, its collateral returns, the leg drops out", async () => {
    await holdLongs();
    const cash = await world.vault.read.cashOf([world.usdc]);
    const { price } = await world.mark(world.put(2800));
    await world.trade(world.put(2800), false, options(10));
    expect(await world.vault.read.cashOf([world.usdc])).toBe(cash - price * 10n + usdc(28_000));
    expect(await world.market.read.shortOf([world.vault.address, world.put(2800)])).toBe(0n);
    expect(await legs()).toBe(7);
    await world.trade(world.put(3000), false, options(4));
    expect(await legs()).toBe(7);
    expect(await world.market.read.shortOf([world.vault.address, world.put(3000)])).toBe(options(6));
  });

  it("keeps legs of one expiry side by side, however they come and go", async () => {
    await holdLongs();
    const [near, far] = world.expiries;
    const middle = near + 7 * 86_400;
    await world.postSlice(middle);
    const runs = async () => {
      const words = await world.vault.read.legsOf([world.weth]);
      const expiries = words.map((word) => Number((word >> 1n) & ((1n << 39n) - 1n)));
      return expiries.filter((expiry, i) => expiry !== expiries[i - 1]).length;
    };
    for (const [strike, expiry] of [
      [2500, near],
      [2500, middle],
      [2400, far],
      [2400, near],
      [2400, middle],
      [2300, near],
    ] as const) {
      await world.trade(world.put(strike, expiry), true, options(1));
      expect(await runs()).toBe(expiry === near && strike === 2500 ? 2 : 3);
    }
    expect(await legs()).toBe(14);
    // Every leg is still found under its own series.
    const closing = [near, far].flatMap((expiry) => [2600, 2800, 3000, 3200].map((strike) => world.put(strike, expiry)));
    for (const series of closing) {
      await world.trade(series, false, options(10), { nonce: 2n });
      expect(await runs()).toBe(3);
    }
    expect(await legs()).toBe(6);
    const words = await world.vault.read.legsOf([world.weth]);
    const sizes = await Promise.all(words.map((word) => world.engine.read.decode([world.weth, word])));
    expect(sizes.map(([, size]) => size)).toEqual(words.map(() => -options(1)));
  });

  it("turns a short into a long and sells the long again without new collateral", async () => {
    await holdLongs();
    const series = world.put(2600);
    await holdWritten(series, options(5));
    await world.trade(series, false, options(15), { nonce: 2n });
    const held = () => world.market.read.balanceOf([world.vault.address, series]);
    expect(await held()).toBe(options(5));
    await world.trade(series, true, options(5), { nonce: 3n });
    expect(await held()).toBe(0n);
    expect(await legs()).toBe(7);
  });

  it("refuses a replay and more than was quoted", async () => {
    const signed = await quoteAtMark(world.put(2700));
    await fill(signed, options(6));
    await refuses(fill(signed, options(5)), "QuoteOverfilled", world.market);
    await fill(signed, options(4));
    await refuses(fill(signed, options(1)), "QuoteOverfilled", world.market);
  });

  it("refuses a signer without the quoter role, an altered quote and another's quote", async () => {
    const series = world.put(2700);
    const { price } = await world.mark(series);
    await refuses(
      fill(await world.signQuote({ series, makerSells: true, price, size: options(10) }, world.stranger)),
      "NotQuoter",
    );
    const signed = await quoteAtMark(series);
    await refuses(fill({ ...signed, quote: { ...signed.quote, price: signed.quote.price - 1n } }), "NotQuoter");
    await refuses(fill({ ...signed, signature: "0x" }), "NotQuoter");
    await refuses(fill({ ...signed, quote: { ...signed.quote, maker: world.taker.account.address } }), "NotMaker", world.market);
    await refuses(fill(await quoteAtMark(series, { taker: world.bob.account.address })), "QuoteNotForYou", world.market);
  });

  it("is the only way a quote naming the vault settles", async () => {
    const { quote, signature } = await quoteAtMark(world.put(2700));
    const hash = await world.market.read.hashQuote([quote]);
    expect(await world.vault.read.isValidSignature([hash, signature])).toBe("0xffffffff");
    const direct = world.market.write.fill([quote, signature, options(10), world.taker.account.address], {
      account: world.taker.account,
    });
    await refuses(direct, "BadSignature", world.market);
  });

  it("lets the quoter, and no one else, cancel", async () => {
    const signed = await quoteAtMark(world.put(2700));
    await refuses(world.vault.write.cancelQuote([signed.quote], { account: world.taker.account }), "AccessManagedUnauthorized");
    await world.vault.write.cancelQuote([signed.quote], { account: world.quoter.account });
    await refuses(fill(signed), "QuoteOverfilled", world.market);
  });

  it("refuses while paused, on a stale surface, and when the pools disagree with Chainlink", async () => {
    await world.report(spot * 1.05);
    await refuses(fill(await quoteAtMark(world.put(2700))), "TwapDeviation", world.oracle);
    await world.report();
    await world.helpers.time.increase(2 * 3600);
    await refuses(fill(await quoteAtMark(world.put(2700))), "SurfaceStale");
    await world.vault.write.pause({ account: world.guardian.account });
    await refuses(fill(await quoteAtMark(world.put(2700))), "VaultPaused");
  });

  it("strikes at a price as old as it may be", async () => {
    const [, updatedAt] = await world.oracle.read.price([world.weth]);
    await world.vault.read.strictEquity([updatedAt]);
    await refuses(world.vault.read.strictEquity([updatedAt + 1n]), "PriceTooOld");
  });

  it("refuses, and strikes nothing, while any expiry of the book is stale", async () => {
    await world.helpers.time.increase(2 * 3600);
    await world.report();
    await world.postSlice(world.expiries[0]);
    await refuses(fill(await quoteAtMark(world.put(2700))), "SurfaceStale");
    await refuses(world.vault.read.strictEquity([0n]), "SurfaceStale");
    await world.postSlice(world.expiries[1]);
    await fill(await quoteAtMark(world.put(2700)));
  });

  it("refuses a price further from the mark than the bands, to either side", async () => {
    const { vega, delta } = await world.mark(world.put(2700));
    const band = (Number(vega) * 0.03 + Math.abs(Number(delta)) * spot * 0.01) / 1e12;
    await refuses(fill(await quoteAtMark(world.put(2700), { edge: -BigInt(Math.ceil(band * 1.01)) })), "PriceOutsideBand");
    await fill(await quoteAtMark(world.put(2700), { edge: -BigInt(Math.floor(band * 0.99)) }));
    await holdLongs();
    await refuses(
      fill(await quoteAtMark(world.put(2700), { makerSells: false, edge: BigInt(Math.ceil(band * 1.01)) })),
      "PriceOutsideBand",
    );
  });

  it("charges what it gives away to the budget, whatever spot it holds", async () => {
    await world.rebalance([world.buy(wad(5))]);
    await world.setLimits({ budgetWad: wad(200) });
    await refuses(fill(await quoteAtMark(world.put(2700), { edge: -usdc(6) })), "BudgetExceeded");
    await fill(await quoteAtMark(world.put(2700), { edge: -usdc(4) }));
    await refuses(fill(await quoteAtMark(world.put(2900), { edge: -usdc(2) })), "BudgetExceeded");
    await fill(await quoteAtMark(world.put(2900), { edge: usdc(2) }));
    expect(await world.vault.read.budgetLeft()).toBeLessThan(wad(61));
  });

  it("leaves hedges half of the budget, whatever a thief of the quoter's key gives away", async () => {
    await world.setLimits({ budgetWad: wad(100) });
    await refuses(fill(await quoteAtMark(world.put(2700), { edge: -usdc(2.6) })), "BudgetExceeded");
    await fill(await quoteAtMark(world.put(2700), { edge: -usdc(2.4) }));
    await refuses(fill(await quoteAtMark(world.put(2900), { edge: -usdc(0.2) })), "BudgetExceeded");
    await world.rebalance(world.short(wad(5)));
    expect(await world.vault.read.budgetLeft()).toBeLessThan(wad(20));
  });

  it("leaves hedges half of the turnover, whatever he washes", async () => {
    await holdLongs();
    const series = world.put(2700);
    const { delta } = await world.mark(series);
    const traded = (10 * Math.abs(Number(delta)) * spot) / 1e18;
    // The bucket is full again after the sales the world begins with.
    await world.helpers.time.increase(2 * 3600);
    await world.report();
    for (const expiry of world.expiries) await world.postSlice(expiry);
    await world.trade(series, true, options(10));
    await world.setLimits({ deltaTurnoverWad: wad(10 * traded), cooldown: 0 });
    await world.trade(series, false, options(10));
    await refuses(world.trade(series, true, options(10), { nonce: 2n }), "TurnoverExceeded");
    await refuses(world.rebalance(world.short(wad((3.1 * traded) / spot))), "TurnoverExceeded");
    await world.rebalance(world.short(wad((2.9 * traded) / spot)));
  });

  it("caps traded vega and traded delta", async () => {
    await world.setLimits({ vegaTurnoverWad: wad(100) });
    await refuses(fill(await quoteAtMark(world.put(2700))), "TurnoverExceeded");
    await world.setLimits({ vegaTurnoverWad: wad(2_000_000), deltaTurnoverWad: wad(100) });
    await refuses(fill(await quoteAtMark(world.put(2700))), "TurnoverExceeded");
  });

  it("refuses gamma and vega further outside and takes what brings them back", async () => {
    await holdLongs();
    for (const greek of ["gamma", "vega"] as const) {
      await world.setBoundaries({ [greek]: 1_000_000_000n });
      await refuses(fill(await quoteAtMark(world.put(2700))), "GreekWorsened");
      await fill(await quoteAtMark(world.put(2800), { makerSells: false, size: options(2) }), options(2));
      await state.restore();
      await holdLongs();
    }
  });

  it("lets a leg only shrink in its last day, when little turnover buys much curvature", async () => {
    await holdLongs();
    await world.helpers.time.increaseTo(world.expiries[0] - day + 1);
    await world.report(spot);
    for (const expiry of world.expiries) await world.postSlice(expiry);
    for (const series of [world.put(2700), world.put(2800)]) await refuses(fill(await quoteAtMark(series)), "ExpiresTooSoon");
    await world.trade(world.put(2800), false, options(4));
    expect(await world.market.read.shortOf([world.vault.address, world.put(2800)])).toBe(options(6));
  });

  it("refuses what it has no collateral for, dust, strangers' assets and a thirty-third leg", async () => {
    await refuses(fill(await quoteAtMark(world.call(3200))), "CashTooLow");
    await refuses(fill(await quoteAtMark(world.put(2700)), options(0.005)), "SizeTooSmall", world.market);
    for (let k = 0; k < 24; ++k) await world.trade(world.put(2001 + k), true, options(1));
    expect(await legs()).toBe(32);
    await refuses(world.trade(world.put(1990), true, options(1)), "BookFull");
    await holdLongs();
    await world.trade(world.put(2001), false, options(1), { nonce: 2n });
    expect(await legs()).toBe(31);
  });
});

describe("take", () => {
  const take = (signed: Awaited<ReturnType<typeof bobsQuote>>, size = options(10), by = world.keeper) =>
    world.vault.write.take([signed.quote, signed.signature, size], { account: by.account });
  /** Someone else's quote at the mark plus `edge`. */
  async function bobsQuote(series: bigint, makerSells: boolean, edge = 0n) {
    await world.fund(world.bob, { usdc: usdc(200_000) });
    await world.tokens.usdc.approve(world.bob, world.market.address);
    const { price } = await world.mark(series);
    const maker = world.bob.account.address;
    return world.signQuote({ series, makerSells, price: price + edge, size: options(10), maker }, world.bob);
  }

  it("buys from a market maker what closes a short, and what opens a long", async () => {
    const cash = await world.vault.read.cashOf([world.usdc]);
    const signed = await bobsQuote(world.put(2800), true);
    await take(signed);
    expect(await world.vault.read.cashOf([world.usdc])).toBe(cash - signed.quote.price * 10n + usdc(28_000));
    expect(await legs()).toBe(7);
    await take(await bobsQuote(world.put(2500), true));
    expect(await world.market.read.balanceOf([world.vault.address, world.put(2500)])).toBe(options(10));
    expect(await legs()).toBe(8);
  });

  it("sells to a market maker: premium and collateral are booked apart", async () => {
    const before = { cash: await world.vault.read.cashOf([world.usdc]), equity: await world.vault.read.equity() };
    const signed = await bobsQuote(world.put(2700), false);
    await take(signed);
    expect(await world.vault.read.cashOf([world.usdc])).toBe(before.cash + signed.quote.price * 10n - usdc(27_000));
    near(await world.vault.read.equity(), before.equity);
  });

  it("shows nobody its books in the middle of a trade: a maker that reads them while it is asked gets no answer", async () => {
    const deployed = await world.viem.deployContract("test/contracts/fixture/ContractMaker.sol:HostileMaker");
    const [wallet] = await world.viem.getWalletClients();
    if (wallet === undefined) throw new Error("the network has no accounts");
    const maker = getContract({ address: deployed.address, abi: hostileMakerAbi, client: { public: world.client, wallet } });
    const { quote } = await bobsQuote(world.put(2700), true);
    const offer = { ...quote, maker: maker.address };
    const vouches = async () => maker.read.isValidSignature([zeroHash, "0x"]);
    for (const functionName of ["equity", "freeLiquidity"] as const) {
      await maker.write.arm([world.vault.address, encodeFunctionData({ abi: world.vault.abi, functionName })]);
      expect(await vouches()).toBe("0x1626ba7e");
      const asked = world.vault.write.take([offer, "0x", options(10)], { account: world.keeper.account });
      await refuses(asked, "BadSignature", world.market);
    }
  });

  it("leaves the cash floor alone", async () => {
    await world.setLimits({ minCash: await world.vault.read.cashOf([world.usdc]) });
    await refuses(take(await bobsQuote(world.put(2500), true)), "CashTooLow");
  });

  it("obeys the same guard and no one but the keeper", async () => {
    await refuses(take(await bobsQuote(world.put(2700), true, usdc(500))), "PriceOutsideBand");
    await refuses(take(await bobsQuote(world.put(2700), true), options(10), world.stranger), "AccessManagedUnauthorized");
    await refuses(take(await quoteAtMark(world.put(2700))), "NotMaker", world.market);
    await world.setLimits({ budgetWad: wad(100) });
    await refuses(take(await bobsQuote(world.put(2700), true, usdc(6))), "BudgetExceeded");
    await world.vault.write.pause({ account: world.guardian.account });
    await refuses(take(await bobsQuote(world.put(2700), true)), "VaultPaused");
  });

  it("takes up a settled long's payoff", async () => {
    await take(await bobsQuote(world.put(2500), true));
    await world.settle(world.expiries[0], 2400);
    const cash = await world.vault.read.cashOf([world.usdc]);
    await world.vault.write.collect([world.put(2500)]);
    expect(await world.vault.read.cashOf([world.usdc])).toBe(cash + usdc(1000));
  });
});

describe("collect", () => {
  it("takes back a short's collateral less its payoff, and the leg drops out", async () => {
    const expiry = world.expiries[0];
    await world.settle(expiry, 2900);
    const before = { cash: await world.vault.read.cashOf([world.usdc]), equity: await world.vault.read.equity() };
    await world.vault.write.collect([world.put(2800)], { account: world.stranger.account });
    await world.vault.write.collect([world.put(3200)], { account: world.stranger.account });
    expect(await world.vault.read.cashOf([world.usdc])).toBe(before.cash + usdc(28_000) + usdc(29_000));
    near(await world.vault.read.equity(), before.equity);
    expect(await legs()).toBe(6);
    await refuses(world.vault.write.collect([world.put(2800)]), "LegMissing");
    await refuses(world.vault.write.collect([world.put(2800, world.expiries[1])]), "NotSettled", world.market);
  });

  it("finds the collateral someone else released, and takes up no donation with it", async () => {
    await world.settle(world.expiries[0], 2900);
    const before = { cash: await world.vault.read.cashOf([world.usdc]), equity: await world.vault.read.equity() };
    await world.market.write.release([world.put(3200), world.vault.address], { account: world.stranger.account });
    await world.tokens.usdc.transfer(world.taker, world.vault.address, usdc(50_000));
    near(await world.vault.read.equity(), before.equity);
    await world.vault.write.collect([world.put(3200)]);
    expect(await world.vault.read.cashOf([world.usdc])).toBe(before.cash + usdc(29_000));
    near(await world.vault.read.equity(), before.equity);
  });
});

/** The taker buys options that someone else writes. */
async function holdWritten(series: bigint, size: bigint) {
  await world.fund(world.bob, { usdc: usdc(100_000) });
  await world.tokens.usdc.approve(world.bob, world.market.address);
  await world.tokens.usdc.approve(world.taker, world.market.address);
  const { price } = await world.mark(series);
  const { quote, signature } = await world.signQuote(
    { series, makerSells: true, price, size, maker: world.bob.account.address },
    world.bob,
  );
  await world.market.write.fill([quote, signature, size, world.taker.account.address], { account: world.taker.account });
}
