import { type Abi, type Address, getContract, parseUnits } from "viem";
import { afterAll } from "vitest";
import { keelModule, type VaultLimits } from "../../ignition/modules/Keel.ts";
import {
  aaveV3VenueAbi,
  accessManagerAbi,
  optionMarketAbi,
  priceOracleAbi,
  riskEngineAbi,
  shareQueueAbi,
  uniswapV3VenueAbi,
  vaultAbi,
  volSurfaceAbi,
} from "../../keeper/chain/abi.ts";
import { createChainDriver } from "../../keeper/simulation/market/chainDriver.ts";
import { deployMarket } from "../../keeper/simulation/market/deployMarket.ts";
import { plainNetwork } from "../../keeper/simulation/market/plainNetwork.ts";

export const wad = (value: number | string) => parseUnits(String(value), 18);
export const usdc = (value: number | string) => parseUnits(String(value), 6);
/** Options, in units of 1e-6. */
export const options = (value: number) => BigInt(Math.round(value * 1e6));
export const spot = 3000;
export const day = 86_400;

export const defaultLimits: VaultLimits = {
  budgetWad: wad(40_000),
  deltaTurnoverWad: wad(4_000_000),
  vegaTurnoverWad: wad(2_000_000),
  minCash: usdc(1000),
  oracleBandWad: wad(0.01),
  volBandWad: wad(0.03),
  healthFloorWad: wad(1.3),
  maxBorrowRateWad: wad(0.2),
  window: day,
  cooldown: 60,
  maxSurfaceAge: 3600,
  minLegSize: Number(options(0.01)),
};
export const wideBoundaries = { delta: wad(100), gamma: wad(1), vega: wad(1_000_000), targetDelta: 0n };

export const strikeTimeoutSeconds = 7 * day;

export type WorldOptions = {
  readonly admin?: Address;
  readonly fees?: { readonly managementWad: bigint; readonly performanceWad: bigint };
  readonly isTwofold?: boolean;
};

/**
 * A real market (Uniswap v3, Aave v3, Chainlink) with a whole Keel on it, on an in-process chain that ends with the test file.
 * @param admin  takes the admin role over from the deployer, with a delay of three days
 * @param fees   what the manager takes; nothing unless given
 * @param isTwofold  lists WBTC beside WETH
 */
export async function deployWorld({ admin, fees, isTwofold = false }: WorldOptions = {}) {
  const connection = await plainNetwork().create({ network: "local", override: { initialDate: "2026-01-01T00:00:00Z" } });
  // A bench, which runs without the test runner, closes its world itself.
  if (process.env.VITEST !== undefined) afterAll(() => connection.close());
  const { viem, provider, networkHelpers } = connection;
  const driver = await createChainDriver(provider);
  const market = await deployMarket(driver, { WETH: spot, WBTC: 90_000 });
  await provider.request({ method: "evm_setAutomine", params: [true] });
  await networkHelpers.time.increase(2 * 3600);

  const [deployer, keeper, quoter, poster, guardian, alice, bob, carol, taker, stranger] = await viem.getWalletClients();
  if (!deployer || !keeper || !quoter || !poster || !guardian || !alice || !bob || !carol || !taker || !stranger) {
    throw new RangeError("the node has too few accounts");
  }
  const people = { deployer, keeper, quoter, poster, guardian, alice, bob, carol, taker, stranger };
  const { USDC, WETH, WBTC } = market.tokens;
  const wethPool = market.uniswap.pools.find((pool) => pool.underlying === "WETH" && pool.feePips === 500);
  const wbtcPool = market.uniswap.pools.find((pool) => pool.underlying === "WBTC");
  if (!wethPool || !wbtcPool) throw new RangeError("the market lacks a pool");
  const now = () => networkHelpers.time.latest();
  const start = await now();

  const keel = await connection.ignition.deploy(
    keelModule({
      quote: { address: USDC.address, feed: USDC.feed.proxy, maxAgeSeconds: 90_000, depegBps: 100 },
      underlyings: [
        {
          symbol: "WETH",
          address: WETH.address,
          feed: WETH.feed.proxy,
          maxAgeSeconds: 10_800,
          twapPool: wethPool.address,
          twapWindowSeconds: 1800,
          twapDeviationBps: 300,
          boundaries: wideBoundaries,
          emergency: { silenceSeconds: 3600, deltaLimit: wideBoundaries.delta, collateralWad: wad(2), feesPips: [500, 3000] },
        },
        ...(isTwofold
          ? [
              {
                symbol: "WBTC",
                address: WBTC.address,
                feed: WBTC.feed.proxy,
                maxAgeSeconds: 10_800,
                twapPool: wbtcPool.address,
                twapWindowSeconds: 1800,
                twapDeviationBps: 300,
                boundaries: { ...wideBoundaries, delta: wad(10) },
              },
            ]
          : []),
      ],
      uniswap: { factory: market.uniswap.factory, feesPips: [500, 3000] },
      aave: { addressesProvider: market.aave.addressesProvider },
      surface: { volMovePerHour: wad(0.2), maxVolMove: wad(0.5), carryMovePerHour: wad(0.01), seasoning: 0 },
      limits: defaultLimits,
      shares: {
        name: "Keel WETH",
        symbol: "kWETH",
        firstCutoff: start + day,
        epochSeconds: day,
        spreadWad: wad(0.001),
        minDeposit: usdc(10),
        strikeTimeoutSeconds,
        ...(fees === undefined ? {} : { fees: { ...fees, recipient: stranger.account.address } }),
      },
      accounts: {
        ...(admin === undefined ? {} : { admin }),
        keeper: keeper.account.address,
        quoter: quoter.account.address,
        volPoster: poster.account.address,
        guardian: guardian.account.address,
      },
      adminDelaySeconds: 3 * day,
    }),
  );
  const client = await viem.getPublicClient();
  const at = <const T extends Abi>(abi: T, { address }: { address: Address }) =>
    getContract({ abi, address, client: { public: client, wallet: people.deployer } });
  const contracts = {
    vault: at(vaultAbi, keel.vault),
    queue: at(shareQueueAbi, keel.queue),
    market: at(optionMarketAbi, keel.market),
    engine: at(riskEngineAbi, keel.engine),
    surface: at(volSurfaceAbi, keel.surface),
    oracle: at(priceOracleAbi, keel.oracle),
    uniswap: at(uniswapV3VenueAbi, keel.uniswap),
    aave: at(aaveV3VenueAbi, keel.aave),
  };
  return {
    ...contracts,
    ...people,
    at,
    client,
    connection,
    viem,
    provider,
    helpers: networkHelpers,
    now,
    chainId: driver.chainId,
    addresses: market,
    manager: at(accessManagerAbi, keel.manager),
    weth: WETH.address,
    usdc: USDC.address,
    wbtc: WBTC.address,
    wethPool,
  };
}
