import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { carryOver } from "../../../keeper/hedging/carryOver.ts";
import { closedFormRegion } from "../../../keeper/hedging/closedFormRegion.ts";
import { optimalRegion } from "../../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../../keeper/hedging/regionLookup.ts";
import type { RegionProblem } from "../../../keeper/hedging/regionProblem.ts";
import { buildTree, type HedgingProblem, hedgingCost, type Policy } from "./hedgingCost.ts";

const problem: RegionProblem = {
  spot: 2000,
  vol: 0.8,
  positions: [{ type: "call", strike: 2000, years: 30 / 365, size: -10 }],
  riskAversion: 0.001,
  costs: { proportional: 0.0005, fixed: 2 },
};
const now = (of: RegionProblem) => {
  const region = new Float64Array(5);
  lookUpRegion(optimalRegion(of), 0, 2000, region);
  return region;
};

describe("carryOver", () => {
  it("changes nothing when nothing moved", () => {
    const region = now(problem);
    const { lower, targetLower, targetUpper, upper } = carryOver(region, problem, 0, problem, 2000);
    const ideal = region[4] ?? NaN;
    [lower, targetLower, targetUpper, upper].forEach((bound, i) => {
      expect(bound + ideal).toBeCloseTo(region[i] ?? NaN, 12);
    });
  });

  it.each([
    { name: "gas trebled", change: { costs: { proportional: 0.0005, fixed: 6 } } },
    { name: "gas fell to a third", change: { costs: { proportional: 0.0005, fixed: 2 / 3 } } },
    { name: "risk aversion up by a half", change: { riskAversion: 0.0015 } },
    { name: "carry appeared", change: { costs: { proportional: 0.0005, fixed: 2, carry: 300 } } },
  ])("comes closer to the new solution than the old one is: $name", ({ change }) => {
    const wanted = { ...problem, ...change };
    const [before, after] = [now(problem), now(wanted)];
    const carried = carryOver(before, problem, 0, wanted, 2000);
    const ideal = after[4] ?? NaN;
    const distance = (bounds: readonly number[]) =>
      Math.max(Math.abs((bounds[0] ?? NaN) - (after[0] ?? NaN)), Math.abs((bounds[1] ?? NaN) - (after[3] ?? NaN)));
    const old = distance([before[0] ?? NaN, before[3] ?? NaN]);
    expect(distance([carried.lower + ideal, carried.upper + ideal])).toBeLessThan(old / 3);
  });

  const references: (HedgingProblem & { name: string })[] = JSON.parse(
    readFileSync(new URL("../../reference/hedging-cost.json", import.meta.url), "utf8"),
  );
  const gassy = references.filter(({ costs }) => costs.fixed > 0);

  it.each(gassy)("costs within 5 % of the optimum when gas has risen eightfold or halved since: $name", (problem) => {
    const options = { steps: 240, holdings: 300, deviations: 4.5 };
    const tree = buildTree(problem, options);
    const best = hedgingCost(problem, options, undefined, tree);
    const checkEvery = Math.max(...problem.positions.map(({ years }) => years)) / options.steps;
    for (const factor of [1 / 8, 2]) {
      const solved = { ...problem, checkEvery, costs: { ...problem.costs, fixed: factor * problem.costs.fixed } };
      const carried = carriedFrom(solved, { ...problem, checkEvery });
      expect(hedgingCost(problem, options, carried, tree) / best).toBeLessThan(1.05);
    }
  });
});

/** Holdings of the region solved for one problem, carried over to another at every moment and spot. */
function carriedFrom(solved: RegionProblem, wanted: RegionProblem): Policy {
  const solution = optimalRegion(solved);
  const [region, closed] = [new Float64Array(5), new Float64Array(5)];
  return (elapsed, spot) => {
    const left = wanted.positions.flatMap((each) => (each.years > elapsed ? [{ ...each, years: each.years - elapsed }] : []));
    const now = { ...wanted, spot, positions: left };
    closedFormRegion(wanted, elapsed, spot, closed);
    const [lower = 0, targetLower = 0, targetUpper = 0, upper = 0, ideal = 0] = closed;
    if (left.length === 0 || !lookUpRegion(solution, elapsed, spot, region)) return [lower, targetLower, targetUpper, upper];
    const errors = carryOver(region, solved, elapsed, now, spot);
    return [errors.lower + ideal, errors.targetLower + ideal, errors.targetUpper + ideal, errors.upper + ideal];
  };
}
