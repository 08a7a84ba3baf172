import { describe, expect, it } from "vitest";
import { optimalRegion } from "../../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../../keeper/hedging/regionLookup.ts";
import { fitOf, type RegionRequest, regionRequest } from "../../../keeper/hedging/regionRequest.ts";
import type { RegionAnswer } from "../../../keeper/hedging/solvedRegion.ts";
import { YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { createLog } from "../../../keeper/service/log.ts";
import { createRegions } from "../../../keeper/service/solveRegions.ts";

const NOW = 1_767_312_000;
const WEEK = 7 * 86_400;
const terms = {
  vol: 0.8,
  riskAversion: 0.0005,
  costs: { fixed: 5, proportional: 1, impact: 0.001, carry: 0 },
  checkEvery: 600 / YEAR_SECONDS,
};

function request({
  size = -60,
  at = NOW,
  spot = 2000,
  change = {},
}: {
  size?: number;
  at?: number;
  spot?: number;
  change?: object;
} = {}) {
  const legs = [{ type: "call" as const, strike: 2000, expiry: NOW + WEEK, size }];
  const book = { underlying: "WETH", spot, now: at, legs, smiles: new Map(), holdings: 30, targetDelta: 0 };
  return regionRequest(book, { ...terms, ...change }) as RegionRequest;
}
const regionOf = (answer: RegionAnswer) => ("region" in answer ? answer.region : undefined);
const reasonOf = (answer: RegionAnswer) => ("missing" in answer ? answer.missing : undefined);
const log = createLog("fatal");

describe("regions solved in a worker", () => {
  it("are those of the solver, around the ideal holding", async () => {
    const regions = createRegions({ wait: true, log });
    try {
      const wanted = request();
      await regions.prepare([wanted]);
      const region = new Float64Array(5);
      lookUpRegion(optimalRegion(wanted.problem), 0, 2000, region);
      const [lower = 0, , , upper = 0, ideal = 0] = region;
      expect(regionOf(regions.lookUp(wanted))?.lower).toBeCloseTo(lower - ideal, 6);
      expect(regionOf(regions.lookUp(wanted))?.upper).toBeCloseTo(upper - ideal, 6);
    } finally {
      await regions.close();
    }
  });

  it("are missing, with the reason, until they are solved and after the book changed", async () => {
    const regions = createRegions({ wait: true, log });
    try {
      expect(reasonOf(regions.lookUp(request()))).toBe("the region of this book is still being solved");
      await regions.prepare([request()]);
      expect(regionOf(regions.lookUp(request({ at: NOW + 86_400, spot: 2100 })))).toBeDefined();
      expect(reasonOf(regions.lookUp(request({ size: -90 })))).toBe("the region of this book is still being solved");
      await regions.prepare([request({ size: -90 })]);
      expect(regionOf(regions.lookUp(request({ size: -90 })))).toBeDefined();
    } finally {
      await regions.close();
    }
  });

  it("do not hold up a keeper that does not wait", async () => {
    const regions = createRegions({ wait: false, log });
    try {
      await regions.prepare([request()]);
      expect(reasonOf(regions.lookUp(request()))).toBe("the region of this book is still being solved");
    } finally {
      await regions.close();
    }
  });
});

describe("fitOf", () => {
  it.each([
    { name: "nothing moved", wanted: request(), fit: "fits" },
    { name: "a tenth of the book changed hands", wanted: request({ size: -65 }), fit: "fits" },
    { name: "more changed hands", wanted: request({ size: -70 }), fit: "void" },
    { name: "gas doubled", wanted: request({ change: { costs: { ...terms.costs, fixed: 10 } } }), fit: "fits" },
    { name: "gas rose sevenfold", wanted: request({ change: { costs: { ...terms.costs, fixed: 35 } } }), fit: "fits" },
    { name: "gas rose ninefold", wanted: request({ change: { costs: { ...terms.costs, fixed: 45 } } }), fit: "drifted" },
    { name: "gas fell to a third", wanted: request({ change: { costs: { ...terms.costs, fixed: 5 / 3 } } }), fit: "drifted" },
    { name: "vol rose by three tenths", wanted: request({ change: { vol: 1.04 } }), fit: "fits" },
    { name: "vol rose by two fifths", wanted: request({ change: { vol: 1.12 } }), fit: "drifted" },
    { name: "vol fell by three tenths", wanted: request({ change: { vol: 0.56 } }), fit: "drifted" },
    { name: "half of the life is over", wanted: request({ at: NOW + 0.6 * WEEK }), fit: "drifted" },
  ])("$name: $fit", ({ wanted, fit }) => {
    expect(fitOf(request(), wanted)).toBe(fit);
  });

  it("does not age where every look is a step of the lattice", () => {
    const hourly = { checkEvery: 1 / 8_760 };
    const later = request({ at: NOW + 0.6 * WEEK, change: hourly });
    expect(fitOf(request({ change: hourly }), later)).toBe("fits");
  });

  it("asks for nothing when no option is live", () => {
    expect(request({ at: NOW + WEEK })).toBeUndefined();
  });
});
