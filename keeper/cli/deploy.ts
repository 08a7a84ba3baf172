import { Command } from "commander";
import { type Address, createPublicClient, getAddress, http, isAddress, type PrivateKeyAccount, type PublicClient } from "viem";
import { type MarketBook, readMarketBook, writeAddressBook } from "../chain/addressBook.ts";
import { chainIdOf, checkMarket } from "../chain/checkMarket.ts";
import { knownMarkets } from "../chain/knownMarkets.ts";
import { ConfigError } from "../errors.ts";
import { openKey } from "../execution/loadAccount.ts";
import { readConfig } from "./config.ts";
import { nonNegative, positive } from "./numberOption.ts";
import { accountSource, openAccount } from "./openAccount.ts";

type DeployFlags = {
  rpc?: string;
  addresses?: string;
  market: string;
  capital: number;
  admin?: string;
  guardian?: string;
  managementFee: number;
  performanceFee: number;
  feeRecipient?: string;
  createMissing?: true;
  seedShare: number;
};

/** When the first deposits close, after the deployment. */
const FIRST_CUTOFF_SECONDS = 3600;

/** `keel deploy`: Keel on a chain, by Ignition. */
export const deployCommand = new Command("deploy")
  .description("deploy a vault and all it stands on, and write the address book")
  .option("--rpc <url>", "JSON-RPC endpoint (KEEL_RPC_URL)")
  .option("--addresses <file>", "where the address book goes (KEEL_ADDRESSES)")
  .option("--market <file>", "JSON file with the market's addresses, or `known` for the one Keel knows of that chain", "known")
  .option("--capital <quote>", "what the vault's limits are made for, quote", positive, 2_000_000)
  .option("--admin <address>", "takes the admin role over, with a delay of three days; the deployer keeps it when absent")
  .option("--guardian <address>", "may pause and start wind-down; the deployer when absent")
  .option("--management-fee <fraction>", "of the assets per year, up to 0.05, in new shares", nonNegative, 0)
  .option("--performance-fee <fraction>", "of gains above the high-water mark, up to 0.3, in new shares", nonNegative, 0)
  .option("--fee-recipient <address>", "gets the fees' shares; the deployer when absent")
  .option("--create-missing", "make the market first, on a testnet or a bare development node")
  .option("--seed-share <fraction>", "size of the market made: 1 has the depth of mainnet's pools", positive, 1)
  .addHelpText(
    "after",
    `
The deployer's key comes from KEEL_DEPLOYER_PRIVATE_KEY or KEEL_DEPLOYER_KEYSTORE, else it is the keeper's. Keeper, quoter and operator
are the accounts of KEEL_PRIVATE_KEY, KEEL_QUOTER_* and KEEL_OPERATOR_*.

--create-missing deploys, with that key: mintable tokens USDC and WBTC and wrapped ether, Multicall3, Chainlink feeds (their aggregators are
mocks anybody may report to, with updateAnswer; the vault takes no price older than 65 minutes), Uniswap v3 with USDC/WETH and USDC/WBTC
pools, and Aave v3 with these assets; then it fills pools and Aave. USDC and WBTC are minted, WETH is wrapped from the deployer's own ether:
where that does not suffice, --seed-share makes everything smaller. It refuses public main networks.`,
  )
  .action(async (flags: DeployFlags) => deploy(flags));

async function deploy(flags: DeployFlags): Promise<void> {
  const config = readConfig({ KEEL_RPC_URL: flags.rpc, KEEL_ADDRESSES: flags.addresses });
  const [deployer, keeper, quoter, operator] = [
    await openAccount(config, "DEPLOYER_"),
    await openAccount(config, ""),
    await openAccount(config, "QUOTER_"),
    await openAccount(config, "OPERATOR_"),
  ];
  const admin = flags.admin === undefined ? undefined : readAddress(flags.admin, "--admin");
  const guardian = flags.guardian === undefined ? deployer.address : readAddress(flags.guardian, "--guardian");
  const recipient = flags.feeRecipient === undefined ? deployer.address : readAddress(flags.feeRecipient, "--fee-recipient");
  const fees = { management: flags.managementFee, performance: flags.performanceFee, recipient };
  const client = createPublicClient({ transport: http(config.KEEL_RPC_URL), cacheTime: 0 }) as PublicClient;
  const chainId = await chainIdOf(client);
  await checkMoney(client, deployer);
  const book = flags.createMissing ? await createMarket(client, deployer, chainId, flags) : namedMarket(chainId, flags.market);
  await checkMarket(client, book);

  // Hardhat takes a second to load; a configuration error does not wait for it.
  const { network } = await import("hardhat");
  const { deployKeel } = await import("../simulation/deployKeel.ts");
  const { keelParameters } = await import("../simulation/keelParameters.ts");
  const { feedPrices } = await import("../simulation/movingMarket.ts");
  const { timestamp } = await client.getBlock();
  const accounts = { keeper: keeper.address, quoter: quoter.address, volPoster: operator.address, guardian };
  const prices = new Map(Object.entries(await feedPrices(client, book)));
  const size = { capital: flags.capital, prices, firstCutoff: Number(timestamp) + FIRST_CUTOFF_SECONDS, fees };
  const parameters = keelParameters(book, admin === undefined ? accounts : { ...accounts, admin }, size);
  process.stdout.write(`Deploying Keel on chain ${chainId} from ${deployer.address} …\n`);
  const key = await openKey(accountSource(config, "DEPLOYER_"));
  const keys = [`0x${key.reveal().trim().replace(/^0x/i, "")}`];
  const connection = await network.create({ network: "remote", override: { url: config.KEEL_RPC_URL, accounts: keys } });
  try {
    const addresses = await deployKeel(connection, parameters, book);
    writeAddressBook(config.KEEL_ADDRESSES, addresses);
    process.stdout.write(
      `Vault         ${addresses.contracts.vault}\nShare queue   ${addresses.contracts.shareQueue}\nAddress book  ${config.KEEL_ADDRESSES}\n`,
    );
  } finally {
    await connection.close();
  }
}

function namedMarket(chainId: number, market: string): MarketBook {
  if (market !== "known") return readMarketBook(market);
  const known = knownMarkets.get(chainId);
  if (known === undefined)
    throw new ConfigError(
      `Keel knows no market on chain ${chainId}: name its addresses with --market FILE, or let --create-missing make one`,
      { chainId },
    );
  return known;
}

async function createMarket(
  client: PublicClient,
  deployer: PrivateKeyAccount,
  chainId: number,
  { seedShare }: DeployFlags,
): Promise<MarketBook> {
  const { createMarketOn } = await import("../simulation/createMarketOn.ts");
  const { book, summary } = await createMarketOn(client, deployer, chainId, seedShare);
  process.stdout.write(`${summary}\n`);
  return book;
}

/** A deployment takes some 25 million gas. */
async function checkMoney(client: PublicClient, { address }: PrivateKeyAccount): Promise<void> {
  const [balance, gasPrice] = await Promise.all([client.getBalance({ address }), client.getGasPrice()]);
  if (balance < 25_000_000n * gasPrice)
    throw new ConfigError(`The deployer ${address} cannot pay for the deployment's 25 million gas: send it gas money`, {
      balance,
    });
}

function readAddress(text: string, flag: string): Address {
  if (!isAddress(text)) throw new ConfigError(`${flag}: "${text}" is not an address: give 0x and 40 hex digits`);
  return getAddress(text);
}
