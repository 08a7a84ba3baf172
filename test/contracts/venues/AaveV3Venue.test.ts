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
