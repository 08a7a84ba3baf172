import { type Address, getAddress, parseUnits } from "viem";
import type { ChainDriver, Contract } from "./chainDriver.ts";
import { type TokenSymbol, type Tokens, tokenDecimals } from "./deployTokens.ts";
import { loadArtifact } from "./loadArtifact.ts";

export type AaveReserve = { readonly aToken: Address; readonly variableDebtToken: Address; readonly stableDebtToken: Address };

export type AaveAddresses = {
  readonly addressesProvider: Address;
  readonly pool: Address;
  readonly poolConfigurator: Address;
  readonly oracle: Address;
  readonly dataProvider: Address;
  readonly reserves: Readonly<Record<TokenSymbol, AaveReserve>>;
};

type ReserveParameters = {
  /** Share of the supply lent out where the rate curve kinks; rates per year below are those at the kink and added by the second slope. */
  readonly optimalUsage: number;
  readonly slope1: number;
  readonly slope2: number;
  readonly ltvBps: number;
  readonly thresholdBps: number;
  readonly bonusBps: number;
  readonly reserveFactorBps: number;
};

/** Aave v3's Ethereum main market as of 2024-2025, rounded. */
const parameters: Readonly<Record<TokenSymbol, ReserveParameters>> = {
  USDC: {
    optimalUsage: 0.9,
    slope1: 0.055,
    slope2: 0.6,
    ltvBps: 7500,
    thresholdBps: 7800,
    bonusBps: 10450,
    reserveFactorBps: 1000,
  },
  WETH: {
    optimalUsage: 0.9,
    slope1: 0.027,
    slope2: 0.8,
    ltvBps: 8050,
    thresholdBps: 8300,
    bonusBps: 10500,
    reserveFactorBps: 1500,
  },
  WBTC: { optimalUsage: 0.8, slope1: 0.04, slope2: 3, ltvBps: 7300, thresholdBps: 7800, bonusBps: 10500, reserveFactorBps: 2000 },
};

const symbols: readonly TokenSymbol[] = ["USDC", "WETH", "WBTC"];
const root = "@aave/core-v3/artifacts/contracts";
const none: Address = "0x0000000000000000000000000000000000000000";

const artifactAt = (path: string, libraries: Readonly<Record<string, Address>> = {}) =>
  loadArtifact(`${root}/${path}.sol/${path.slice(path.lastIndexOf("/") + 1)}.json`, libraries);

/**
 * Deploys an Aave v3 market with every token suppliable, borrowable at a variable rate and usable as collateral.
 * @param feeds  the Chainlink feed its oracle reads for each token, against USD with 8 decimals
 */
export async function deployAave(
  driver: ChainDriver,
  from: Address,
  tokens: Tokens,
  feeds: Readonly<Record<TokenSymbol, Address>>,
): Promise<AaveAddresses> {
  const deploy = (path: string, args: readonly unknown[] = [], libraries: Readonly<Record<string, Address>> = {}) =>
    driver.deploy({ from }, artifactAt(path, libraries), args);
  const write = (contract: Contract, name: string, ...args: readonly unknown[]) =>
    driver.write({ from, gas: 4_000_000n }, contract, name, args);

  const provider = await deploy("protocol/configuration/PoolAddressesProvider", ["Keel local market", from]);
  const dataProvider = await deploy("misc/AaveProtocolDataProvider", [provider.address]);
  await write(provider, "setPoolDataProvider", dataProvider.address);
  await write(provider, "setACLAdmin", from);
  const roles = await deploy("protocol/configuration/ACLManager", [provider.address]);
  await write(provider, "setACLManager", roles.address);
  await write(roles, "addPoolAdmin", from);
  await write(roles, "addAssetListingAdmin", from);
  await write(roles, "addRiskAdmin", from);

  const assets = symbols.map((symbol) => tokens[symbol].address);
  const sources = symbols.map((symbol) => feeds[symbol]);
  const oracle = await deploy("misc/AaveOracle", [provider.address, assets, sources, none, none, 10n ** 8n]);
  await write(provider, "setPriceOracle", oracle.address);

  const poolLibraries = await deployLibraries(driver, from);
  const poolImplementation = await deploy("protocol/pool/Pool", [provider.address], poolLibraries);
  const configuratorLogic = await deploy("protocol/libraries/logic/ConfiguratorLogic");
  const configuratorImplementation = await deploy("protocol/pool/PoolConfigurator", [], {
    ConfiguratorLogic: configuratorLogic.address,
  });
  await write(provider, "setPoolImpl", poolImplementation.address);
  await write(provider, "setPoolConfiguratorImpl", configuratorImplementation.address);
  await driver.settle();

  const pool = { address: getAddress(String(await driver.read(provider, "getPool"))), abi: poolImplementation.abi };
  const configurator = {
    address: getAddress(String(await driver.read(provider, "getPoolConfigurator"))),
    abi: configuratorImplementation.abi,
  };
  const implementations = {
    aTokenImpl: (await deploy("protocol/tokenization/AToken", [pool.address])).address,
    stableDebtTokenImpl: (await deploy("protocol/tokenization/StableDebtToken", [pool.address])).address,
    variableDebtTokenImpl: (await deploy("protocol/tokenization/VariableDebtToken", [pool.address])).address,
  };
  for (const symbol of symbols) {
    const { optimalUsage, slope1, slope2, ...risk } = parameters[symbol];
    const rates = [optimalUsage, 0, slope1, slope2, slope1, slope2, 0.02, 0.05, 0.2].map((value) =>
      parseUnits(String(value), 27),
    );
    const strategy = await deploy("protocol/pool/DefaultReserveInterestRateStrategy", [provider.address, ...rates]);
    const asset = tokens[symbol].address;
    await write(configurator, "initReserves", [
      {
        ...implementations,
        underlyingAssetDecimals: tokenDecimals[symbol],
        interestRateStrategyAddress: strategy.address,
        underlyingAsset: asset,
        treasury: from,
        incentivesController: none,
        aTokenName: `Aave ${symbol}`,
        aTokenSymbol: `a${symbol}`,
        variableDebtTokenName: `Aave variable debt ${symbol}`,
        variableDebtTokenSymbol: `variableDebt${symbol}`,
        stableDebtTokenName: `Aave stable debt ${symbol}`,
        stableDebtTokenSymbol: `stableDebt${symbol}`,
        params: "0x10",
      },
    ]);
    await write(configurator, "configureReserveAsCollateral", asset, risk.ltvBps, risk.thresholdBps, risk.bonusBps);
    await write(configurator, "setReserveBorrowing", asset, true);
    await write(configurator, "setReserveFactor", asset, risk.reserveFactorBps);
  }
  await driver.settle();

  return {
    addressesProvider: provider.address,
    pool: pool.address,
    poolConfigurator: configurator.address,
    oracle: oracle.address,
    dataProvider: dataProvider.address,
    reserves: {
      USDC: await readReserve(driver, dataProvider, tokens.USDC.address),
      WETH: await readReserve(driver, dataProvider, tokens.WETH.address),
      WBTC: await readReserve(driver, dataProvider, tokens.WBTC.address),
    },
  };
}

async function deployLibraries(driver: ChainDriver, from: Address): Promise<Record<string, Address>> {
  const deployed: Record<string, Address> = {};
  for (const name of [
    "BorrowLogic",
    "BridgeLogic",
    "EModeLogic",
    "FlashLoanLogic",
    "LiquidationLogic",
    "PoolLogic",
    "SupplyLogic",
  ]) {
    const library = await driver.deploy({ from }, artifactAt(`protocol/libraries/logic/${name}`, deployed));
    deployed[name] = library.address;
  }
  return deployed;
}

async function readReserve(driver: ChainDriver, dataProvider: Contract, asset: Address): Promise<AaveReserve> {
  const found = (await driver.read(dataProvider, "getReserveTokensAddresses", [asset])) as readonly [Address, Address, Address];
  return { aToken: found[0], stableDebtToken: found[1], variableDebtToken: found[2] };
}
