import { COLUMNS, type OptimalRegion } from "./optimalRegion.ts";
import { halfWidth, type Stretch } from "./regionLattice.ts";

/** Slack for times and spots that are a node's up to rounding, in steps and nodes. */
const ROUNDING = 1e-6;

/**
 * The region at a time and spot, between the nodes in a straight line: [lower, target lower, target upper, upper, ideal holding], units, into
 * `region`. Before a step at which options are paid, and in the last one of a stretch, the region of the step before holds.
 * @param elapsed  years since the solution's start
 * @returns false when the solution is stale there: spot beyond the lattice, or less than one step to the last expiry; `region` is then undefined
 */
export function lookUpRegion(solution: OptimalRegion, elapsed: number, spot: number, region: Float64Array): boolean {
  const { stretches, offsets } = solution;
  let index = stretches.length - 1;
  while (index > 0 && elapsed < (stretches[index] as Stretch).start - ROUNDING * (stretches[index - 1] as Stretch).dt) index -= 1;
  const stretch = stretches[index] as Stretch;
  const { start, dt, steps } = stretch;
  const time = (elapsed - start) / dt;
  const step = Math.floor(time + ROUNDING);
  const isLast = step >= steps - 1;
  if (!(time >= -ROUNDING) || (isLast && index === stretches.length - 1 && time > steps - 1 + ROUNDING)) return false;
  const x = Math.log(spot / solution.spot) / stretch.dx;
  const from = Math.min(step, steps - 1);
  const starts = offsets[index] as Float64Array;
  if (!readStep(solution.values, starts[from] as number, halfWidth(stretch, from), x, 1, region, 0)) return false;
  const part = time - from;
  if (isLast || part < ROUNDING || isPaidAt(stretch, step + 1)) return true;
  return readStep(solution.values, starts[from + 1] as number, halfWidth(stretch, from + 1), x, part, region, 1 - part);
}

/** region = kept·region + weight·(this step at x nodes from the middle); false when x lies outside the step. */
function readStep(
  values: Float64Array,
  offset: number,
  half: number,
  x: number,
  weight: number,
  region: Float64Array,
  kept: number,
): boolean {
  const place = (x + half) / 2;
  if (!(place >= -ROUNDING && place <= half + ROUNDING)) return false;
  const n = Math.min(Math.max(Math.floor(place + ROUNDING), 0), half - 1);
  const f = Math.min(Math.max(place - n, 0), 1);
  const at = offset + COLUMNS * n;
  for (let c = 0; c < COLUMNS; c += 1) {
    const low = values[at + c] as number;
    region[c] = kept * (region[c] as number) + weight * (low + f * ((values[at + COLUMNS + c] as number) - low));
  }
  return true;
}

function isPaidAt({ pays }: Stretch, step: number): boolean {
  for (const pay of pays) if (pay.step === step) return true;
  return false;
}
