import { BaseError, ContractFunctionRevertedError, parseAbi } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aaveV3VenueAbi } from "../../../keeper/chain/abi.ts";
import { day, usdc, wad } from "../deployWorld.ts";
import { type KeelWorld, keelWorld, snapshots } from "../keelWorld.ts";

let world: KeelWorld;
const state = snapshots(() => world);
/** An account whose vault is a plain account, so that each call can be made alone. */
let venue: Awaited<ReturnType<typeof deployVenue>>;
const deployVenue = async () =>
  world.at(
    aaveV3VenueAbi,
    await world.viem.deployContract("AaveV3Venue", [world.taker.account.address, world.addresses.aave.addressesProvider]),
  );

beforeAll(async () => {
  world = await keelWorld();
  await world.lend({ usdc: usdc(2_000_000), weth: wad(1000) });
  venue = await deployVenue();
  await world.fund(world.taker, { usdc: usdc(1_000_000), weth: wad(100) });
  for (const token of [world.tokens.usdc, world.tokens.weth]) await token.approve(world.taker, venue.address);
  await state.save();
});
beforeEach(() => state.restore());

const refuses = (promise: Promise<unknown>, name: string) =>
  world.viem.assertions.revertWithCustomError(promise as never, venue, name as never);
const trade = (asset: `0x${string}`, quantity: bigint, rate = 0.2) =>
  venue.write.trade([asset, quantity, wad(rate), "0x"], { account: world.taker.account });
const exposure = (asset: `0x${string}`) => venue.read.exposure([asset]);
const refusedByAave = (promise: Promise<unknown>, code: string) => world.viem.assertions.revertWith(promise as never, code);
const align = (asset: `0x${string}`) => venue.write.alignCollateral([asset], { account: world.stranger.account });
const configuratorAbi = parseAbi([
  "function configureReserveAsCollateral(address,uint256,uint256,uint256)",
  "function setDebtCeiling(address,uint256)",
]);
const setLtv = (asset: `0x${string}`, ltv: bigint) =>
  world.deployer.writeContract({
    address: world.addresses.aave.poolConfigurator,
    abi: configuratorAbi,
    functionName: "configureReserveAsCollateral",
    args: [asset, ltv, 8250n, 10_500n],
  });
/** A stranger's aTokens for the venue's account. */
const give = (symbol: "USDC" | "WETH", amount: bigint) =>
  world.token(world.addresses.aave.reserves[symbol].aToken).transfer(world.stranger, venue.address, amount);
const near = (value: bigint, expected: bigint, by = 3n) =>
  expect(value > expected ? value - expected : expected - value).toBeLessThanOrEqual(by);

describe("AaveV3Venue", () => {
  it("supplies, borrows, repays before it supplies and withdraws before it borrows", async () => {
    await trade(world.usdc, -usdc(100_000));
    near(await exposure(world.usdc), usdc(100_000));
    expect(await venue.read.health()).toBe(2n ** 256n - 1n);
    await trade(world.weth, wad(10));
    near(await exposure(world.weth), -wad(10));
    await trade(world.weth, -wad(15));
    near(await exposure(world.weth), wad(5), 10n ** 12n);
    await trade(world.weth, wad(7));
    near(await exposure(world.weth), -wad(2), 10n ** 12n);
    const { WETH } = world.addresses.aave.reserves;
    expect(await world.token(WETH.aToken).balanceOf(venue.address)).toBeLessThanOrEqual(2n);
  });

  it("earns and owes interest", async () => {
    await trade(world.usdc, -usdc(100_000));
    await trade(world.weth, wad(20));
    await world.helpers.time.increase(365 * day);
    await world.helpers.mine();
    expect(await exposure(world.weth)).toBeLessThan(-wad(20));
    expect(await exposure(world.usdc)).toBeGreaterThanOrEqual(usdc(100_000) - 1n);
  });

  it("counts no more than Aave does, to the unit", async () => {
    const { aToken } = world.addresses.aave.reserves.WETH;
    await trade(world.usdc, -usdc(100_000));
    await trade(world.weth, wad(20));
    await world.helpers.time.increase(365 * day);
    await trade(world.weth, -wad(30));
    for (let k = 1n; k <= 8n; ++k) {
      await trade(world.weth, -wad(0.1) - 7n * k);
      const counted = await exposure(world.weth);
      expect(counted).toBeGreaterThan(wad(5));
      expect(counted).toBeLessThanOrEqual(await world.token(aToken).balanceOf(venue.address));
    }
  });

  it("takes a loan at the very rate it was given", async () => {
    await trade(world.usdc, -usdc(100_000));
    const borrow = (rate: bigint) =>
      venue.simulate.trade([world.weth, wad(20), rate, "0x"], { account: world.taker.account.address });
    const refused = await borrow(0n).catch((error: unknown) => error);
    const cause = refused instanceof BaseError ? refused.walk((error) => error instanceof ContractFunctionRevertedError) : null;
    const facts = cause instanceof ContractFunctionRevertedError ? cause.data?.args : undefined;
    const rate = BigInt(String(facts?.[0]));
    expect(rate).toBeGreaterThan(0n);
    await borrow(rate);
    await refuses(borrow(rate - 1n), "LimitExceeded");
  });

  it("refuses a loan above the rate it was given and every caller but its vault", async () => {
    await trade(world.usdc, -usdc(100_000));
    await refuses(trade(world.weth, wad(20), 0.0001), "LimitExceeded");
    await refuses(venue.write.trade([world.usdc, 1n, 0n, "0x"], { account: world.stranger.account }), "NotVault");
    await refuses(trade(world.usdc, 0n), "NothingTraded");
    await refuses(trade(world.stranger.account.address, -1n), "NothingTraded");
  });

  it("does not count aTokens others send, nor let them be withdrawn", async () => {
    await trade(world.usdc, -usdc(1000));
    const { aToken } = world.addresses.aave.reserves.USDC;
    await world.token(aToken).transfer(world.stranger, venue.address, usdc(5000));
    near(await exposure(world.usdc), usdc(1000));
    await trade(world.usdc, usdc(1000) - 2n);
    near(await exposure(world.usdc), 2n);
    near(await world.token(aToken).balanceOf(venue.address), usdc(5000));
  });

  it("counts what a liquidation took as gone", async () => {
    await trade(world.usdc, -usdc(40_000));
    await trade(world.weth, wad(10));
    await world.report(3400);
    expect(await venue.read.health()).toBeLessThan(wad(1));
    const before = await exposure(world.usdc);
    await world.fund(world.bob, { weth: wad(5) });
    await world.tokens.weth.approve(world.bob, world.addresses.aave.pool);
    await world.bob.writeContract({
      address: world.addresses.aave.pool,
      abi: parseAbi(["function liquidationCall(address,address,address,uint256,bool)"]),
      functionName: "liquidationCall",
      args: [world.usdc, world.weth, venue.address, wad(5), false],
    });
    expect(await exposure(world.usdc)).toBeLessThan(before - usdc(5 * 3400));
    near(await exposure(world.weth), -wad(5), 10n ** 12n);
  });
});

describe("alignCollateral", () => {
  it.each(["USDC", "WETH"] as const)("frees collateral that a gift of %s and its end as collateral had locked", async (given) => {
    const [gift, own, owed, supplied] =
      given === "WETH" ? [world.weth, world.usdc, wad(5), usdc(100_000)] : [world.usdc, world.weth, usdc(10_000), wad(50)];
    await trade(own, -supplied);
    await trade(gift, owed);
    await setLtv(gift, 0n);
    await trade(own, supplied / 10n);
    await setLtv(gift, 8000n);
    await give(given, 1000n);
    await setLtv(gift, 0n);
    await refusedByAave(trade(own, supplied / 10n), "57");
    await align(gift);
    await trade(own, supplied / 10n);
    await give(given, 1000n);
    await trade(own, supplied / 10n);
  });

  it("does not take a gift out of use while Aave lends against it: the vault's own supply counts from the start", async () => {
    await give("USDC", 1000n);
    await align(world.usdc);
    await trade(world.usdc, -usdc(100_000));
    await trade(world.weth, wad(5));
  });

  it("never takes the vault's own supply out of use, however small", async () => {
    await trade(world.usdc, -2n);
    await setLtv(world.usdc, 0n);
    await give("USDC", 1000n);
    await align(world.usdc);
    await trade(world.usdc, -usdc(100_000));
    await setLtv(world.usdc, 8000n);
    await trade(world.weth, wad(5));
  });

  it("takes a gift out of use once the vault's own supply is gone", async () => {
    await trade(world.weth, -wad(50));
    await trade(world.usdc, -usdc(20_000));
    await give("USDC", 1000n);
    await trade(world.usdc, usdc(30_000));
    await setLtv(world.usdc, 0n);
    await refusedByAave(trade(world.weth, wad(5)), "57");
    await align(world.usdc);
    await trade(world.weth, wad(5));
  });

  it.each([
    ["one unit", 21n, 1n],
    ["none, still in use,", 17n, 0n],
  ])("frees collateral where Aave's rounding left %s of a supply withdrawn whole", async (_, amount, left) => {
    await world.stranger.writeContract({
      address: world.addresses.aave.pool,
      abi: parseAbi(["function borrow(address,uint256,uint256,uint16,address)"]),
      functionName: "borrow",
      args: [world.weth, wad(500), 2n, 0, world.stranger.account.address],
    });
    await world.helpers.time.increase(5 * 365 * day);
    await world.report();
    await trade(world.usdc, -usdc(100_000));
    await trade(world.weth, -amount);
    await trade(world.weth, wad(5));
    expect(await world.token(world.addresses.aave.reserves.WETH.aToken).balanceOf(venue.address)).toBe(left);
    await setLtv(world.weth, 0n);
    await refusedByAave(trade(world.usdc, usdc(100)), "57");
    if (left === 0n) {
      await refusedByAave(align(world.weth), "43");
      await give("WETH", 1n);
    }
    await align(world.weth);
    await trade(world.usdc, usdc(100));
  });

  it.each(["before", "after"] as const)(
    "puts the asset back into use when Aave lends against it again, %s the vault supplies",
    async (when) => {
      await give("USDC", 1000n);
      await setLtv(world.usdc, 0n);
      await align(world.usdc);
      await setLtv(world.usdc, 8000n);
      if (when === "before") await align(world.usdc);
      await trade(world.usdc, -usdc(100_000));
      if (when === "after") {
        await refusedByAave(trade(world.weth, wad(5)), "34");
        await align(world.usdc);
      }
      await trade(world.weth, wad(5));
    },
  );

  it("brings no isolated asset into use, which would keep every other one out", async () => {
    await world.stranger.writeContract({
      address: world.addresses.aave.pool,
      abi: parseAbi(["function withdraw(address,uint256,address)"]),
      functionName: "withdraw",
      args: [world.weth, 2n ** 256n - 1n, world.stranger.account.address],
    });
    await world.deployer.writeContract({
      address: world.addresses.aave.poolConfigurator,
      abi: configuratorAbi,
      functionName: "setDebtCeiling",
      args: [world.weth, 1_000_000_00n],
    });
    await world.lend({ usdc: usdc(1), weth: wad(1000) });
    await give("WETH", 1000n);
    await align(world.weth);
    await trade(world.usdc, -usdc(100_000));
    await trade(world.weth, wad(5));
  });

  it("leaves in use what the loan leans on, until it is repaid", async () => {
    await trade(world.usdc, -usdc(20_000));
    await give("WETH", wad(20));
    await trade(world.weth, wad(10));
    await setLtv(world.weth, 0n);
    await refusedByAave(align(world.weth), "35");
    await trade(world.weth, -wad(8));
    await align(world.weth);
    expect(await venue.read.health()).toBeGreaterThan(wad(1));
    await trade(world.usdc, usdc(1000));
  });

  it("knows no asset that Aave does not list", async () => {
    await expect(align(world.stranger.account.address)).rejects.toThrow();
  });
});
