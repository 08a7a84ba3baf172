import { InvalidInputError } from "../errors.ts";
import { type MertonJumps, meanJump } from "./bates.ts";
import type { HestonModel } from "./hestonExponent.ts";
import { type HestonPaths, hestonQe, hestonQeStep } from "./hestonQe.ts";

export type HestonPathsParameters = {
  model: HestonModel;
  /** Merton jumps of the log-price (Bates); none when absent. */
  jumps?: MertonJumps | undefined;
  spot: number;
  years: number;
  steps: number;
  paths: number;
  /** Growth of the forward per year, rate less yield; 0 when absent. */
  carry?: number | undefined;
  random: {
    /** Standard normal. */
    normal(): number;
    /** Number of events of a Poisson process with this mean. */
    poisson(mean: number): number;
  };
  /** Called after each step of a block of paths; the arrays are reused. */
  observe?: ((step: number, block: HestonPaths) => void) | undefined;
};

/** Paths that stay in the processor's cache while they are stepped to the end. */
const BLOCK = 2048;

/**
 * Simulates paths under Heston or Bates by quadratic-exponential steps of equal length.
 * @returns price and variance of every path at the end
 * @throws InvalidInputError when a count is not a positive integer, spot or v0 is out of range, or as hestonQe
 */
export function hestonPaths(parameters: HestonPathsParameters): { price: Float64Array; variance: Float64Array } {
  const { model, jumps, spot, years, steps, paths: count, carry = 0, random, observe } = parameters;
  if (!(Number.isInteger(steps) && steps > 0 && Number.isInteger(count) && count > 0 && spot > 0 && model.v0 >= 0)) {
    throw new InvalidInputError("paths need positive whole numbers of steps and paths, a positive spot and v0 not negative", {
      steps,
      paths: count,
      spot,
      v0: model.v0,
    });
  }
  const stepYears = years / steps;
  const qe = hestonQe(model, stepYears);
  const arrivals = jumps === undefined ? 0 : jumps.lambda * stepYears;
  const drift = carry * stepYears - (jumps === undefined ? 0 : arrivals * meanJump(jumps));
  const price = new Float64Array(count);
  const variance = new Float64Array(count);
  const normals = { variance: new Float64Array(BLOCK), price: new Float64Array(BLOCK) };
  for (let start = 0; start < count; start += BLOCK) {
    const size = Math.min(BLOCK, count - start);
    const block = { logPrice: new Float64Array(size).fill(Math.log(spot)), variance: variance.subarray(start, start + size) };
    block.variance.fill(model.v0);
    for (let step = 1; step <= steps; step++) {
      for (let path = 0; path < size; path++) {
        normals.variance[path] = random.normal();
        normals.price[path] = random.normal();
      }
      hestonQeStep(qe, block, normals);
      if (jumps !== undefined || drift !== 0) {
        for (let path = 0; path < size; path++) {
          block.logPrice[path] =
            (block.logPrice[path] as number) + drift + (jumps === undefined ? 0 : jumpOf(jumps, arrivals, random));
        }
      }
      observe?.(step, block);
    }
    for (let path = 0; path < size; path++) price[start + path] = Math.exp(block.logPrice[path] as number);
  }
  return { price, variance };
}

function jumpOf({ jumpMean, jumpSd }: MertonJumps, arrivals: number, random: HestonPathsParameters["random"]): number {
  const count = random.poisson(arrivals);
  return count === 0 ? 0 : count * jumpMean + Math.sqrt(count) * jumpSd * random.normal();
}
