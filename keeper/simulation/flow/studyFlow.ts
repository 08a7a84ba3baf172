import { mean, quantileSorted } from "simple-statistics";
import { createRandom } from "../random.ts";
import { createOptionFlow, type OptionFlow } from "./optionFlow.ts";
import { type FlowCosts, type FlowDay, type FlowTrade, runFlow } from "./runFlow.ts";

export type FlowPolicy = { readonly name: string; readonly costs: FlowCosts; readonly policy: (day: FlowDay) => FlowTrade };

/** Result of one policy over many episodes, quote; every estimate with its standard error. */
export type FlowScore = {
  readonly name: string;
  readonly mean: Estimate;
  readonly deviation: Estimate;
  /** mean − 1.645·sd, the goal of the published table. */
  readonly score: Estimate;
  /** 5 % quantile of the result and the mean below it. */
  readonly quantile: number;
  readonly shortfall: number;
};

export type Estimate = { readonly value: number; readonly error: number };

const SCORE_DEVIATIONS = 1.645;

/** Runs all policies over the same episodes. */
export function studyFlow(
  flow: OptionFlow,
  policies: readonly FlowPolicy[],
  episodes: number,
  seed: number,
): readonly FlowScore[] {
  const next = createOptionFlow(flow, createRandom(seed, "option flow"));
  const results = policies.map(() => new Float64Array(episodes));
  for (let i = 0; i < episodes; i++) {
    const episode = next();
    policies.forEach(({ costs, policy }, p) => {
      (results[p] as Float64Array)[i] = runFlow(flow, episode, costs, policy);
    });
  }
  return policies.map(({ name }, p) => scoreFlow(name, results[p] as Float64Array));
}

/** Standard errors by the influence functions of mean and deviation, so that fat tails are counted. */
export function scoreFlow(name: string, pnl: Float64Array): FlowScore {
  const sorted = Array.from(pnl).sort((a, b) => a - b);
  const centre = mean(sorted);
  const variance = mean(sorted.map((x) => (x - centre) ** 2));
  const deviation = Math.sqrt(variance);
  const influence = (weight: number, slope: number): number =>
    Math.sqrt(
      mean(sorted.map((x) => (weight * (x - centre) + (slope * ((x - centre) ** 2 - variance)) / (2 * deviation)) ** 2)) /
        pnl.length,
    );
  const quantile = quantileSorted(sorted, 0.05);
  return {
    name,
    mean: { value: centre, error: influence(1, 0) },
    deviation: { value: deviation, error: influence(0, 1) },
    score: { value: centre - SCORE_DEVIATIONS * deviation, error: influence(1, -SCORE_DEVIATIONS) },
    quantile,
    shortfall: mean(sorted.filter((x) => x <= quantile)),
  };
}

/** The value that the truth exceeds with 95 % confidence. */
export function lowerBound({ value, error }: Estimate): number {
  return value - 1.645 * error;
}
