import type { Address } from "viem";
import type { ChainDriver, Contract } from "./chainDriver.ts";
import { loadArtifact } from "./loadArtifact.ts";

export type TokenSymbol = "USDC" | "WETH" | "WBTC";
export type Tokens = Readonly<Record<TokenSymbol, Contract>>;

/** Every token's decimals, as on mainnet. */
export const tokenDecimals: Readonly<Record<TokenSymbol, number>> = { USDC: 6, WETH: 18, WBTC: 8 };

const mintableToken = "@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json";
const weth9 = "@aave/core-v3/artifacts/contracts/dependencies/weth/WETH9.sol/WETH9.json";

/** Deploys USDC and WBTC as plain mintable ERC-20s with their real decimals, and WETH9. */
export async function deployTokens(driver: ChainDriver, from: Address): Promise<Tokens> {
  const mintable = loadArtifact(mintableToken);
  return {
    USDC: await driver.deploy({ from }, mintable, ["USD Coin", "USDC", tokenDecimals.USDC]),
    WETH: await driver.deploy({ from }, loadArtifact(weth9)),
    WBTC: await driver.deploy({ from }, mintable, ["Wrapped BTC", "WBTC", tokenDecimals.WBTC]),
  };
}
