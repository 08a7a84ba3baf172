export type Regime = "calm" | "turbulent";

export type RegimeSwitchSettings = {
  /** Probability of turbulence above which the desk enters it, and below which it leaves it; apart, so that a flickering signal changes nothing. */
  readonly enter: number;
  readonly leave: number;
  /** What risk aversion is multiplied by in turbulence. */
  readonly riskAversionTimes: number;
};

export const defaultRegimeSwitch: RegimeSwitchSettings = { enter: 0.8, leave: 0.3, riskAversionTimes: 2 };

/** The regime acted on, from the one before and the filtered probability of turbulence (`updateRegime`). */
export function regimeSwitch(before: Regime, turbulent: number, { enter, leave }: RegimeSwitchSettings): Regime {
  if (before === "calm") return turbulent > enter ? "turbulent" : "calm";
  return turbulent < leave ? "calm" : "turbulent";
}

/** The multiple of risk aversion that goes with a regime. */
export function regimeRiskAversion(regime: Regime, { riskAversionTimes }: RegimeSwitchSettings): number {
  return regime === "turbulent" ? riskAversionTimes : 1;
}
