import { getAbiItem, type PublicClient } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { uniswapPoolAbi } from "../../../keeper/chain/abi.ts";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { toHead } from "../../../keeper/chain/blockSource.ts";
import { readSnapshot } from "../../../keeper/chain/readSnapshot.ts";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import { hedgeBundle } from "../../../keeper/routing/hedgeBundle.ts";
import { swapCall } from "../../../keeper/simulation/market/swapCall.ts";
import { marketBook } from "../../../keeper/simulation/openWorld.ts";
import { spot, usdc } from "../../contracts/deployWorld.ts";
import { type VaultWithBook, vaultWithBook } from "../../contracts/vaultWithBook.ts";

const swapEvent = getAbiItem({ abi: uniswapPoolAbi, name: "Swap" });
const policy = { priceBand: 0.01, maxBorrowRate: 0.2, targetHealth: 1.6, minimumCash: 20_000 };
const gas = { rebalance: 5, swap: 1, move: 2 };

let world: VaultWithBook;
let book: AddressBook;

beforeAll(async () => {
  world = await vaultWithBook();
  const market = marketBook(world.addresses);
  const { manager, oracle, surface, engine, market: optionMarket, vault, queue, uniswap, aave } = world;
  book = {
    ...market,
    underlyings: market.underlyings.filter(({ symbol }) => symbol === "WETH"),
    chainId: world.chainId,
    deployBlock: 0,
    contracts: {
      accessManager: manager.address,
      priceOracle: oracle.address,
      volSurface: surface.address,
      riskEngine: engine.address,
      optionMarket: optionMarket.address,
      vault: vault.address,
      shareQueue: queue.address,
      uniswapVenue: uniswap.address,
      aaveVenue: aave.address,
    },
  };
  await raiseDearPool(spot * 1.003);
});

/** Somebody buys in the pool with the higher fee until selling there is worth its fee. */
async function raiseDearPool(limitPrice: number): Promise<void> {
  const { taker, addresses, tokens } = world;
  const pool = addresses.uniswap.pools.find(({ underlying, feePips }) => underlying === "WETH" && feePips === 3000);
  if (pool === undefined) throw new RangeError("the market has a second WETH pool");
  await tokens.usdc.approve(taker, addresses.uniswap.swapRouter02);
  const sides = { quote: world.usdc, underlying: world.weth, buysUnderlying: true };
  const data = swapCall({ pool, ...sides, amountIn: usdc(1_000_000), limitPrice, recipient: taker.account.address });
  const hash = await taker.sendTransaction({ to: addresses.uniswap.swapRouter02, data });
  await world.client.waitForTransactionReceipt({ hash });
}

async function look(): Promise<Snapshot> {
  return readSnapshot(world.client as PublicClient, book, toHead(await world.client.getBlock()));
}

describe("a hedge over two pools", () => {
  it("exchanges in each of them to the last unit what its route says, and leaves the health and holdings it says", async () => {
    const snapshot = await look();
    const [underlying] = snapshot.underlyings;
    if (underlying === undefined) throw new RangeError("the vault has one underlying");
    const { actions, routes, health } = hedgeBundle(book, snapshot, [{ underlying, trade: -20, provision: 0 }], policy, gas);
    expect(routes[0]?.legs.map(({ fee }) => fee)).toEqual([500, 3000]);

    const hash = await world.rebalance(actions);
    const { blockNumber } = await world.client.waitForTransactionReceipt({ hash });
    const swaps = await world.client.getLogs({
      event: swapEvent,
      args: { sender: world.uniswap.address },
      fromBlock: blockNumber,
    });
    const isToken0 = underlying.pools[0]?.underlyingIsToken0 === true;
    const seen = swaps.map(({ args: { amount0 = 0n, amount1 = 0n } }) =>
      isToken0 ? [-amount0, -amount1] : [-amount1, -amount0],
    );
    expect(seen).toEqual(routes[0]?.legs.map(({ quantity, quote }) => [quantity, quote]));

    const after = await look();
    expect((after.underlyings[0]?.holdings ?? 0) - underlying.holdings).toBeCloseTo(-20, 6);
    expect(after.quoteCash + after.quoteLent - snapshot.quoteCash - snapshot.quoteLent).toBeCloseTo(routes[0]?.quote ?? 0, 3);
    expect(after.health).toBeCloseTo(health, 4);
    expect(Number(await world.aave.read.health()) / 1e18).toBeCloseTo(health, 2);
  });

  it("knows what the loan did to the rate", async () => {
    const [underlying] = (await look()).underlyings;
    const { reserve, borrowRate } = underlying ?? {};
    // 20 of 1,000 units lent out, on a curve of 2.7 % at 90 %.
    expect(reserve?.debt).toBeCloseTo(20, 3);
    expect(borrowRate).toBeCloseTo((0.027 * 0.02) / 0.9, 6);
  });
});
