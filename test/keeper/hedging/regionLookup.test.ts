import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OptimalRegion, optimalRegion } from "../../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../../keeper/hedging/regionLookup.ts";
import type { RegionPosition, RegionProblem } from "../../../keeper/hedging/regionProblem.ts";
import { unsoundNode } from "../../../keeper/hedging/unsoundNode.ts";

const DAY = 1 / 365;
const leg = (type: "call" | "put", strike: number, days: number, size: number): RegionPosition => ({
  type,
  strike,
  years: days * DAY,
  size,
});
const book = (positions: RegionPosition[], change: Partial<RegionProblem> = {}): RegionProblem => ({
  spot: 2000,
  vol: 0.8,
  positions,
  riskAversion: 0.001,
  costs: { proportional: 0.0005, fixed: 2 },
  ...change,
});

function regionAt(solution: OptimalRegion, elapsed: number, spot: number): number[] | undefined {
  const region = new Float64Array(5);
  return lookUpRegion(solution, elapsed, spot, region) ? [...region] : undefined;
}

describe("lookUpRegion", () => {
  const single = optimalRegion(book([leg("call", 2000, 30, -10)]));

  it("is symmetric between a call and a put of the same strike, but for the units the call needs", () => {
    const put = optimalRegion(book([leg("put", 2000, 30, -10)], { costs: { proportional: 0, fixed: 2 } }));
    const call = optimalRegion(book([leg("call", 2000, 30, -10)], { costs: { proportional: 0, fixed: 2 } }));
    for (const [days, spot] of [
      [0, 2000],
      [3, 2100],
      [20, 1800],
    ] as const) {
      const ofCall = regionAt(call, days * DAY, spot) ?? [];
      regionAt(put, days * DAY, spot)?.forEach((bound, i) => {
        expect(bound + 10).toBeCloseTo(ofCall[i] ?? 0, 6);
      });
    }
  });

  it("says stale beyond the lattice, in the last step, after the end and before the start", () => {
    expect(regionAt(single, 0, 2000)).toBeDefined();
    expect(regionAt(single, 0, 4000)).toBeUndefined();
    expect(regionAt(single, 0, 1000)).toBeUndefined();
    expect(regionAt(single, 29 * DAY, 3000)).toBeDefined();
    expect(regionAt(single, 30 * DAY * (239 / 240), 2000)).toBeDefined();
    expect(regionAt(single, 30 * DAY * (239.5 / 240), 2000)).toBeUndefined();
    expect(regionAt(single, 31 * DAY, 2000)).toBeUndefined();
    expect(regionAt(single, -DAY, 2000)).toBeUndefined();
  });

  it("covers the spots it was asked to cover from the start", () => {
    const wide = optimalRegion(book([leg("call", 2000, 30, -10)]), Math.log(1.3));
    expect(regionAt(wide, 0, 2000 * 1.29)).toBeDefined();
    expect(regionAt(wide, 0, 2000 / 1.29)).toBeDefined();
  });

  it("moves smoothly: a hundredth of a step changes no bound by more than a few hundredths of what a step changes", () => {
    const step = (30 / 240) * DAY;
    for (const spot of [1850, 2000, 2210]) {
      const before = regionAt(single, 10 * DAY, spot) ?? [];
      const after = regionAt(single, 10 * DAY + step / 100, spot * 1.0002) ?? [];
      before.forEach((bound, i) => {
        expect(Math.abs(bound - (after[i] ?? 0))).toBeLessThan(0.02);
      });
    }
  });

  it("keeps the book whole until a leg is paid, and forgets it then", () => {
    const paid = 10 * DAY;
    const both = optimalRegion(book([leg("call", 1500, 10, -10), leg("put", 1500, 30, -1)], { checkEvery: (30 / 240) * DAY }));
    expect(regionAt(both, paid * 0.999, 2000)?.[4]).toBeGreaterThan(9.8);
    expect(Math.abs(regionAt(both, paid, 2000)?.[4] ?? NaN)).toBeLessThan(0.2);
  });

  it("keeps the book whole across stretches of different steps", () => {
    const solution = optimalRegion(book([leg("call", 1500, 1, -10), leg("put", 2000, 60, -10)]));
    expect(solution.stretches.length).toBe(2);
    const late = regionAt(solution, 0.995 * DAY, 2000)?.[4] ?? NaN;
    const after = regionAt(solution, DAY, 2000)?.[4] ?? NaN;
    expect(Math.abs(late - 10 - after)).toBeLessThan(0.1);
    for (const spot of [1900, 2000, 2100]) expect(regionAt(solution, DAY, spot)).toBeDefined();
  });

  it("gives ordered, finite regions near the ideal holding for any book", () => {
    const option = fc.record({
      type: fc.constantFrom("call" as const, "put" as const),
      strike: fc.double({ min: 1000, max: 4000, noNaN: true }),
      years: fc.double({ min: 0.5 * DAY, max: 0.5, noNaN: true }),
      size: fc.integer({ min: -50, max: 50 }).filter((size) => size !== 0),
    });
    fc.assert(
      fc.property(
        fc.array(option, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        fc.double({ min: -5, max: -1.5, noNaN: true }),
        fc.record({
          proportional: fc.constantFrom(0, 0.0001, 0.003),
          fixed: fc.constantFrom(0, 0.5, 50),
          impact: fc.constantFrom(0, 0.01, 3),
          carry: fc.constantFrom(0, -100, 100),
        }),
        fc.constantFrom(undefined, 12 / (365 * 86_400), 600 / (365 * 86_400)),
        (positions, vol, logAversion, costs, checkEvery) => {
          const problem = { spot: 2000, vol, positions, riskAversion: 10 ** logAversion, costs, checkEvery };
          const solution = optimalRegion(problem, 0.05);
          expect(unsoundNode(solution, problem)).toBeUndefined();
          const end = Math.max(...positions.map(({ years }) => years));
          for (const part of [0, 0.1, 0.77]) {
            const [lower = 0, targetLower = 0, targetUpper = 0, upper = 0] = regionAt(solution, part * end, 2001) ?? [];
            expect(lower).toBeLessThanOrEqual(targetLower);
            expect(targetLower).toBeLessThanOrEqual(targetUpper);
            expect(targetUpper).toBeLessThanOrEqual(upper);
          }
        },
      ),
      { seed: 11, numRuns: 30, endOnFailure: true },
    );
  });
});
