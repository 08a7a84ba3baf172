import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { ratioFromMoments } from "../../../../keeper/hedging/ratio/ratioFromMoments.ts";

describe("ratioFromMoments", () => {
  it("hedges jet fuel with heating oil (Hull, Options, Futures and Other Derivatives, example 3.3: h* = 0.78)", () => {
    const { ratio, effectiveness, warnings } = ratioFromMoments({ sdSpot: 0.0263, sdFuture: 0.0313, correlation: 0.928 });
    expect(ratio).toBeCloseTo(0.78, 2);
    expect(effectiveness).toBeCloseTo(0.928 ** 2, 12);
    expect(warnings).toEqual([]);
  });

  it("says the same from covariance and from correlation", () => {
    const given = { sdSpot: 0.4, sdFuture: 0.5 };
    const one = ratioFromMoments({ ...given, correlation: 0.8 });
    const other = ratioFromMoments({ ...given, covariance: 0.16 });
    expect(other.ratio).toBeCloseTo(one.ratio, 14);
    expect(one.ratio).toBeCloseTo(0.64, 14);
    expect(other.residualDeviation).toBeCloseTo(0.24, 14);
  });

  it("refuses a covariance of 2 with deviations 1.2 and 1.5, and says what to check", () => {
    const impossible = () => ratioFromMoments({ sdSpot: 1.2, sdFuture: 1.5, covariance: 2 });
    expect(impossible).toThrow(InvalidInputError);
    expect(impossible).toThrow(/correlation of 1\.11.*at most 1\.8.*check that the deviations are not variances/);
  });

  it.each([
    [{ sdSpot: 1, sdFuture: 1, correlation: -1.2 }, /between -1 and 1/],
    [{ sdSpot: 1, sdFuture: 1, correlation: Number.NaN }, /impossible/],
    [{ sdSpot: -1, sdFuture: 1, correlation: 0.5 }, /deviation of the spot must be a positive/],
    [{ sdSpot: 1, sdFuture: 0, covariance: 0 }, /deviation of the future must be a positive/],
  ])("refuses %o", (given, message) => {
    expect(() => ratioFromMoments(given)).toThrow(message);
  });

  it("warns below a correlation of 0.60 and not at it", () => {
    expect(ratioFromMoments({ sdSpot: 1, sdFuture: 1, correlation: 0.59 }).warnings).toHaveLength(1);
    expect(ratioFromMoments({ sdSpot: 1, sdFuture: 1, correlation: -0.59 }).warnings[0]).toMatch(/below 0\.60.*35 %/);
    expect(ratioFromMoments({ sdSpot: 1, sdFuture: 1, correlation: 0.6 }).warnings).toEqual([]);
  });
});
