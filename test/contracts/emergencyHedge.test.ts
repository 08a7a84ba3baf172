import { encodeAbiParameters, encodeFunctionData, parseAbi, parseEventLogs, parseGwei } from "viem";
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
  await setRoute({});
  await state.save();
});
beforeEach(() => state.restore());

const hour = 3600;
const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown } = world.vault) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);
const abs = (value: bigint) => (value < 0n ? -value : value);
/** Options lose time value between two blocks. */
const near = (value: bigint, expected: bigint, by = wad(0.001)) => expect(abs(value - expected)).toBeLessThanOrEqual(by);
const swapOn = (fee: number) => ({ venue: world.uniswap.address, data: encodeAbiParameters([{ type: "uint24" }], [fee]) });

async function setRoute(changes: { silence?: number; deltaLimit?: bigint; collateralWad?: bigint; fees?: number[] }) {
  const { fees = [500, 3000], ...rest } = changes;
  const account = world.aave.address;
  const route = { silence: hour, deltaLimit: wad(10), collateralWad: wad(2), account, swaps: fees.map(swapOn), ...rest };
  return world.vault.write.setEmergencyRoute([world.weth, route]);
}
const hedge = (by = world.stranger) => world.vault.write.emergencyHedge([world.weth], { account: by.account });

/** What a call would trade. */
async function preview() {
  const { result } = await world.client.simulateContract({
    address: world.vault.address,
    abi: world.vault.abi,
    functionName: "emergencyHedge",
    args: [world.weth],
    account: world.stranger.account.address,
  });
  return result;
}

async function hedged(by = world.stranger) {
  const receipt = await world.client.waitForTransactionReceipt({ hash: await hedge(by) });
  const [log] = parseEventLogs({ abi: world.vault.abi, eventName: "EmergencyHedged", logs: receipt.logs });
  if (!log) throw new RangeError("no event");
  return { ...log.args, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice };
}

/** A day after the fills, with all turnover refilled, and an hour after a trade of nothing much that booked it so. */
async function refill() {
  await world.helpers.time.increase(25 * hour);
  await world.report();
  await world.rebalance(world.short(wad(0.01), usdc(100)));
  await world.helpers.time.increase(hour);
}

/** Someone sells `amount` of WETH into the main pool, down to `limitPrice`. */
async function sellIntoPool(amount: bigint, limitPrice: number) {
  const { swapRouter02 } = world.addresses.uniswap;
  await world.tokens.weth.approve(world.taker, swapRouter02);
  const trade = { pool: world.wethPool, quote: world.usdc, underlying: world.weth, buysUnderlying: false, amountIn: amount };
  const data = swapCall({ ...trade, limitPrice, recipient: world.taker.account.address });
  await world.taker.sendTransaction({ to: swapRouter02, data });
}

describe("an emergency hedge of a neglected delta", () => {
  it("is anyone's once the keeper was silent: borrows, sells and comes back to the target without passing it", async () => {
    const before = await world.hedgeError();
    expect(before).toBeGreaterThan(wad(20));
    const { movedWad, gasUsed } = await hedged();
    console.info(`emergencyHedge, eight legs, a loan and one pool: ${gasUsed} gas`);
    const after = await world.hedgeError();
    near(after, before + movedWad);
    expect(after).toBeGreaterThanOrEqual(-wad(0.001));
    expect(after).toBeLessThan(wad(5));
    expect(await world.aave.read.exposure([world.weth])).toBeLessThan(-wad(15));
    expect(await world.vault.read.cashOf([world.weth])).toBe(0n);
  });

  it("waits while the keeper hedges, and inside the limit", async () => {
    const error = await world.hedgeError();
    await world.rebalance(world.short(error));
    near(await world.hedgeError(), 0n, wad(0.1));
    await world.setBoundaries({ delta: wad(5), targetDelta: -error });
    await refuses(hedge(), "NoEmergency");
    await world.helpers.time.increase(hour);
    await hedge();
    await world.helpers.time.increase(100);
    await refuses(hedge(), "NoEmergency");
  });

  it("does not wait for a keeper that leaves it outside its boundary, moves its account or hedges something else", async () => {
    const wbtcBoundaries = { delta: wad(1), gamma: wad(1), vega: wad(1), targetDelta: wad(0.1) };
    await world.vault.write.listUnderlying([world.wbtc, wbtcBoundaries]);
    await world.oracle.write.setFeed([world.wbtc, world.addresses.tokens.WBTC.feed.proxy, 30 * hour]);
    await world.rebalance([]);
    await world.helpers.time.increase(100);
    await world.rebalance([{ ...world.buy(10n ** 7n, 90_000 * 1.005), asset: world.wbtc }]);
    await world.helpers.time.increase(100);
    await world.rebalance([world.account(world.usdc, -usdc(1000))]);
    await world.helpers.time.increase(100);
    await world.rebalance(world.short(wad(3)));
    expect(await world.hedgeError()).toBeGreaterThan(wad(10));
    await hedge();
    expect(await world.hedgeError()).toBeLessThan(wad(5));
  });

  it("needs neither a fresh surface, nor an unpaused vault, nor the peg, nor the pools' opinion", async () => {
    await world.helpers.time.increase(2 * hour);
    await world.report(spot * 1.004);
    await world.vault.write.pause({ account: world.guardian.account });
    await world.oracle.write.setDepegLimit([0]);
    await world.oracle.write.setTwap([world.weth, world.wethPool.address, 1800, 0]);
    await hedge();
    expect(await world.hedgeError()).toBeLessThan(wad(5));
  });

  it("buys what is short and repays the debt with it", async () => {
    await world.rebalance(world.short(wad(20)));
    await world.setBoundaries({ delta: wad(5), targetDelta: wad(40) });
    await world.helpers.time.increase(hour);
    const before = await world.hedgeError();
    expect(before).toBeLessThan(-wad(20));
    const { movedWad } = await hedged();
    expect(movedWad).toBeGreaterThan(wad(15));
    near(await world.hedgeError(), before + movedWad);
    expect(await world.aave.read.exposure([world.weth])).toBeGreaterThan(-wad(5));
  });

  it("acts on a fresh oracle only, over its own route only", async () => {
    await refuses(world.vault.write.emergencyHedge([world.wbtc]), "EmergencyRouteMissing");
    await world.helpers.time.increase(4 * hour);
    await refuses(hedge(), "StalePrice", world.oracle);
  });

  it("keeps its distance: not twice within the cooldown", async () => {
    await refill();
    await world.setLimits({ deltaTurnoverWad: wad(50_000) });
    await hedge();
    await refuses(hedge(), "CooldownActive");
  });
});

describe("threats to a hedge anyone may start", () => {
  it("sign flips when a size is clamped: a clamped hedge goes the same way, by what the cap allows", async () => {
    await refill();
    await world.setLimits({ deltaTurnoverWad: wad(30_000) });
    const before = await world.hedgeError();
    const { movedWad, wantedWad } = await hedged();
    near(movedWad, -wad(5), wad(0.01));
    expect(wantedWad).toBeLessThan(-wad(15));
    near(await world.hedgeError(), before + movedWad);
  });

  it("a 1-wei trade forces a large hedge: nothing a stranger can do to the vault moves its delta or its size", async () => {
    await hedge();
    await world.helpers.time.increase(2 * hour);
    await world.report();
    const before = await world.hedgeError();
    await world.tokens.weth.transfer(world.taker, world.vault.address, 1n);
    await world.tokens.weth.transfer(world.taker, world.aave.address, wad(50));
    near(await world.hedgeError(), before);
    await refuses(hedge(), "NoEmergency");
  });

  it("dust churn drains fees: what the budget cannot pay is not traded, dust is not paid for", async () => {
    await world.vault.write.setGasRefund([{ asset: world.weth, maxTipWei: parseGwei("2"), maxRefundWad: wad(100) }]);
    await refill();
    await world.setLimits({ deltaTurnoverWad: wad(600) });
    const cash = await world.tokens.usdc.balanceOf(world.stranger.account.address);
    const { movedWad } = await hedged();
    near(movedWad, -wad(0.1), wad(0.02));
    expect(await world.tokens.usdc.balanceOf(world.stranger.account.address)).toBe(cash);
    await world.setLimits({ deltaTurnoverWad: wad(1_000_000), budgetWad: wad(0.000001) });
    await world.helpers.time.increase(100);
    await refuses(hedge(), "NothingImproved");
  });

  it("cap reported as hedgeable: what it reports is what it did", async () => {
    await world.setLimits({ budgetWad: wad(60) });
    const before = await world.hedgeError();
    const result = await preview();
    const { movedWad, wantedWad } = await hedged();
    near(movedWad, result);
    near(await world.hedgeError(), before + movedWad);
    expect(abs(movedWad)).toBeLessThan(abs(wantedWad));
    near(movedWad, -wad(1), wad(0.01));
  });

  it("delta moved by an attacker's choice of vol or spot within one transaction: a moved pool changes no size, and costs a band at most", async () => {
    const honest = await preview();
    await sellIntoPool(wad(300), spot * 0.995);
    const before = await world.vault.read.equity();
    const { movedWad, wantedWad } = await hedged();
    near(wantedWad, honest, wad(0.01));
    const lost = before - (await world.vault.read.equity());
    expect(lost).toBeLessThan((abs(movedWad) * BigInt(spot)) / 100n);
  });

  it("venue out of liquidity: where the only pool of the route has none the hedge is refused", async () => {
    await setRoute({ fees: [500] });
    await sellIntoPool(wad(3000), spot * 0.97);
    await refuses(hedge(), "NothingImproved");
  });

  it("venue out of liquidity: the next pool is asked for all of it", async () => {
    const pools = world.addresses.uniswap.pools.filter(({ underlying }) => underlying === "WETH");
    const held = () => Promise.all(pools.map(({ address }) => world.tokens.weth.balanceOf(address)));
    await sellIntoPool(wad(3000), spot * 0.97);
    const before = await held();
    const { movedWad } = await hedged();
    expect(movedWad).toBeLessThan(-wad(1));
    const received = (await held()).map((balance, index) => balance - (before[index] ?? 0n));
    expect(Object.fromEntries(pools.map(({ feePips }, index) => [feePips, received[index]]))).toEqual({
      500: 0n,
      3000: -movedWad,
    });
  });

  it("venue out of liquidity: without anything to borrow it sells what there is, and takes its collateral back", async () => {
    await world.rebalance([world.account(world.usdc, -usdc(100_000)), world.account(world.weth, wad(12))]);
    const abi = parseAbi(["function withdraw(address asset, uint256 amount, address to) returns (uint256)"]);
    const data = encodeFunctionData({
      abi,
      functionName: "withdraw",
      args: [world.weth, wad(988), world.stranger.account.address],
    });
    await world.stranger.sendTransaction({ to: world.addresses.aave.pool, data });
    const supplied = await world.aave.read.exposure([world.usdc]);
    await world.helpers.time.increase(hour);
    const { movedWad } = await hedged();
    near(movedWad, -wad(12));
    near(await world.aave.read.exposure([world.usdc]), supplied, usdc(10));
  });

  it("one insolvent or reverting position blocks a batch: a dead feed, an expired leg and an unhealthy account block only themselves", async () => {
    await world.vault.write.listUnderlying([world.wbtc, { delta: wad(1), gamma: wad(1), vega: wad(1), targetDelta: 0n }]);
    const other = await world.viem.deployContract("AaveV3Venue", [world.vault.address, world.addresses.aave.addressesProvider]);
    await world.vault.write.setVenue([other.address, 2]);
    const on = (asset: `0x${string}`, quantity: bigint) => ({ ...world.account(asset, quantity), venue: other.address });
    await world.setLimits({ healthFloorWad: wad(1.05) });
    await world.rebalance([on(world.usdc, -usdc(9000)), on(world.weth, wad(2)), world.sell(wad(2))]);
    await world.setLimits({ healthFloorWad: wad(1.3) });
    expect(await other.read.health()).toBeLessThan(wad(1.3));
    await world.helpers.time.increaseTo(world.expiries[0] + hour);
    await world.report();
    await setRoute({ deltaLimit: wad(5) });
    await hedge();
    expect(await world.hedgeError()).toBeLessThan(wad(5));
  });
});

describe("an account below its health floor", () => {
  beforeEach(async () => {
    await setRoute({ deltaLimit: wad(1000) });
    await world.rebalance(world.short(wad(20)));
    const health = await world.aave.read.health();
    await world.setLimits({ healthFloorWad: (health * 11n) / 10n });
  });
  const floor = async () => (await world.vault.read.limits()).healthFloorWad;

  it("gets collateral from the vault's cash at once, delta unmoved", async () => {
    const before = await world.hedgeError();
    const { movedWad } = await hedged();
    expect(movedWad).toBe(0n);
    expect(await world.aave.read.health()).toBeGreaterThanOrEqual(await floor());
    near(await world.hedgeError(), before);
    await world.helpers.time.increase(100);
    await refuses(hedge(), "NoEmergency");
  });

  it("is repaid from what the vault holds before anything else", async () => {
    await world.setBoundaries({ delta: wad(50), targetDelta: 0n });
    await world.helpers.time.increase(100);
    await world.rebalance([world.buy(wad(5))]);
    const debt = -(await world.aave.read.exposure([world.weth]));
    await hedge();
    const repaid = debt + (await world.aave.read.exposure([world.weth]));
    near(repaid, debt / 11n, wad(0.001));
    near(await world.aave.read.health(), await floor(), wad(0.001));
  });

  it("is bought back where delta is short as well", async () => {
    await world.setBoundaries({ delta: wad(50), targetDelta: wad(30) });
    const debt = -(await world.aave.read.exposure([world.weth]));
    const { movedWad } = await hedged();
    near(movedWad, debt / 11n, wad(0.001));
    expect(await world.aave.read.health()).toBeGreaterThanOrEqual((await floor()) - wad(0.001));
  });
});

describe("the gas refund", () => {
  const fees = { maxFeePerGas: parseGwei("40"), maxPriorityFeePerGas: parseGwei("30") };
  const refund = (changes: { asset?: `0x${string}`; maxTipWei?: bigint; maxRefundWad?: bigint } = {}) =>
    world.vault.write.setGasRefund([{ asset: world.weth, maxTipWei: parseGwei("50"), maxRefundWad: wad(1000), ...changes }]);
  /** What the caller of a hedge got, and what its gas cost at the oracle's price, in quote units. */
  async function paid(send: () => Promise<`0x${string}`>, by = world.stranger) {
    const address = by.account.address;
    const before = await world.tokens.usdc.balanceOf(address);
    const receipt = await world.client.waitForTransactionReceipt({ hash: await send() });
    const block = await world.client.getBlock({ blockHash: receipt.blockHash });
    const toQuote = (gasPrice: bigint) => (receipt.gasUsed * gasPrice * BigInt(spot)) / 10n ** 12n;
    return {
      received: (await world.tokens.usdc.balanceOf(address)) - before,
      cost: toQuote(receipt.effectiveGasPrice),
      costAt: (tip: bigint) => toQuote((block.baseFeePerGas ?? 0n) + tip),
    };
  }
  const anyone = () => world.vault.write.emergencyHedge([world.weth], { account: world.stranger.account, ...fees });
  const keeper = (actions: Parameters<typeof world.rebalance>[0]) => () =>
    world.vault.write.rebalance([actions], { account: world.keeper.account, ...fees });

  it("covers most of the gas of a useful hedge and never more than all of it, out of the budget", async () => {
    await refund();
    const budget = await world.vault.read.budgetLeft();
    const first = await paid(keeper(world.short(wad(3))), world.keeper);
    expect(first.received).toBeLessThanOrEqual(first.cost);
    expect(first.received).toBeGreaterThan((first.cost * 3n) / 4n);
    expect(budget - (await world.vault.read.budgetLeft())).toBeGreaterThan(first.received * 10n ** 12n - wad(0.2));
    await world.helpers.time.increase(hour);
    const second = await paid(anyone);
    expect(second.received).toBeLessThanOrEqual(second.cost);
    expect(second.received).toBeGreaterThan((second.cost * 3n) / 4n);
    await world.helpers.time.increase(100);
    await world.rebalance([world.account(world.weth, wad(1))]);
    await world.helpers.time.increase(100);
    await world.setBoundaries({ delta: wad(5), targetDelta: -wad(5) });
    const third = await paid(keeper([world.sell(wad(1))]), world.keeper);
    expect(third.received).toBeLessThanOrEqual(third.cost);
    expect(third.received).toBeGreaterThan((third.cost * 7n) / 10n);
  });

  it("pays base fee and capped tip, and one call's cap at most", async () => {
    await refund({ maxTipWei: parseGwei("1") });
    const tipped = await paid(anyone);
    expect(tipped.received).toBeLessThanOrEqual(tipped.costAt(parseGwei("1")));
    await state.restore();
    await refund({ maxRefundWad: wad(3) });
    expect((await paid(anyone)).received).toBe(usdc(3));
  });

  it("is nothing when not configured, for a rebalance that improves nothing, or when the budget is spent", async () => {
    expect((await paid(anyone)).received).toBe(0n);
    await state.restore();
    await refund();
    expect((await paid(keeper([world.account(world.usdc, -usdc(1000))]), world.keeper)).received).toBe(0n);
    await world.setLimits({ budgetWad: wad(1) });
    await world.helpers.time.increase(100);
    const starved = await paid(keeper([...world.short(wad(0.01))]), world.keeper);
    expect(starved.received).toBeLessThanOrEqual(usdc(0.5));
  });

  it("goes missing without stopping the hedge when its asset's feed is stale", async () => {
    await refund({ asset: world.usdc });
    await world.oracle.write.setFeed([world.wbtc, world.addresses.tokens.WBTC.feed.proxy, 30 * hour]);
    await refund({ asset: world.wbtc });
    await world.helpers.time.increase(8 * hour);
    await world.report();
    const error = await world.hedgeError();
    expect((await paid(anyone)).received).toBe(0n);
    expect(await world.hedgeError()).toBeLessThan(error);
  });
});

describe("its parameters", () => {
  it("are taken at both ends of their ranges and refused beyond", async () => {
    const [floor, most] = [(await world.vault.read.limits()).healthFloorWad, 2n ** 96n - 1n];
    const ranges = [
      ["silence", 300, 7 * 24 * hour, 299, 7 * 24 * hour + 1],
      ["deltaLimit", wad(5), most, wad(5) - 1n],
      ["collateralWad", floor, wad(10), floor - 1n, wad(10) + 1n],
      ["fees", [500], [500, 500, 500, 500], [], [500, 500, 500, 500, 500]],
    ] as const;
    for (const [name, lowest, highest, ...beyond] of ranges) {
      await setRoute({ [name]: lowest });
      await setRoute({ [name]: highest });
      for (const wrong of beyond) await refuses(setRoute({ [name]: wrong }), "ParameterOutOfRange");
    }
    const tip = (maxTipWei: bigint) => world.vault.write.setGasRefund([{ asset: world.weth, maxTipWei, maxRefundWad: 1n }]);
    await tip(parseGwei("1000"));
    await refuses(tip(parseGwei("1000") + 1n), "ParameterOutOfRange");
  });

  it("have listed venues and an admin", async () => {
    const route = await world.vault.read.emergencyRouteOf([world.weth]);
    const setting = (changes: Partial<typeof route>) =>
      world.vault.write.setEmergencyRoute([world.weth, { ...route, ...changes }]);
    await refuses(setting({ account: world.uniswap.address }), "VenueNotListed");
    await refuses(setting({ swaps: [{ venue: world.aave.address, data: "0x" }] }), "VenueNotListed");
    const unpriced = world.vault.write.setGasRefund([{ asset: world.aave.address, maxTipWei: 0n, maxRefundWad: 1n }]);
    await refuses(unpriced, "UnknownAsset", world.oracle);
    const foreign = world.vault.write.setEmergencyRoute([world.weth, route], { account: world.keeper.account });
    await refuses(foreign, "AccessManagedUnauthorized");
    await setting({ silence: 0, swaps: [] });
    await refuses(hedge(), "EmergencyRouteMissing");
  });
});
