import { describe, expect, it } from "vitest";
import { optimise } from "../../../../keeper/simulation/flow/flowPolicies.ts";
import { createOptionFlow, publishedFlow } from "../../../../keeper/simulation/flow/optionFlow.ts";
import { runFlow } from "../../../../keeper/simulation/flow/runFlow.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

describe("optimise, where every day of trading costs a fixed sum as well", () => {
  it.each([
    { model: "gbm", spread: 0.01, fixed: 1.5, riskAversion: 0.3 },
    { model: "sabr", spread: 0.01, fixed: 1, riskAversion: 0.3 },
  ] as const)("does best with the true sum, $model, $fixed", ({ model, spread, fixed, riskAversion }) => {
    const flow = publishedFlow(model);
    const next = createOptionFlow(flow, createRandom(18, "fixed cost"));
    const episodes = Array.from({ length: 400 }, next);
    const believing = (factor: number) => {
      const policy = optimise({ costs: { spread, fixed: fixed * factor }, riskAversion });
      const results = episodes.map((episode) => runFlow(flow, episode, { spread, fixed }, policy));
      const mean = results.reduce((sum, x) => sum + x, 0) / results.length;
      return mean - (riskAversion / 2) * (results.reduce((sum, x) => sum + (x - mean) ** 2, 0) / results.length);
    };
    const truth = believing(1);
    expect(truth).toBeGreaterThan(believing(0) + 5);
    expect(truth).toBeGreaterThan(believing(0.25));
    expect(truth).toBeGreaterThan(believing(4));
  });
});
