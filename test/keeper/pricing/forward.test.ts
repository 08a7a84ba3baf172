import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { carryOf, forwardFromParity } from "../../../keeper/pricing/forward.ts";

describe("the forward from put-call parity", () => {
  it("is the one that priced the options, whatever the vol and the rates", () => {
    const rate = fc.double({ min: -0.05, max: 0.2, noNaN: true });
    fc.assert(
      fc.property(rate, rate, fc.double({ min: 0.2, max: 1.5, noNaN: true }), (r, q, vol) => {
        const pairs = [1500, 1800, 2100, 2600].map((strike) => {
          const at = { spot: 2000, strike, years: 0.5, vol: vol * (strike / 2000), rate: r, yield: q };
          const callMinusPut = blackScholes({ type: "call", ...at }).price - blackScholes({ type: "put", ...at }).price;
          return { strike, callMinusPut, uncertainty: 1 };
        });
        const { forward, discount } = forwardFromParity(pairs);
        expect(forward / (2000 * Math.exp((r - q) * 0.5))).toBeCloseTo(1, 10);
        expect(discount).toBeCloseTo(Math.exp(-r * 0.5), 10);
        expect(carryOf(forward, 2000, 0.5)).toBeCloseTo(r - q, 9);
      }),
      { seed: 1 },
    );
  });

  it("trusts tight quotes over wide ones", () => {
    const exact = (strike: number, uncertainty: number, error = 0) => ({
      strike,
      callMinusPut: 2000 - strike + error,
      uncertainty,
    });
    const { forward } = forwardFromParity([exact(1900, 1), exact(2100, 1), exact(2600, 500, 200)]);
    expect(Math.abs(forward - 2000)).toBeLessThan(0.05);
  });

  it("needs two strikes and a line that falls", () => {
    expect(() => forwardFromParity([])).toThrow(InvalidInputError);
    expect(() => forwardFromParity([{ strike: 100, callMinusPut: 1, uncertainty: 1 }])).toThrow(InvalidInputError);
    const rising = [1900, 2100].map((strike) => ({ strike, callMinusPut: strike, uncertainty: 1 }));
    expect(() => forwardFromParity(rising)).toThrow(InvalidInputError);
  });
});
