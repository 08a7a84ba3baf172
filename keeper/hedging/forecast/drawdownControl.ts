import { InvalidInputError } from "../../errors.ts";

export type DrawdownLimits = {
  /** Fall from the peak, fraction, from which the desk grows more careful, and at which it is in an emergency. */
  readonly soft: number;
  readonly hard: number;
  /** Fall at which an emergency ends; below `hard`, so that it does not flicker. */
  readonly release: number;
  /** What risk aversion is multiplied by at the hard limit and beyond. */
  readonly riskAversionTimes: number;
  /** Least share of the options' delta that must be covered at the soft limit and in an emergency. */
  readonly softCover: number;
  readonly hardCover: number;
};

export const defaultDrawdownLimits: DrawdownLimits = {
  soft: 0.05,
  hard: 0.15,
  release: 0.1,
  riskAversionTimes: 5,
  softCover: 0.5,
  hardCover: 1,
};

/** What the control remembers and asks for. */
export type DrawdownState = {
  readonly peak: number;
  readonly drawdown: number;
  readonly isEmergency: boolean;
  /** Multiplies risk aversion, which narrows the no-trade region. */
  readonly riskAversionTimes: number;
  /** Coverage (`hedgeCoverage`) below which one hedges whatever it costs; 0 = leave it to the region. */
  readonly coverRatio: number;
};

/**
 * Follows equity per share and tightens the hedge as it falls: risk aversion and the required cover rise in a straight line from the soft to the hard
 * limit; from the hard limit until recovery to `release` the book is in an emergency.
 * @param before  undefined at the start
 * @throws InvalidInputError when limits are not in order or equity is not a number
 */
export function drawdownControl(before: DrawdownState | undefined, equity: number, limits: DrawdownLimits): DrawdownState {
  const { soft, hard, release, riskAversionTimes, softCover, hardCover } = limits;
  if (!(soft >= 0 && soft < hard && release < hard && riskAversionTimes >= 1 && softCover <= hardCover)) {
    throw new InvalidInputError("Drawdown limits need soft < hard, release < hard, a multiple from 1 and softCover ≤ hardCover", {
      limits,
    });
  }
  if (!Number.isFinite(equity)) throw new InvalidInputError(`Equity must be a number, got ${equity}`, { equity });
  const peak = Math.max(before?.peak ?? equity, equity);
  const drawdown = peak > 0 ? (peak - equity) / peak : 1;
  const isEmergency = drawdown >= hard || ((before?.isEmergency ?? false) && drawdown > release);
  const depth = isEmergency ? 1 : Math.max(0, (drawdown - soft) / (hard - soft));
  return {
    peak,
    drawdown,
    isEmergency,
    riskAversionTimes: 1 + depth * (riskAversionTimes - 1),
    coverRatio: isEmergency || drawdown >= soft ? softCover + depth * (hardCover - softCover) : 0,
  };
}
