import { closedFormRegion } from "./closedFormRegion.ts";
import type { NoTradeRegion } from "./noTradeRegion.ts";
import type { RegionProblem } from "./regionProblem.ts";

const before = new Float64Array(5);
const after = new Float64Array(5);

/**
 * A region in hedge error solved for one problem, carried over to another that differs a little in book, vol or costs: triggers and targets
 * stretched, and the centre moved, as the closed form answers the same change. Nothing changes when nothing moved.
 * @param region  at `elapsed` years of the solved problem, [lower, target lower, target upper, upper, ideal holding] in units
 * @param spot  now, the start of the other problem
 */
export function carryOver(
  region: Float64Array,
  solved: RegionProblem,
  elapsed: number,
  wanted: RegionProblem,
  spot: number,
): NoTradeRegion {
  closedFormRegion(solved, elapsed, spot, before);
  closedFormRegion(wanted, 0, spot, after);
  const [lower = 0, targetLower = 0, targetUpper = 0, upper = 0, ideal = 0] = region;
  const triggers = stretch(0, 3);
  const targets = stretch(1, 2);
  const centre = centreOf(before);
  const move = (distance: number, factor: number) => centreOf(after) + factor * (distance - ideal - centre);
  const inner = { lower: move(targetLower, targets), upper: move(targetUpper, targets) };
  return {
    lower: Math.min(move(lower, triggers), inner.lower),
    targetLower: inner.lower,
    targetUpper: inner.upper,
    upper: Math.max(move(upper, triggers), inner.upper),
  };
}

/** By how much the closed form's distance between two of its bounds grew. */
function stretch(low: number, high: number): number {
  const was = (before[high] as number) - (before[low] as number);
  const is = (after[high] as number) - (after[low] as number);
  return was > 0 && is > 0 ? is / was : 1;
}

/** Middle of a region, in hedge error. */
function centreOf(region: Float64Array): number {
  return ((region[0] as number) + (region[3] as number)) / 2 - (region[4] as number);
}
