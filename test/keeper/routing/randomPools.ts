import type { Address } from "viem";
import type { ChainDriver } from "../../../keeper/simulation/market/chainDriver.ts";
import { deployUniswap, type UniswapContracts } from "../../../keeper/simulation/market/deployUniswap.ts";
import { loadArtifact } from "../../../keeper/simulation/market/loadArtifact.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

export const SPACINGS = { 500: 10, 3000: 60, 10000: 200 } as const;
export type Fee = keyof typeof SPACINGS;

/** A pool of a test: the tick it opened at and the ends of its positions. */
export type TestPool = { readonly address: Address; readonly fee: Fee; readonly tick: number; readonly ends: readonly number[] };
export type PoolWorld = {
  readonly uniswap: UniswapContracts;
  readonly token0: Address;
  readonly token1: Address;
  readonly pools: readonly TestPool[];
};

const mintable = "@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json";
const everything = 2n ** 255n;

/**
 * Pools of two tokens at three fee tiers, each with many positions of random size and range around its price, some of them far from it.
 * @param decimals  of token0 and token1
 */
export async function deployRandomPools(
  driver: ChainDriver,
  seed: number,
  decimals: readonly [number, number],
  positions: number,
): Promise<PoolWorld> {
  const [from] = driver.accounts;
  if (from === undefined) throw new RangeError("the node has no account");
  const random = createRandom(seed, "pools");
  const artifact = loadArtifact(mintable);
  const created = [
    await driver.deploy({ from }, artifact, ["A", "A", 18]),
    await driver.deploy({ from }, artifact, ["B", "B", 18]),
  ];
  const [token0, token1] = created.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  if (!token0 || !token1) throw new RangeError("two tokens were deployed");
  const uniswap = await deployUniswap(driver, from, token0.address);
  for (const token of [token0, token1]) {
    await driver.write({ from }, token, "mint", [from, everything]);
    await driver.write({ from }, token, "approve", [uniswap.positionManager.address, everything]);
  }
  const pools: TestPool[] = [];
  for (const fee of [500, 3_000, 10_000] as const) {
    const middle = Math.round(Math.log(3_000 * 10 ** (decimals[1] - decimals[0])) / Math.log(1.0001) + 400 * random.normal());
    const sqrtPriceX96 = BigInt(Math.round(1.0001 ** ((middle + random.uniform()) / 2) * 2 ** 48)) << 48n;
    await driver.write({ from, gas: 8_000_000n }, uniswap.positionManager, "createAndInitializePoolIfNecessary", [
      token0.address,
      token1.address,
      fee,
      sqrtPriceX96,
    ]);
    await driver.settle();
    const address = (await driver.read(uniswap.factory, "getPool", [token0.address, token1.address, fee])) as Address;
    const spacing = SPACINGS[fee];
    const ends = new Set<number>();
    for (let i = 0; i < positions; i += 1) {
      const centre = middle + (i === 0 ? 0 : 2_000 * random.normal());
      const half = i === 0 ? 6_000 : 20 * Math.exp(2.5 * random.uniform() + random.normal());
      const tickLower = Math.floor((centre - half) / spacing) * spacing;
      const tickUpper = Math.max(tickLower + spacing, Math.ceil((centre + half) / spacing) * spacing);
      ends.add(tickLower).add(tickUpper);
      const worth = 10 ** (6 * random.uniform());
      const amounts = [BigInt(Math.ceil((worth / 3_000) * 10 ** decimals[0])), BigInt(Math.ceil(worth * 10 ** decimals[1]))];
      const [amount0Desired, amount1Desired] = amounts;
      await driver.write({ from, gas: 2_000_000n, mayRevert: true }, uniswap.positionManager, "mint", [
        {
          token0: token0.address,
          token1: token1.address,
          fee,
          tickLower,
          tickUpper,
          amount0Desired,
          amount1Desired,
          amount0Min: 0n,
          amount1Min: 0n,
          recipient: from,
          deadline: 2n ** 64n,
        },
      ]);
    }
    pools.push({ address, fee, tick: middle, ends: [...ends].sort((a, b) => a - b) });
  }
  await driver.settle();
  return { uniswap, token0: token0.address, token1: token1.address, pools };
}
