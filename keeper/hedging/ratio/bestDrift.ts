import { type CoefficientFilter, filterLikelihood, mostLikelyNoise } from "./coefficientFilter.ts";

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A drift of so little, over the noise, is none. */
export const LEAST_DRIFT = 1e-10;

/** Drift over noise of the greatest likelihood: a grid finds the hill, golden section its top. */
export function bestDrift(filter: (drift: number) => CoefficientFilter): number {
  const at = (exponent: number) => {
    const filtered = filter(10 ** exponent);
    return filterLikelihood(filtered, mostLikelyNoise(filtered));
  };
  const bottom = Math.log10(LEAST_DRIFT);
  const grid = Array.from({ length: 29 }, (_, i) => bottom + i / 2);
  const values = grid.map(at);
  const peak = values.indexOf(Math.max(...values));
  let [low, high] = [grid[Math.max(0, peak - 1)] as number, grid[Math.min(grid.length - 1, peak + 1)] as number];
  while (high - low > 1e-8) {
    const inner = GOLDEN * (high - low);
    if (at(high - inner) >= at(low + inner)) high = low + inner;
    else low = high - inner;
  }
  return 10 ** ((low + high) / 2);
}
