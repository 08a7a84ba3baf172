import { COLUMNS, type OptimalRegion } from "./optimalRegion.ts";
import { halfWidth, type Stretch } from "./regionLattice.ts";
import type { RegionProblem } from "./regionProblem.ts";

/**
 * A solution's own check: every bound finite, lower ≤ target lower ≤ target upper ≤ upper, and along the middle of the lattice the region no
 * further from the ideal holding than the size of the whole book and the shift by carry.
 * @returns place of the first node that fails; undefined when all are sound
 */
export function unsoundNode({ values, stretches, offsets }: OptimalRegion, problem: RegionProblem): number | undefined {
  for (let i = 0; i < values.length; i += COLUMNS) {
    const [lower = NaN, targetLower = NaN, targetUpper = NaN, upper = NaN, ideal = NaN] = values.subarray(i, i + COLUMNS);
    const isOrdered = lower <= targetLower && targetLower <= targetUpper && targetUpper <= upper;
    if (!(isOrdered && Number.isFinite(upper - lower) && Number.isFinite(ideal))) return i / COLUMNS;
  }
  const { spot, vol, positions, riskAversion, costs } = problem;
  const shift = Math.abs(costs.carry ?? 0) / (riskAversion * (vol * spot) ** 2);
  const reach = positions.reduce((sum, { size }) => sum + Math.abs(size), 2 * shift);
  for (const [index, starts] of offsets.entries()) {
    for (const [step, start] of starts.entries()) {
      const at = start + COLUMNS * (halfWidth(stretches[index] as Stretch, step) >> 1);
      const ideal = values[at + 4] as number;
      if (ideal < (values[at] as number) - reach || ideal > (values[at + 3] as number) + reach) return at / COLUMNS;
    }
  }
  return undefined;
}
