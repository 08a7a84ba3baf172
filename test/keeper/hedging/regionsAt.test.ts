import { describe, expect, it } from "vitest";
import { closedFormRegion } from "../../../keeper/hedging/closedFormRegion.ts";
import { type RegionNode, regionsAt } from "../../../keeper/hedging/regionsAt.ts";

const clock = () => 0;
const years = 30 / 365;
const problem = {
  spot: 2000,
  vol: 0.8,
  positions: [{ type: "call" as const, strike: 2000, years, size: -10 }],
  riskAversion: 0.001,
  costs: { proportional: 0.0005, fixed: 2 },
};
const evenly = (steps: number): RegionNode[] => Array.from({ length: steps }, (_, i) => [(i * years) / steps, 2000]);

describe("regionsAt", () => {
  it("takes the spacing of an even schedule of nodes for the time between looks", () => {
    for (const steps of [150, 300]) {
      const nodes = evenly(steps);
      const given = regionsAt({ ...problem, checkEvery: years / steps }, "optimal", nodes, clock);
      expect(regionsAt(problem, "optimal", nodes, clock).regions).toEqual(given.regions);
    }
  });

  it("takes no spacing from times that have none", () => {
    const nodes: RegionNode[] = [0, 0.01, 0.0137, 0.05].map((time) => [time, 2000]);
    const alone = nodes.map((node) => regionsAt(problem, "optimal", [node], clock).regions[0]);
    expect(regionsAt(problem, "optimal", nodes, clock).regions).toEqual(alone);
  });

  it("falls back to the closed form where the solution does not reach", () => {
    const nodes: RegionNode[] = [
      [0, 9000],
      [years * 0.9999, 2050],
      [years, 2050],
    ];
    const region = new Float64Array(5);
    const { regions } = regionsAt(problem, "optimal", nodes, clock);
    nodes.forEach(([elapsed, spot], i) => {
      closedFormRegion(problem, elapsed, spot, region);
      expect(regions[i]).toEqual([...region.slice(0, 4)]);
    });
  });

  it("stays finite at any time and spot by either method", () => {
    const spots = [1e-3, 100, 1999.999, 2000, 2000.001, 1e6];
    const times = [0, years / 2, years * (1 - 1e-9), years, 2 * years];
    const nodes = times.flatMap((time) => spots.map((spot): RegionNode => [time, spot]));
    for (const method of ["optimal", "closed-form"] as const) {
      for (const [lower, targetLower, targetUpper, upper] of regionsAt(problem, method, nodes, clock).regions) {
        expect(Number.isFinite(lower) && Number.isFinite(upper)).toBe(true);
        expect(lower <= targetLower && targetLower <= targetUpper && targetUpper <= upper).toBe(true);
      }
    }
  });
});
