import { readFileSync } from "node:fs";
import { encodeAbiParameters, type Hex } from "viem";
import { options, usdc, wad } from "./deployWorld.ts";
import { snapshots } from "./keelWorld.ts";
import type { VaultWithBook } from "./vaultWithBook.ts";

const hour = 3600;
const contracts = [
  "Vault.sol/Vault",
  "vault/OptionBook.sol/OptionBook",
  "vault/EmergencyHedge.sol/EmergencyHedge",
  "vault/Settings.sol/Settings",
  "OptionMarket.sol/OptionMarket",
  "RiskEngine.sol/RiskEngine",
  "ShareQueue.sol/ShareQueue",
  "PriceOracle.sol/PriceOracle",
  "VolSurface.sol/VolSurface",
  "venues/UniswapV3Venue.sol/UniswapV3Venue",
  "venues/AaveV3Venue.sol/AaveV3Venue",
];

/** Bytes of every contract's deployed code, by name. */
export function measureSizes(): Record<string, number> {
  const sizeOf = (path: string) => {
    const url = new URL(`../../artifacts/contracts/${path}.json`, import.meta.url);
    return (JSON.parse(readFileSync(url, "utf8")).deployedBytecode.length - 2) / 2;
  };
  return Object.fromEntries(contracts.map((path) => [path.replace(/^.*\//, ""), sizeOf(path)]));
}

/**
 * Gas of what users, keepers and strangers call, whole transactions, each on the state `world` is in: eight legs, real venues.
 * Leaves that state as it was.
 */
export async function measureGas(world: VaultWithBook): Promise<Record<string, number>> {
  const state = snapshots(() => world);
  await state.save();
  const figures: Record<string, number> = {};
  async function measure(name: string, run: () => Promise<Hex>) {
    figures[name] = Number(await world.gasOf(run()));
    await state.restore();
  }
  await world.tokens.weth.approve(world.taker, world.vault.address);
  await world.market.write.setOperator([world.vault.address, true], { account: world.taker.account });
  await state.save();

  for (const legs of [1, 8, 32]) {
    await measure(`rebalance, spot, ${legs} ${legs === 1 ? "leg" : "legs"}`, async () => {
      await haveLegs(world, legs);
      return sellOnePool(world);
    });
  }
  await measure("rebalance, loan and spot, 8 legs", () => world.rebalance(world.short(wad(7))));
  await measure("emergencyHedge, spot, 8 legs", async () => {
    await world.setBoundaries({ delta: wad(100) });
    await world.rebalance([world.buy(wad(30))]);
    await neglect(world, wad(50));
    return world.vault.write.emergencyHedge([world.weth], { account: world.stranger.account });
  });
  await measure("emergencyHedge, loan and spot, 8 legs", async () => {
    await neglect(world, wad(20));
    return world.vault.write.emergencyHedge([world.weth], { account: world.stranger.account });
  });
  await measure("fill, a ninth leg", () => world.trade(world.put(2700), true, options(10)));
  await measure("fill, closing a leg", () => world.trade(world.put(2800), false, options(10)));
  await measure("take, a ninth leg", () => take(world));
  await measure("net, a spread", async () => {
    await take(world);
    return world.vault.write.net([world.put(2800), world.put(2500), options(10)], { account: world.keeper.account });
  });
  await measure("collect", async () => {
    await world.settle(world.expiries[0], 2900);
    return world.vault.write.collect([world.put(3000)], { account: world.stranger.account });
  });
  await measureQueue(world, measure);
  return figures;
}

/** A vault of eight legs gets fewer or more. */
async function haveLegs(world: VaultWithBook, legs: number) {
  const puts = world.expiries.flatMap((expiry) => [2600, 2800, 3000, 3200].map((price) => world.put(price, expiry)));
  for (const series of puts.slice(legs)) await world.trade(series, false, options(10), { nonce: 2n });
  for (let i = 8; i < legs; ++i) await world.trade(world.put(2000 + i, world.expiries[i % 2]), true, options(1));
}

/** The pool warm to both sides, the vault's holding enough. */
async function sellOnePool(world: VaultWithBook) {
  await world.setBoundaries({ delta: wad(100) });
  await world.rebalance([world.buy(wad(30))]);
  await world.helpers.time.increase(100);
  await world.setBoundaries({ delta: wad(2) });
  return world.rebalance([world.sell(wad(7))]);
}

async function neglect(world: VaultWithBook, targetDelta: bigint) {
  await world.setBoundaries({ delta: wad(5), targetDelta });
  const data = encodeAbiParameters([{ type: "uint24" }], [500]);
  const swaps = [{ venue: world.uniswap.address, data }];
  const route = { silence: hour, deltaLimit: wad(5), collateralWad: wad(2), account: world.aave.address, swaps };
  await world.vault.write.setEmergencyRoute([world.weth, route]);
  await world.helpers.time.increase(hour);
}

/** The vault buys ten puts of 2500 that bob writes. */
async function take(world: VaultWithBook) {
  await world.fund(world.bob, { usdc: usdc(200_000) });
  await world.tokens.usdc.approve(world.bob, world.market.address);
  const series = world.put(2500);
  const { price } = await world.mark(series);
  const size = options(10);
  const maker = world.bob.account.address;
  const { quote, signature } = await world.signQuote({ series, makerSells: true, price, size, maker }, world.bob);
  return world.vault.write.take([quote, signature, size], { account: world.keeper.account });
}

async function measureQueue(
  world: VaultWithBook,
  measure: (name: string, run: () => Promise<Hex>) => Promise<void>,
): Promise<void> {
  const { alice, carol, queue } = world;
  const of = (person: typeof alice) => person.account.address;
  const by = (person: typeof alice) => ({ account: person.account });
  const request = async () => {
    await world.fund(carol, { usdc: usdc(1000) });
    await world.tokens.usdc.approve(carol, queue.address);
    return queue.write.requestDeposit([usdc(1000), of(carol), of(carol)], by(carol));
  };
  const redeemRequest = () => queue.write.requestRedeem([wad(100), of(alice), of(alice)], by(alice));
  await measure("requestDeposit", request);
  await measure("strike, 8 legs", async () => {
    await request();
    return strike(world);
  });
  await measure("claim a deposit (mint)", async () => {
    await request();
    await strike(world);
    const shares = await queue.read.maxMint([of(carol)]);
    return queue.write.mint([shares, of(carol)], by(carol));
  });
  await measure("requestRedeem", redeemRequest);
  await measure("claim a redemption (redeem)", async () => {
    await redeemRequest();
    await strike(world);
    const shares = await queue.read.maxRedeem([of(alice)]);
    return queue.write.redeem([shares, of(alice), of(alice)], by(alice));
  });
}

/** The open epoch's cutoff passes; oracle and surface are fresh. */
async function strike(world: VaultWithBook) {
  const [, cutoff] = await world.queue.read.openEpoch();
  await world.helpers.time.increaseTo(cutoff);
  await world.report();
  for (const expiry of world.expiries) await world.postSlice(expiry);
  return world.queue.write.strike();
}
