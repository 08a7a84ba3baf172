import type { Address } from "viem";
import type { KeelParameters } from "../../ignition/modules/Keel.ts";
import type { MarketBook } from "../chain/addressBook.ts";
import { toUnits, toWad } from "../chain/units.ts";

export type KeelAccounts = {
  /** Absent: the deployer stays admin, without delay. */
  readonly admin?: Address;
  readonly keeper: Address;
  readonly quoter: Address;
  readonly volPoster: Address;
  readonly guardian: Address;
};

export type VaultSize = {
  /** Quote the limits are made for, whole units. */
  readonly capital: number;
  /** Price of each underlying now, by symbol. */
  readonly prices: ReadonlyMap<string, number>;
  /** When the first deposits close, unix seconds. */
  readonly firstCutoff: number;
  /** Fractions: of the assets per year, and of gains. No fees when absent. */
  readonly fees?: { readonly management: number; readonly performance: number; readonly recipient: Address };
  /** From the first post of an expiry until its options trade; six hours when absent. */
  readonly seasoningSeconds?: number;
};

/** Quote, whole units. */
export const LEAST_DEPOSIT = 100;

const DAY = 86_400;
/** In which a guardian sees a new expiry and can pause. */
const SEASONING_SECONDS = 6 * 3600;
const WEEK_YEARS = 7 / 365;

/**
 * Limits in proportion to the capital: a hedge error of up to 6 % of it per underlying, the gamma and vega of weekly at-the-money straddles
 * on 15 % of it, an execution budget of 1 % and a delta turnover of twice the capital a day.
 */
export function keelParameters(
  market: MarketBook,
  accounts: KeelAccounts,
  { capital, prices, firstCutoff, fees, seasoningSeconds = SEASONING_SECONDS }: VaultSize,
): KeelParameters {
  const { quote } = market;
  return {
    quote: { address: quote.address, feed: quote.feed, maxAgeSeconds: DAY + 3_600, depegBps: 50 },
    underlyings: market.underlyings.map(({ symbol, address, feed, pools }) => {
      const price = prices.get(symbol) ?? 1;
      const units = (0.15 * capital) / price;
      // A straddle at the money has gamma 2φ(0)/(Sσ√T) and vega 2Sφ(0)√T: a week at 20 % vol bounds the one, a week at any vol the other.
      const gamma = (units * 0.8) / (price * 0.2 * Math.sqrt(WEEK_YEARS));
      const vega = units * price * 0.8 * Math.sqrt(WEEK_YEARS);
      return {
        symbol,
        address,
        feed,
        maxAgeSeconds: 3_900,
        twapPool: pools[0].address,
        twapWindowSeconds: 1_800,
        twapDeviationBps: 300,
        // Twice what the keeper may leave, after an hour without it.
        emergency: {
          silenceSeconds: 3_600,
          deltaLimit: toWad((0.12 * capital) / price),
          collateralWad: toWad(2),
          feesPips: pools.map(({ fee }) => fee).slice(0, 4),
        },
        boundaries: { delta: toWad((0.06 * capital) / price), gamma: toWad(gamma), vega: toWad(2 * vega), targetDelta: 0n },
      };
    }),
    uniswap: {
      factory: market.uniswapFactory,
      feesPips: [...new Set([500, 3_000, ...market.underlyings.flatMap(({ pools }) => pools.map(({ fee }) => fee))])],
    },
    aave: { addressesProvider: market.aaveAddressesProvider },
    surface: {
      volMovePerHour: toWad(0.5),
      maxVolMove: toWad(1),
      carryMovePerHour: toWad(0.1),
      seasoning: seasoningSeconds,
    },
    limits: {
      budgetWad: toWad(0.01 * capital),
      deltaTurnoverWad: toWad(2 * capital),
      vegaTurnoverWad: toWad(0.2 * capital),
      minCash: toUnits(0.005 * capital, quote.decimals),
      oracleBandWad: toWad(0.015),
      volBandWad: toWad(0.1),
      healthFloorWad: toWad(1.25),
      maxBorrowRateWad: toWad(0.5),
      window: DAY,
      cooldown: 0,
      maxSurfaceAge: DAY / 2,
      minLegSize: 1_000,
    },
    shares: {
      name: "Keel weekly straddles",
      symbol: "keelWS",
      firstCutoff,
      epochSeconds: DAY,
      spreadWad: toWad(0.0005),
      minDeposit: toUnits(LEAST_DEPOSIT, quote.decimals),
      strikeTimeoutSeconds: 7 * DAY,
      ...(fees && {
        fees: {
          managementWad: toWad(fees.management),
          performanceWad: toWad(fees.performance),
          recipient: fees.recipient,
        },
      }),
    },
    accounts,
    // Longer than an exit: a day until the cutoff, a day for the strike, a day to claim.
    adminDelaySeconds: accounts.admin === undefined ? 0 : 3 * DAY,
  };
}
