import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { closedFormRegion } from "../../../keeper/hedging/closedFormRegion.ts";
import { optimalRegion } from "../../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../../keeper/hedging/regionLookup.ts";
import type { RegionProblem } from "../../../keeper/hedging/regionProblem.ts";
import { unsoundNode } from "../../../keeper/hedging/unsoundNode.ts";
import { buildTree, type EvaluationOptions, type HedgingProblem, hedgingCost, type Policy } from "./hedgingCost.ts";
import { someBooks } from "./someBooks.ts";

type Reference = HedgingProblem & { name: string; steps: number; optimal: number };
const references: Reference[] = JSON.parse(readFileSync(new URL("../../reference/hedging-cost.json", import.meta.url), "utf8"));

const lastExpiry = ({ positions }: HedgingProblem) => Math.max(...positions.map(({ years }) => years));

const closedForm =
  (problem: RegionProblem): Policy =>
  (elapsed, spot) => {
    const region = new Float64Array(5);
    closedFormRegion(problem, elapsed, spot, region);
    return [region[0] ?? 0, region[1] ?? 0, region[2] ?? 0, region[3] ?? 0];
  };

/** As the keeper acts: the solution where it reaches, the closed form elsewhere. */
const optimal = (problem: RegionProblem): Policy => {
  const solution = optimalRegion(problem);
  const elsewhere = closedForm(problem);
  expect(unsoundNode(solution, problem)).toBeUndefined();
  return (elapsed, spot) => {
    const region = new Float64Array(5);
    if (!lookUpRegion(solution, elapsed, spot, region)) return elsewhere(elapsed, spot);
    return [region[0] ?? 0, region[1] ?? 0, region[2] ?? 0, region[3] ?? 0];
  };
};

/** What the policies cost in units of the optimum, all on one tree and one grid of holdings. */
function ratios(problem: HedgingProblem, options: EvaluationOptions, policies: ((problem: RegionProblem) => Policy)[]) {
  const tree = buildTree(problem, options);
  const best = hedgingCost(problem, options, undefined, tree);
  const watched = { ...problem, checkEvery: lastExpiry(problem) / options.steps };
  return policies.map((policy) => hedgingCost(problem, options, policy(watched), tree) / best);
}

describe("the evaluator", () => {
  it.each(references)("finds the reference optimum: $name", (reference) => {
    expect(hedgingCost(reference, { steps: reference.steps }) / reference.optimal).toBeCloseTo(1, 4);
  });

  // Premium over Black-Scholes of a short call, S = K = 100, 30 days, vol .6, risk aversion .1, nothing charged at expiry.
  it.each([
    { proportional: 0.0005, fixed: 0, at500: 0.086826, at1000: 0.088696, limit: 0.0906 },
    { proportional: 0.003, fixed: 0, at500: 0.295842, at1000: 0.297493, limit: 0.2991 },
    { proportional: 0.0005, fixed: 0.05, at500: 0.319318, at1000: 0.321197, limit: 0.323 },
  ])("finds the premium of a fee of $proportional and gas of $fixed", ({ proportional, fixed, ...expected }) => {
    const problem: HedgingProblem = {
      spot: 100,
      vol: 0.6,
      positions: [{ type: "call", strike: 100, years: 30 / 365, size: -1 }],
      riskAversion: 0.1,
      costs: { proportional, fixed },
    };
    const premium = (steps: number) => {
      const options = { steps, holdings: 300, deviations: 4.5, freeClose: true };
      const tree = buildTree(problem, options);
      return hedgingCost(problem, options, undefined, tree) - tree.value - 6.853942;
    };
    const [coarse, fine] = [premium(500), premium(1000)];
    expect(Math.abs(coarse - expected.at500)).toBeLessThan(2e-5);
    expect(Math.abs(fine - expected.at1000)).toBeLessThan(2e-5);
    expect(Math.abs(2 * fine - coarse - expected.limit)).toBeLessThan(1.5e-4);
  });
});

describe("optimalRegion", () => {
  describe.each([240, 300])("looked at %i times", (steps) => {
    it.each(references)("$name: within 1 % of the optimum, the closed form within 5 % (30 % when risk averse)", (reference) => {
      const [solved = 0, closed = 0] = ratios(reference, { steps, holdings: 400, deviations: 5 }, [optimal, closedForm]);
      expect(solved).toBeLessThan(1.01);
      expect(closed).toBeLessThan(reference.riskAversion >= 0.01 ? 1.3 : 1.05);
      expect(solved).toBeGreaterThan(1 - 1e-4);
    });
  });

  it.each(someBooks)("$name: within 1 % of the optimum", (book) => {
    const [solved = 0] = ratios(book, { steps: 240, holdings: 400, deviations: 5 }, [optimal]);
    expect(solved).toBeLessThan(1.01);
    expect(solved).toBeGreaterThan(1 - 1e-4);
  });

  it("stays within 2 % when looked at more often than it has steps", () => {
    const [reference] = references.slice(1);
    if (reference === undefined) throw new InvalidInputError("no reference");
    const [solved = 0] = ratios(reference, { steps: 600, holdings: 300, deviations: 4.5 }, [optimal]);
    expect(solved).toBeLessThan(1.02);
  });

  it("steps finely through a one-day option beside a thirty-day one", () => {
    const call = (strike: number, days: number, size: number) => ({ type: "call" as const, strike, years: days / 365, size });
    const book = { spot: 2000, vol: 0.8, riskAversion: 0.001, costs: { proportional: 0.0005, fixed: 2 } };
    const positions = [call(2000, 1, -10), call(2000, 30, 10)];
    const options = { steps: 480, holdings: 300, deviations: 4.5 };
    const [solved = 0, closed = 0] = ratios({ ...book, positions }, options, [optimal, closedForm]);
    expect(solved).toBeLessThan(1.015);
    expect(solved).toBeLessThan(closed);
  });

  it.each([
    { name: "pool impact", costs: { proportional: 0.0005, fixed: 2, impact: 0.5 } },
    { name: "impact without fee", costs: { proportional: 0, fixed: 5, impact: 0.2 } },
    { name: "carry", costs: { proportional: 0.0005, fixed: 2, carry: 200 } },
  ])("counts $name: within 1 % of the optimum", ({ costs }) => {
    const positions = [{ type: "call" as const, strike: 2000, years: 30 / 365, size: -10 }];
    const book = { spot: 2000, vol: 0.8, riskAversion: 0.001, positions, costs };
    const [solved = 0] = ratios(book, { steps: 120, holdings: 300, deviations: 5 }, [optimal]);
    expect(solved).toBeLessThan(1.01);
  });

  it("shifts its middle by nearly −carry/(λσ²S²) while the book is far from its end", () => {
    const positions = [{ type: "call" as const, strike: 2000, years: 90 / 365, size: -10 }];
    const book = { spot: 2000, vol: 0.8, riskAversion: 0.002, positions };
    const middle = (carry: number) => {
      const region = new Float64Array(5);
      lookUpRegion(optimalRegion({ ...book, costs: { proportional: 0, fixed: 2, carry } }), 0, 2000, region);
      return ((region[0] ?? 0) + (region[3] ?? 0)) / 2;
    };
    const shift = -500 / (0.002 * (0.8 * 2000) ** 2);
    // The local formula has a carry that stands still; this one moves with spot, which adds a few percent.
    expect(Math.abs((middle(500) - middle(0)) / shift - 1)).toBeLessThan(0.1);
  });

  it("names what has no meaning", () => {
    const [reference] = references;
    if (reference === undefined) throw new InvalidInputError("no reference");
    expect(() => optimalRegion({ ...reference, vol: 0 })).toThrow("vol must be above 0, got 0");
    expect(() => optimalRegion({ ...reference, positions: [] })).toThrow(InvalidInputError);
    expect(() => optimalRegion({ ...reference, costs: { proportional: 0, fixed: -1 } })).toThrow(
      "fixed cost must not be negative, got -1",
    );
  });
});
