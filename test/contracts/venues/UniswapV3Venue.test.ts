import { encodeAbiParameters, parseAbi } from "viem";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { spot, usdc, wad } from "../deployWorld.ts";
import { feeData, type KeelWorld, keelWorld, snapshots } from "../keelWorld.ts";

let world: KeelWorld;
const state = snapshots(() => world);
beforeAll(async () => {
  world = await keelWorld();
  await world.fund(world.taker, { usdc: usdc(1_000_000), weth: wad(100) });
  await world.tokens.usdc.approve(world.taker, world.uniswap.address);
  await world.tokens.weth.approve(world.taker, world.uniswap.address);
  await state.save();
});
beforeEach(() => state.restore());

const refuses = (promise: Promise<unknown>, name: string) =>
  world.viem.assertions.revertWithCustomError(promise as never, world.uniswap, name as never);
const trade = (quantity: bigint, price: number, data = feeData) =>
  world.uniswap.write.trade([world.weth, quantity, wad(price), data], { account: world.taker.account });
const holdings = async () => ({
  usdc: await world.tokens.usdc.balanceOf(world.taker.account.address),
  weth: await world.tokens.weth.balanceOf(world.taker.account.address),
});

describe("UniswapV3Venue.trade", () => {
  it("buys exactly what was asked, with a price no worse than the limit, fee included", async () => {
    const before = await holdings();
    await trade(wad(10), spot * 1.002);
    const after = await holdings();
    expect(after.weth - before.weth).toBe(wad(10));
    const paid = before.usdc - after.usdc;
    expect(paid).toBeGreaterThan(usdc(10 * spot));
    expect(paid).toBeLessThanOrEqual(usdc(10 * spot * 1.002));
  });

  it("sells exactly what was asked", async () => {
    const before = await holdings();
    await trade(-wad(10), spot * 0.998);
    const after = await holdings();
    expect(before.weth - after.weth).toBe(wad(10));
    expect(after.usdc - before.usdc).toBeGreaterThanOrEqual(usdc(10 * spot * 0.998));
  });

  it("stops at the limit, tells what it filled and keeps nothing", async () => {
    const before = await holdings();
    const args = [world.weth, wad(90), wad(spot * 1.0015), feeData] as const;
    const { result } = await world.uniswap.simulate.trade(args, { account: world.taker.account.address });
    await trade(wad(90), spot * 1.0015);
    const after = await holdings();
    expect(result).toEqual([after.weth - before.weth, after.usdc - before.usdc]);
    expect(after.weth - before.weth).toBeLessThan(wad(90));
    expect(after.weth - before.weth).toBeGreaterThan(0n);
    expect(before.usdc - after.usdc).toBeLessThanOrEqual(((after.weth - before.weth) * usdc(spot * 1.0015)) / wad(1) + 1n);
    for (const token of [world.tokens.usdc, world.tokens.weth]) expect(await token.balanceOf(world.uniswap.address)).toBe(0n);
  });

  it("trades nothing at a limit the pool has passed or that the fee alone exceeds", async () => {
    await refuses(trade(wad(1), spot * 0.999), "NothingTraded");
    await refuses(trade(-wad(1), spot * 1.001), "NothingTraded");
    await refuses(trade(wad(1), spot * 1.0004), "NothingTraded");
    await refuses(trade(0n, spot), "NothingTraded");
  });

  it("works for an underlying of eight decimals that sorts the other way", async () => {
    const price = 90_000;
    const args = [world.wbtc, 10_000_000n, wad(price * 1.002), feeData] as const;
    const { result } = await world.uniswap.simulate.trade(args, { account: world.taker.account.address });
    expect(result[0]).toBe(10_000_000n);
    expect(-result[1]).toBeGreaterThan(usdc(0.1 * price));
    expect(-result[1]).toBeLessThanOrEqual(usdc(0.1 * price * 1.002));
  });

  it("refuses a fee tier that is not listed and a pool that does not exist", async () => {
    const tier = (fee: number) => encodeAbiParameters([{ type: "uint24" }], [fee]);
    await refuses(trade(wad(1), spot * 1.01, tier(100)), "FeeTierNotListed");
    const args = [world.wbtc, 1n, wad(90_000), tier(3000)] as const;
    await refuses(world.uniswap.write.trade(args, { account: world.taker.account }), "PoolMissing");
  });
});

describe("UniswapV3Venue.uniswapV3SwapCallback", () => {
  it("refuses everyone while no swap runs, real pools included", async () => {
    const call = (account: `0x${string}`) => world.uniswap.write.uniswapV3SwapCallback([1n, -1n, "0x"], { account });
    await refuses(call(world.stranger.account.address), "CallbackRefused");
    const pool = world.wethPool.address;
    await world.helpers.impersonateAccount(pool);
    await world.helpers.setBalance(pool, wad(1));
    await refuses(call(pool), "CallbackRefused");
  });

  it("refuses a pool the factory knows when someone else's swap names this venue as payer", async () => {
    const poolAbi = parseAbi([
      "function swap(address,bool,int256,uint160,bytes) returns (int256,int256)",
      "error CallbackRefused(address caller)",
    ]);
    const before = await holdings();
    const args = [world.stranger.account.address, true, 1000n, 4295128740n, "0x"] as const;
    const swap = world.stranger.writeContract({ address: world.wethPool.address, abi: poolAbi, functionName: "swap", args });
    await expect(swap).rejects.toThrow();
    expect(await holdings()).toEqual(before);
  });
});
