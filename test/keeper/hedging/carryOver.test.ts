import { describe, expect, it } from "vitest";
import { carryOver } from "../../../keeper/hedging/carryOver.ts";
import { optimalRegion } from "../../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../../keeper/hedging/regionLookup.ts";
import type { RegionProblem } from "../../../keeper/hedging/regionProblem.ts";

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
});
