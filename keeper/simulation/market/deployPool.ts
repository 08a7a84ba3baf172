import { type Address, encodeAbiParameters, getContractAddress, keccak256 } from "viem";
import type { ChainDriver } from "./chainDriver.ts";
import { type TokenSymbol, type Tokens, tokenDecimals } from "./deployTokens.ts";
import type { UniswapContracts } from "./deployUniswap.ts";
import { fundAccount } from "./fundAccount.ts";
import { loadArtifact } from "./loadArtifact.ts";
import { type PoolDepth, poolPositions } from "./poolLiquidity.ts";
import { isToken0, type PoolOrientation, toSqrtPriceX96 } from "./poolPrice.ts";

export type UnderlyingSymbol = Exclude<TokenSymbol, "USDC">;

/** A Uniswap v3 pool of an underlying against USDC. */
export type PoolAddresses = PoolOrientation & {
  readonly underlying: UnderlyingSymbol;
  readonly address: Address;
  /** Hundredths of a basis point, Uniswap's unit: 500 = 0.05 %. */
  readonly feePips: 500 | 3000;
};

export type PoolParameters = { readonly underlying: UnderlyingSymbol; readonly feePips: 500 | 3000; readonly depth: PoolDepth };

const tickSpacings = { 500: 10, 3000: 60 };
/** Observations a pool keeps: an hour of blocks at 12 s. */
const observations = 300;
const noDeadline = 2n ** 64n;
const poolArtifact = loadArtifact("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json");

/** Opens a pool at `price`, gives it the wanted depth and room for an hour of price observations. */
export async function deployPool(
  driver: ChainDriver,
  from: Address,
  uniswap: UniswapContracts,
  tokens: Tokens,
  price: number,
  { underlying, feePips, depth }: PoolParameters,
): Promise<PoolAddresses> {
  const [quote, asset] = [tokens.USDC.address, tokens[underlying].address];
  const underlyingIsToken0 = isToken0(asset, quote);
  const [token0, token1] = underlyingIsToken0 ? [asset, quote] : [quote, asset];
  const orientation = { underlyingIsToken0, underlyingDecimals: tokenDecimals[underlying], quoteDecimals: tokenDecimals.USDC };
  await driver.write({ from, gas: 8_000_000n }, uniswap.positionManager, "createAndInitializePoolIfNecessary", [
    token0,
    token1,
    feePips,
    toSqrtPriceX96(price, orientation),
  ]);
  const address = poolAddress(uniswap.factory.address, token0, token1, feePips);
  const pool = { address, abi: poolArtifact.abi };
  await driver.write({ from, gas: 12_000_000n }, pool, "increaseObservationCardinalityNext", [observations]);
  for (const position of poolPositions(price, feePips / 1e6, tickSpacings[feePips], orientation, depth)) {
    await fundAccount(driver, from, { symbol: "USDC", address: quote }, from, position.quote);
    await fundAccount(driver, from, { symbol: underlying, address: asset }, from, position.underlying);
    const [amount0Desired, amount1Desired] = underlyingIsToken0
      ? [position.underlying, position.quote]
      : [position.quote, position.underlying];
    await driver.write({ from }, uniswap.positionManager, "mint", [
      {
        token0,
        token1,
        fee: feePips,
        tickLower: position.tickLower,
        tickUpper: position.tickUpper,
        amount0Desired,
        amount1Desired,
        amount0Min: 0n,
        amount1Min: 0n,
        recipient: from,
        deadline: noDeadline,
      },
    ]);
  }
  return { ...orientation, underlying, address, feePips };
}

/** Where the factory creates a pool (CREATE2 over the pool's bytecode, the same hash as on mainnet). */
function poolAddress(factory: Address, token0: Address, token1: Address, feePips: number): Address {
  const parameters = [{ type: "address" }, { type: "address" }, { type: "uint24" }] as const;
  const salt = keccak256(encodeAbiParameters(parameters, [token0, token1, feePips]));
  return getContractAddress({ from: factory, opcode: "CREATE2", salt, bytecode: poolArtifact.bytecode });
}
