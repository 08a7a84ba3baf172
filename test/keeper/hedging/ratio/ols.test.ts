import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectiveness } from "../../../../keeper/hedging/ratio/effectiveness.ts";
import { ols, olsRatio } from "../../../../keeper/hedging/ratio/ols.ts";
import { linearPair } from "./simulatedPairs.ts";

describe("ols", () => {
  it("reproduces the first of Anscombe's regressions (1973, table)", () => {
    const x = Float64Array.of(10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5);
    const y = Float64Array.of(8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68);
    const { alpha, beta, betaError, rSquared, sigma } = ols(y, x);
    expect(alpha).toBeCloseTo(3, 2);
    expect(beta).toBeCloseTo(0.5, 3);
    expect(betaError).toBeCloseTo(0.118, 3);
    expect(rSquared).toBeCloseTo(0.667, 3);
    // Residual sum of squares 13.75 on 9 degrees of freedom.
    expect(9 * sigma * sigma).toBeCloseTo(13.75, 1);
  });

  it("leaves residuals that the future does not explain", () => {
    const { spot, future } = linearPair("normal equations", 200, 0.9, 0.01);
    const { alpha, beta } = ols(spot, future);
    const residuals = spot.map((s, t) => s - alpha - beta * (future[t] as number));
    const along = (moves: Float64Array) => residuals.reduce((sum, e, t) => sum + e * (moves[t] as number), 0);
    expect(along(future.map(() => 1))).toBeCloseTo(0, 12);
    expect(along(future)).toBeCloseTo(0, 12);
  });

  it("is the ratio of the greatest effectiveness, which is then R squared", () => {
    const { spot, future } = linearPair("greatest", 120, 0.8, 0.01);
    const { beta, rSquared } = ols(spot, future);
    const at = (h: number) => effectiveness(spot, future, new Float64Array(121).fill(h)) as number;
    expect(at(beta)).toBeCloseTo(rSquared, 12);
    fc.assert(fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (h) => at(h) <= rSquared + 1e-12));
  });

  it("finds a true ratio within three of its standard errors", () => {
    const { spot, future } = linearPair("truth", 1000, 0.75, 0.02);
    const model = olsRatio(spot, future);
    expect(Math.abs((model.path(spot, future).at(-1) as number) - 0.75)).toBeLessThan(3 * (model.standardError as number));
  });

  it("refuses a future that does not move", () => {
    expect(() => ols(Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 2))).toThrow(/must both move/);
  });
});
