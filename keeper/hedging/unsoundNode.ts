import { COLUMNS, type OptimalRegion } from "./optimalRegion.ts";
import type { RegionProblem } from "./regionProblem.ts";

/**
 * A solution's own check: every bound finite, lower ≤ target lower ≤ target upper ≤ upper, and the region no further from the ideal holding
 * than the whole book and the shift by carry.
 * @returns index of the first node that fails; undefined when all are sound
 */
export function unsoundNode({ values }: OptimalRegion, problem: RegionProblem): number | undefined {
  const { spot, vol, positions, riskAversion, costs } = problem;
  const shift = Math.abs(costs.carry ?? 0) / (riskAversion * (vol * spot) ** 2);
  const reach = positions.reduce((sum, { size }) => sum + Math.abs(size), 2 * shift) + 1e-9;
  for (let i = 0; i < values.length; i += COLUMNS) {
    const lower = values[i] as number;
    const targetLower = values[i + 1] as number;
    const targetUpper = values[i + 2] as number;
    const upper = values[i + 3] as number;
    const ideal = values[i + 4] as number;
    const isOrdered = lower <= targetLower && targetLower <= targetUpper && targetUpper <= upper;
    const isFinite = Number.isFinite(lower) && Number.isFinite(upper);
    if (!(isOrdered && isFinite && lower - reach <= ideal && ideal <= upper + reach)) return i / COLUMNS;
  }
  return undefined;
}
