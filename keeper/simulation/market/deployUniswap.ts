import type { Address } from "viem";
import type { ChainDriver, Contract } from "./chainDriver.ts";
import { loadArtifact } from "./loadArtifact.ts";

export type UniswapContracts = {
  readonly factory: Contract;
  readonly positionManager: Contract;
  readonly swapRouter: Contract;
  readonly swapRouter02: Contract;
  readonly quoterV2: Contract;
};

const core = "@uniswap/v3-core/artifacts/contracts";
const periphery = "@uniswap/v3-periphery/artifacts/contracts";
const routers = "@uniswap/swap-router-contracts/artifacts/contracts";
const none: Address = "0x0000000000000000000000000000000000000000";

/** Deploys Uniswap v3: factory, position manager (without its picture-drawing descriptor), both routers and the quoter. */
export async function deployUniswap(driver: ChainDriver, from: Address, weth: Address): Promise<UniswapContracts> {
  const factory = await driver.deploy({ from }, loadArtifact(`${core}/UniswapV3Factory.sol/UniswapV3Factory.json`));
  const positionManager = await driver.deploy(
    { from },
    loadArtifact(`${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`),
    [factory.address, weth, none],
  );
  return {
    factory,
    positionManager,
    swapRouter: await driver.deploy({ from }, loadArtifact(`${periphery}/SwapRouter.sol/SwapRouter.json`), [
      factory.address,
      weth,
    ]),
    swapRouter02: await driver.deploy({ from }, loadArtifact(`${routers}/SwapRouter02.sol/SwapRouter02.json`), [
      none,
      factory.address,
      positionManager.address,
      weth,
    ]),
    quoterV2: await driver.deploy({ from }, loadArtifact(`${periphery}/lens/QuoterV2.sol/QuoterV2.json`), [
      factory.address,
      weth,
    ]),
  };
}
