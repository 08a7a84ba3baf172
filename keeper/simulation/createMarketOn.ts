import { erc20Abi, formatEther, type LocalAccount, type PublicClient, parseAbi, parseEther, parseUnits } from "viem";
import * as chains from "viem/chains";
import type { MarketBook } from "../chain/addressBook.ts";
import { ConfigError } from "../errors.ts";
import { numberText } from "../report/numberText.ts";
import { type ChainDriver, createChainDriver } from "./market/chainDriver.ts";
import { deployMarket, type MarketAddresses } from "./market/deployMarket.ts";
import { fundAccount } from "./market/fundAccount.ts";
import { signingProvider } from "./market/signingProvider.ts";
import { marketBook } from "./openWorld.ts";

const PRICES = { WETH: 3000, WBTC: 90_000 };
/** What goes into Aave at share 1, whole tokens: vaults borrow WETH and WBTC there. */
const LENT = { USDC: 10_000_000, WETH: 2_000, WBTC: 60 } as const;
/** What pools of mainnet's depth take over their whole range at these prices, whole ether; rounded up. */
const POOLED_ETHER = 28_000;
/** Gas of everything that is deployed, with room. */
const DEPLOYMENT_GAS = 120_000_000n;
/** Chain ids of development nodes, which viem does not mark as test networks. */
const DEVELOPMENT = new Set([1337, 31337]);

const aaveAbi = parseAbi(["function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)"]);

/**
 * Creates and seeds a market on a chain that has none: tokens, feeds, Uniswap v3, Aave v3, all owned by the deployer.
 * @param seedShare size against a market of mainnet's depth
 * @throws ConfigError on a public main network, or when the deployer cannot afford the seed
 */
export async function createMarketOn(
  client: PublicClient,
  deployer: LocalAccount,
  chainId: number,
  seedShare: number,
): Promise<{ book: MarketBook; summary: string }> {
  refuseMainNetworks(chainId);
  const balance = await client.getBalance({ address: deployer.address });
  const gas = DEPLOYMENT_GAS * (await client.getGasPrice());
  const etherAtFull = POOLED_ETHER + LENT.WETH;
  const needed = gas + parseEther((etherAtFull * seedShare).toFixed(18));
  if (balance < needed) {
    const affordable = Number(formatEther(balance > gas ? balance - gas : 0n)) / etherAtFull;
    const cure = affordable > 0 ? `give --seed-share ${(0.9 * affordable).toPrecision(1)}` : "send it ether";
    throw new ConfigError(
      `A market of share ${seedShare} takes ${formatEther(needed)} ether and ${deployer.address} has ${formatEther(balance)}: ${cure}`,
      { needed, balance },
    );
  }
  const driver = await createChainDriver(signingProvider(client, deployer, chainId));
  const market = await deployMarket(driver, PRICES, seedShare);
  await fillAave(driver, market, seedShare);
  const size = numberText(100 * seedShare, seedShare < 0.01 ? 4 : 0);
  const summary = `Made a market of ${size} % of mainnet's depth: WETH ${PRICES.WETH}, WBTC ${PRICES.WBTC}; its feeds answer what is reported to their aggregators.`;
  return { book: marketBook(market), summary };
}

function refuseMainNetworks(chainId: number): void {
  const known = Object.values(chains).find(({ id }) => id === chainId);
  if (known === undefined || known.testnet === true || DEVELOPMENT.has(chainId)) return;
  throw new ConfigError(
    `${known.name} (chain ${chainId}) is a public main network: --create-missing works on test networks only; name the real market with --market`,
    { chainId },
  );
}

async function fillAave(driver: ChainDriver, { tokens, aave }: MarketAddresses, share: number): Promise<void> {
  const [from] = driver.accounts;
  if (from === undefined) return;
  for (const symbol of ["USDC", "WETH", "WBTC"] as const) {
    const { address, decimals } = tokens[symbol];
    const amount = parseUnits((LENT[symbol] * share).toFixed(decimals), decimals);
    await fundAccount(driver, from, tokens[symbol], from, amount);
    await driver.write({ from }, { address, abi: erc20Abi }, "approve", [aave.pool, amount]);
    await driver.write({ from }, { address: aave.pool, abi: aaveAbi }, "supply", [address, amount, from, 0]);
  }
  await driver.settle();
}
