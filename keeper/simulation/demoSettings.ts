import type { DeskPolicy } from "../desk/desk.ts";
import type { Programme } from "../desk/programme.ts";
import type { ExecutionPolicy } from "../execution/policy.ts";
import { defaultDrawdownLimits } from "../hedging/forecast/drawdownControl.ts";
import { defaultRegimeSwitch } from "../hedging/forecast/regimeSwitch.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { DecisionSettings } from "../service/decide.ts";
import type { OutlookSettings } from "../service/outlook.ts";

/** Weekly straddles, sold from Friday to Wednesday, expiring on Fridays at 08:00 UTC. */
export function weeklyStraddles(sizes: ReadonlyMap<string, number>): ReadonlyMap<string, Programme> {
  const strikeStep: Readonly<Record<string, number>> = { WETH: 50, WBTC: 500 };
  return new Map(
    [...sizes].map(([symbol, size]) => [
      symbol,
      {
        structure: "straddle",
        size,
        strikeStep: strikeStep[symbol] ?? 1,
        moneyness: 0,
        expiryWeekday: 5,
        tenorDays: 7,
        lastSaleDays: 2,
      },
    ]),
  );
}

export const deskPolicy: DeskPolicy = {
  fitSeconds: 3600,
  rfq: { spreadVol: 0.02, skewVol: 0.01, minimumPremium: 0.001 },
  posting: { refreshSeconds: 6 * 3600, moveVol: 0.01 },
  validSeconds: 1800,
};

/** Two blocks to get a take mined, and a dealer whose quotes stand for three blocks, or ten minutes, besides. */
export function dealerTiming(blockSeconds: number): { readonly validSeconds: number; readonly marginSeconds: number } {
  const marginSeconds = Math.max(60, 2 * blockSeconds);
  return { marginSeconds, validSeconds: marginSeconds + Math.max(600, 2 * blockSeconds) };
}

const GWEI = 10n ** 9n;
const DEFAULT_TIP_WEI = GWEI / 10n;

/** Fees as on Ethereum: the ceiling lets a hedge cost a tenth of the risk it removes in gas, and never less than 200 gwei. */
export function executionPolicy(confirmations: number, etherPrice: () => number, gasLimit?: bigint): ExecutionPolicy {
  return {
    confirmations,
    bumpAfterBlocks: 3,
    cancelAfterBlocks: 12,
    bumpPercent: 12.5,
    tipPerGas: DEFAULT_TIP_WEI,
    gasMarginPercent: 30,
    ...(gasLimit === undefined ? {} : { gasLimit }),
    maxFeePerGas(riskAtStake, gasLimit) {
      const affordable = (0.1 * Math.max(0, riskAtStake)) / etherPrice() / Number(gasLimit);
      return BigInt(Math.round(Math.max(200, Math.min(affordable * 1e9, 5_000)))) * GWEI;
    },
  };
}

/** The programme sells on until options are clearly cheap: ten vol points under the forecast. */
export const outlookSettings: OutlookSettings = {
  regime: defaultRegimeSwitch,
  drawdown: defaultDrawdownLimits,
  premium: { premium: -0.1, keep: 0.5 },
};

/** Measured on the demo's vault of two underlyings with four legs: most of it is the guard's. */
const REBALANCE_GAS = { rebalance: 360_000, swap: 130_000, move: 155_000 };
const TAKE_GAS = 480_000;

export type SettingsChoices = Pick<DecisionSettings, "policy" | "events" | "riskAversion" | "belief"> & {
  readonly blockSeconds: number;
  readonly patience?: number;
};

export function settingsFor({
  policy,
  events,
  riskAversion,
  belief,
  blockSeconds,
  patience = 2 * 3600,
}: SettingsChoices): DecisionSettings {
  return {
    policy,
    events,
    riskAversion,
    belief,
    checkEvery: blockSeconds / YEAR_SECONDS,
    gas: REBALANCE_GAS,
    takeGas: TAKE_GAS,
    tipWei: DEFAULT_TIP_WEI,
    gasAsset: "WETH",
    fallbackVol: 0.8,
    patience,
  };
}
