import type { Address } from "viem";
import type { ChainDriver } from "./chainDriver.ts";
import type { TokenSymbol } from "./deployTokens.ts";
import { loadArtifact } from "./loadArtifact.ts";

const mintableAbi = loadArtifact("@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json").abi;
const wethAbi = loadArtifact("@aave/core-v3/artifacts/contracts/dependencies/weth/WETH9.sol/WETH9.json").abi;

/** More ether than all markets together wrap. */
const plentyWei = 10n ** 27n;

/**
 * Puts into the mempool what gives `account` a token of the local market: USDC and WBTC are minted, WETH is wrapped from ether the node creates.
 * @param funder  account that sends the transactions
 * @param amount  token units
 */
export async function fundAccount(
  driver: ChainDriver,
  funder: Address,
  token: { readonly symbol: TokenSymbol; readonly address: Address },
  account: Address,
  amount: bigint,
): Promise<void> {
  if (token.symbol !== "WETH") {
    await driver.write({ from: funder }, { address: token.address, abi: mintableAbi }, "mint", [account, amount]);
    return;
  }
  const weth = { address: token.address, abi: wethAbi };
  await driver.setBalance(funder, plentyWei);
  await driver.write({ from: funder, valueWei: amount }, weth, "deposit");
  if (funder !== account) await driver.write({ from: funder }, weth, "transfer", [account, amount]);
}
