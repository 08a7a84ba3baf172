import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { type SviSlice, sviSlope, sviTotalVariance, sviVariance } from "../../../keeper/pricing/svi.ts";
import { sviFromJumpWings, sviFromNatural, sviToJumpWings, sviToNatural } from "../../../keeper/pricing/sviForms.ts";
import { anySlice } from "./anySlice.ts";

const vogt: SviSlice = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
const years = fc.double({ min: 0.002, max: 3, noNaN: true });

function expectSame(actual: SviSlice, expected: SviSlice, tolerance: number): void {
  for (const name of ["a", "b", "rho", "m", "sigma"] as const) {
    const scale = Math.max(1, Math.abs(expected[name]));
    expect(Math.abs(actual[name] - expected[name]) / scale, name).toBeLessThan(tolerance);
  }
}

describe("natural SVI", () => {
  it("round-trips", () => {
    fc.assert(
      fc.property(anySlice, years, (slice, t) => expectSame(sviFromNatural(sviToNatural(slice, t), t), slice, 1e-12)),
      { seed: 1 },
    );
  });

  it("is the same smile written as in Gatheral and Jacquier (3.2)", () => {
    const { delta, mu, rho, omega, zeta } = sviToNatural(vogt, 0.5);
    for (const k of [-1, -0.2, 0, 0.4, 1.5]) {
      const x = zeta * (k - mu);
      const natural = delta + 0.5 * omega * (1 + rho * x + Math.sqrt((x + rho) ** 2 + 1 - rho * rho));
      expect(natural).toBeCloseTo(sviTotalVariance(vogt, k, 0.5), 14);
    }
  });
});

describe("jump-wings SVI", () => {
  it("gives the published parameters of Vogt's smile (Gatheral and Jacquier 2014, example 5.1)", () => {
    const wings = sviToJumpWings(vogt, 1);
    expect(wings.v).toBeCloseTo(0.01742625, 8);
    expect(wings.psi).toBeCloseTo(-0.1752111, 7);
    expect(wings.p).toBeCloseTo(0.6997381, 7);
    expect(wings.c).toBeCloseTo(1.316798, 6);
    expect(wings.vMinimum).toBeCloseTo(0.0116249, 7);
  });

  it("means what its names say: variance and vol skew at the money, wing slopes", () => {
    const t = 0.3;
    const { v, psi, p, c } = sviToJumpWings(vogt, t);
    const rootTotal = Math.sqrt(sviTotalVariance(vogt, 0, t));
    const h = 1e-5;
    const rootVol = (k: number) => Math.sqrt(sviVariance(vogt, k));
    expect(v).toBeCloseTo(sviVariance(vogt, 0), 14);
    // psi is dσ_BS/dk at the money times √t.
    expect(psi).toBeCloseTo(((rootVol(h) - rootVol(-h)) / (2 * h)) * Math.sqrt(t), 8);
    expect(p).toBeCloseTo((-sviSlope(vogt, -1e6) * t) / rootTotal, 8);
    expect(c).toBeCloseTo((sviSlope(vogt, 1e6) * t) / rootTotal, 8);
  });

  it("round-trips wherever the smile's lowest point is not at the money", () => {
    const skewed = anySlice.filter(({ rho, m, sigma }) => Math.abs(Math.asin(rho) - Math.atan2(m, sigma)) > 0.3);
    fc.assert(
      fc.property(skewed, years, (slice, t) =>
        expectSame(sviFromJumpWings(sviToJumpWings(slice, t), t), slice, 1e-12 * conditionOf(slice)),
      ),
      { seed: 2 },
    );
  });

  it("round-trips through m = 0, where the published inverse needs a special case", () => {
    const slice = { a: 0.1, b: 0.4, rho: -0.5, m: 0, sigma: 0.2 };
    expectSame(sviFromJumpWings(sviToJumpWings(slice, 0.7), 0.7), slice, 1e-13);
  });

  it("refuses parameters that fix no slice", () => {
    const flatSkew = sviToJumpWings({ a: 0.1, b: 0.4, rho: 0, m: 0, sigma: 0.2 }, 1);
    expect(() => sviFromJumpWings(flatSkew, 1)).toThrow(InvalidInputError);
    expect(() => sviFromJumpWings({ v: 0.04, psi: -2, p: 0.5, c: 0.5, vMinimum: 0.03 }, 1)).toThrow(InvalidInputError);
  });
});

/** Jump wings carry σ only in v − vMinimum: its rounding, relative to that gap, is what no inverse can recover. */
function conditionOf({ a, b, rho, m, sigma }: SviSlice): number {
  const largest = Math.abs(a) + b * (Math.abs(rho * m) + Math.hypot(m, sigma));
  const gap = b * Math.hypot(m, sigma) * (1 - Math.cos(Math.asin(rho) - Math.atan2(m, sigma)));
  return Math.max(1, largest / gap);
}
