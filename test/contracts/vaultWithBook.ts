import { parseAbi } from "viem";
import { day, options, usdc, wad, wideBoundaries } from "./deployWorld.ts";
import { type KeelWorld, keelWorld } from "./keelWorld.ts";

const proxyAbi = parseAbi(["function latestRoundData() view returns (uint80,int256,uint256,uint256,uint80)"]);

/** A vault of two million with eight short puts of ten options over two expiries, and an Aave with something to lend. */
export async function vaultWithBook() {
  const world = await keelWorld();
  const { alice, taker, queue, strike, invest, claimShares, vault, fund, tokens, postSlice, now, seriesId, trade, lend } = world;
  await invest(alice, usdc(2_000_000));
  await strike();
  await claimShares(alice);

  const start = await now();
  const expiries = [start + 30 * day, start + 60 * day] as const;
  for (const expiry of expiries) await postSlice(expiry);
  const put = (strikePrice: number, expiry: number = expiries[0]) => seriesId({ strike: strikePrice, expiry, isPut: true });
  const call = (strikePrice: number, expiry: number = expiries[0]) => seriesId({ strike: strikePrice, expiry, isPut: false });
  await fund(taker, { usdc: usdc(5_000_000), weth: wad(2000) });
  await tokens.usdc.approve(taker, vault.address);
  for (const expiry of expiries) {
    for (const price of [2600, 2800, 3000, 3200]) await trade(put(price, expiry), true, options(10));
  }
  await lend({ usdc: usdc(2_000_000), weth: wad(1000) });

  const hedgeError = async () => (await vault.read.exposureOf([world.weth])).hedgeError;
  const setBoundaries = (changes: Partial<typeof wideBoundaries>) =>
    vault.write.setBoundaries([world.weth, { ...wideBoundaries, ...changes }]);
  const setLimits = async (changes: Partial<Awaited<ReturnType<typeof vault.read.limits>>>) =>
    vault.write.setLimits([{ ...(await vault.read.limits()), ...changes }]);
  /** Collateral in, WETH out, sold: what sells `quantity` the vault does not have. */
  const short = (quantity: bigint, collateral = usdc(200_000)) => [
    world.account(world.usdc, -collateral),
    world.account(world.weth, quantity),
    world.sell(quantity),
  ];

  /** Lets an expiry pass and settles it at `price`. */
  async function settle(expiry: number, price: number) {
    const latest = () =>
      world.client.readContract({
        address: world.addresses.tokens.WETH.feed.proxy,
        abi: proxyAbi,
        functionName: "latestRoundData",
      });
    await world.helpers.time.increaseTo(expiry);
    const [previous] = await latest();
    await world.report(price);
    const [round] = await latest();
    await world.market.write.settle([world.weth, BigInt(expiry), round, previous]);
  }

  /** The vault buys `size` of a series that bob writes, at the mark. */
  async function take(series: bigint, size: bigint, nonce = 1n) {
    await world.fund(world.bob, { usdc: usdc(200_000) });
    await world.tokens.usdc.approve(world.bob, world.market.address);
    const { price } = await world.mark(series);
    const parameters = { series, makerSells: true, price, size, nonce, maker: world.bob.account.address };
    const { quote, signature } = await world.signQuote(parameters, world.bob);
    return world.vault.write.take([quote, signature, size], { account: world.keeper.account });
  }

  return { ...world, take, queue, expiries, put, call, hedgeError, setBoundaries, setLimits, short, settle };
}

export type VaultWithBook = Awaited<ReturnType<typeof vaultWithBook>> & KeelWorld;
