import type { Address } from "viem";
import type { KeelParameters } from "../../ignition/modules/Keel.ts";
import { toUnits, toWad } from "../chain/units.ts";
import type { MarketAddresses } from "./market/deployMarket.ts";

export type KeelAccounts = { readonly keeper: Address; readonly quoter: Address; readonly volPoster: Address; readonly guardian: Address };

const DAY = 86_400;

/**
 * A vault sized for the local market: limits for about two million of quote.
 * @param firstCutoff when the first deposits close, unix seconds
 */
export function keelParameters(market: MarketAddresses, accounts: KeelAccounts, firstCutoff: number): KeelParameters {
  const { USDC, WETH, WBTC } = market.tokens;
  const poolOf = (symbol: string) => market.uniswap.pools.find((pool) => pool.underlying === symbol && pool.feePips === 500)?.address as Address;
  const feed = { maxAgeSeconds: 3_900, twapWindowSeconds: 1_800, twapDeviationBps: 300 };
  return {
    quote: { address: USDC.address, feed: USDC.feed.proxy, maxAgeSeconds: DAY + 3_600, depegBps: 200 },
    underlyings: [
      {
        symbol: "WETH",
        address: WETH.address,
        feed: WETH.feed.proxy,
        ...feed,
        twapPool: poolOf("WETH"),
        boundaries: { delta: toWad(40), gamma: toWad(2), vega: toWad(200_000), targetDelta: 0n },
      },
      {
        symbol: "WBTC",
        address: WBTC.address,
        feed: WBTC.feed.proxy,
        ...feed,
        twapPool: poolOf("WBTC"),
        boundaries: { delta: toWad(1.5), gamma: toWad(0.01), vega: toWad(200_000), targetDelta: 0n },
      },
    ],
    uniswap: { factory: market.uniswap.factory, feesPips: [500, 3_000] },
    aave: { addressesProvider: market.aave.addressesProvider },
    surface: { volMovePerHour: toWad(0.5), maxVolMove: toWad(1), carryMovePerHour: toWad(0.1) },
    limits: {
      budgetWad: toWad(20_000),
      deltaTurnoverWad: toWad(4_000_000),
      vegaTurnoverWad: toWad(400_000),
      minCash: toUnits(10_000, USDC.decimals),
      oracleBandWad: toWad(0.015),
      volBandWad: toWad(0.1),
      healthFloorWad: toWad(1.25),
      maxBorrowRateWad: toWad(0.5),
      window: DAY,
      cooldown: 0,
      maxSurfaceAge: DAY / 2,
      minLegSize: 1_000n,
    },
    shares: {
      name: "Keel weekly straddles",
      symbol: "keelWS",
      firstCutoff,
      epochSeconds: DAY,
      spreadWad: toWad(0.0005),
      minDeposit: toUnits(100, USDC.decimals),
    },
    accounts,
    adminDelaySeconds: 0,
  };
}
