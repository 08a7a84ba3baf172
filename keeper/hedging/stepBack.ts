import { bestTrade, type TradeSide } from "./bestTrade.ts";
import { HOLDINGS, type Impact, type LossLayer, lossesAt } from "./lossLayer.ts";

/** One step of the lattice, the same for all its nodes. */
export type StepTerms = {
  /** Martingale probability of the upper child. */
  readonly up: number;
  readonly riskAversion: number;
  /** What a unit held beyond the ideal holding costs over the step, as a share of the distance between the children's spots. */
  readonly carry: number;
  /** Quote per trade. */
  readonly fixed: number;
  readonly impact: Impact;
  /** A window is at least and at most this wide, units: what no trade or every trade would leave stays at its end. */
  readonly narrowest: number;
  readonly widest: number;
  /** First guess of the half-width where all later regions are points, units. */
  readonly firstGuess: number;
};

/** Window in use and how it grows: by this share on an edge hit, at most so often. */
const MARGIN = 0.02;
const GROWTH = 0.6;
const MOST_TRIES = 60;
/** A region that fills less of its window is solved again on one that fits. */
const LEAST_FILLED = 0.4;

const lossAbove = new Float64Array(HOLDINGS);
const lossBelow = new Float64Array(HOLDINGS);
const upperSide: TradeSide = { target: 0, trigger: 0, loss: 0, widen: undefined };
const lowerSide: TradeSide = { target: 0, trigger: 0, loss: 0, widen: undefined };

/**
 * Loss and region of node n from its two children: U(y) = certainty equivalent of the children's losses when y is kept, then the best trade on
 * either side. The window of holdings is the hull of the children's regions, wider on an edge hit, narrower when mostly empty.
 * @param move  spot of the upper child less that of the lower
 */
export function stepBack(
  from: LossLayer,
  above: number,
  below: number,
  to: LossLayer,
  n: number,
  move: number,
  terms: StepTerms,
): void {
  const ideal = to.ideal[n] as number;
  let low = Math.min(from.lower[above] as number, from.lower[below] as number);
  let high = Math.max(from.upper[above] as number, from.upper[below] as number);
  if (!(high - low > terms.narrowest)) {
    low = Math.min(low, ideal) - terms.firstGuess;
    high = Math.max(high, ideal) + terms.firstGuess;
  }
  let margin = MARGIN * (high - low);
  low -= margin;
  high += margin;
  let refined = false;
  for (let tries = 0; ; tries += 1) {
    const gap = (high - low) / (HOLDINGS - 1);
    keep(from, above, below, to, n, low, gap, move, ideal, terms);
    const impact = { perSquare: terms.impact.perSquare * gap * gap, reach: terms.impact.reach / gap };
    const places = { fixed: terms.fixed, slope: (to.slope[n] as number) * gap, impact };
    const offset = n * HOLDINGS;
    bestTrade(to.kept, offset, 1, places, upperSide);
    bestTrade(to.kept, offset, -1, places, lowerSide);
    const isWidest = high - low > terms.widest;
    const isUpEdge = (upperSide.widen === "outer" && !isWidest) || (lowerSide.widen === "inner" && !isWidest);
    const isDownEdge = (lowerSide.widen === "outer" && !isWidest) || (upperSide.widen === "inner" && !isWidest);
    const filled = upperSide.trigger + lowerSide.trigger - (HOLDINGS - 1);
    const isLoose = !refined && filled < LEAST_FILLED * (HOLDINGS - 1) && filled * gap > terms.narrowest;
    if (tries < MOST_TRIES && (isUpEdge || isDownEdge)) {
      const growth = GROWTH * (high - low);
      if (isUpEdge) high += growth;
      if (isDownEdge) low -= growth;
      continue;
    }
    const upper = low + upperSide.trigger * gap;
    const lower = high - lowerSide.trigger * gap;
    if (isLoose && tries < MOST_TRIES) {
      refined = true;
      margin = 2 * MARGIN * (upper - lower) + terms.narrowest;
      low = lower - margin;
      high = upper + margin;
      continue;
    }
    to.first[n] = low;
    to.gap[n] = gap;
    to.upper[n] = upper;
    to.targetUpper[n] = low + upperSide.target * gap;
    to.above[n] = upperSide.loss + places.slope * upperSide.target + terms.fixed;
    to.lower[n] = lower;
    to.targetLower[n] = high - lowerSide.target * gap;
    to.below[n] = lowerSide.loss + places.slope * lowerSide.target + terms.fixed;
    return;
  }
}

/** Fills node n's window with the loss of keeping each holding over the step. */
function keep(
  from: LossLayer,
  above: number,
  below: number,
  to: LossLayer,
  n: number,
  first: number,
  gap: number,
  move: number,
  ideal: number,
  { up, riskAversion, carry }: StepTerms,
): void {
  const down = 1 - up;
  const spread = up * down;
  // Cumulants of a two-point variable, per power of its spread: exact to 1e-7 of the risk where |λd| < 0.4.
  const second = (spread * riskAversion) / 2;
  const third = (riskAversion * (down - up)) / 3;
  const fourth = (riskAversion * riskAversion * (1 - 6 * spread)) / 12;
  const fifth = (riskAversion ** 3 * (down - up) * (1 - 12 * spread)) / 60;
  const sixth = (riskAversion ** 4 * (1 - 30 * spread + 120 * spread * spread)) / 360;
  const seriesTo = 0.4 / riskAversion;
  const offset = n * HOLDINGS;
  const { kept } = to;
  lossesAt(from, above, first, gap, lossAbove);
  lossesAt(from, below, first, gap, lossBelow);
  for (let q = 0; q < HOLDINGS; q += 1) {
    const y = first + q * gap;
    const a = lossAbove[q] as number;
    const b = lossBelow[q] as number;
    const d = a - b - (y - ideal) * move;
    const risk =
      d < seriesTo && d > -seriesTo
        ? second * d * d * (1 + d * (third + d * (fourth + d * (fifth + d * sixth))))
        : d > 0
          ? down * d + Math.log(up + down * Math.exp(-riskAversion * d)) / riskAversion
          : Math.log(down + up * Math.exp(riskAversion * d)) / riskAversion - up * d;
    kept[offset + q] = up * a + down * b + risk + carry * move * (y - ideal);
  }
}
