import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { type BlackScholesParameters, blackScholes, type OptionValue } from "../../../keeper/pricing/blackScholes.ts";
import { impliedVol } from "../../../keeper/pricing/impliedVol.ts";

type Row = BlackScholesParameters & OptionValue;
const rows: Row[] = JSON.parse(readFileSync(new URL("../../reference/black-scholes.json", import.meta.url), "utf8"));

fc.configureGlobal({ seed: 20_261_121, numRuns: 1000 });

describe("impliedVol on 60-digit prices", () => {
  it("returns from price to vol to price within 1e-14 of spot on every row", () => {
    for (const row of rows) {
      const implied = impliedVol(row);
      // A price that is pure parity in double precision is that of zero vol.
      if (!implied.ok) expect(implied.reason).toBe("no-time-value");
      const back = blackScholes({ ...row, vol: implied.ok ? implied.vol : 0 }).price;
      expect(Math.abs(back - row.price)).toBeLessThanOrEqual(1e-14 * row.spot);
    }
  });

  it("finds the vol to 1e-10 wherever double precision resolves it", () => {
    const resolved = rows.filter((row) => {
      // What one rounding of the price, and of the two legs it is the difference of, is worth in vol.
      const rounding = Number.EPSILON * (row.price + 2 * Math.abs(row.delta) * row.spot);
      return rounding < 1e-11 * row.vega;
    });
    expect(resolved.length).toBeGreaterThan(750);
    for (const row of resolved) {
      const implied = impliedVol(row);
      expect(Math.abs((implied.ok ? implied.vol : Number.NaN) - row.vol)).toBeLessThanOrEqual(1e-10);
    }
  });
});

describe("impliedVol round trips", () => {
  it("recovers any deviation from an out-of-the-money price, in the tails and near the money", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("call" as const, "put" as const),
        fc.double({ min: -9, max: 0.9, noNaN: true }),
        fc.double({ min: -4, max: 0.9, noNaN: true }),
        (type, logDistance, logDeviation) => {
          const distance = 10 ** logDistance;
          const vol = 10 ** logDeviation;
          const option = { type, spot: 100, strike: 100 * Math.exp(type === "call" ? distance : -distance), years: 1 };
          const { price, vega } = blackScholes({ ...option, vol });
          fc.pre(price > 1e-280 && price < 0.999 * Math.min(option.spot, option.strike));
          const implied = impliedVol({ ...option, price });
          const rounding = (price / vega) * Number.EPSILON;
          expect(Math.abs((implied.ok ? implied.vol : Number.NaN) - vol)).toBeLessThanOrEqual(1e-13 * vol + 8 * rounding);
        },
      ),
    );
  });

  it("keeps its digits as the price nears its maximum", () => {
    const option = { type: "call" as const, spot: 100, strike: 100, years: 1 };
    for (const vol of [6, 8, 10]) {
      const { price, vega } = blackScholes({ ...option, vol });
      const implied = impliedVol({ ...option, price });
      expect(Math.abs((implied.ok ? implied.vol : Number.NaN) - vol)).toBeLessThanOrEqual((4 * Number.EPSILON * 100) / vega);
    }
  });
});

describe("impliedVol outside the arbitrage bounds", () => {
  const option = { type: "call", spot: 110, strike: 100, years: 0.5, rate: 0.05, yield: 0.02 } as const;
  const forwardLeg = 110 * Math.exp(-0.01);
  const parity = forwardLeg - 100 * Math.exp(-0.025);

  it.each([
    ["below-intrinsic", parity - 0.01],
    ["below-intrinsic", -1],
    ["no-time-value", parity],
    ["above-maximum", forwardLeg],
    ["above-maximum", 1e9],
  ] as const)("answers %s to %f", (reason, price) => {
    expect(impliedVol({ ...option, price })).toEqual({ ok: false, reason });
  });

  it("answers no-time-value to a worthless out-of-the-money option, and expired without time", () => {
    expect(impliedVol({ ...option, type: "put", price: 0 })).toEqual({ ok: false, reason: "no-time-value" });
    expect(impliedVol({ ...option, years: 0, price: 10 })).toEqual({ ok: false, reason: "expired" });
  });

  it.each([{ price: Number.NaN }, { spot: -1 }, { strike: Infinity }, { years: -1 }, { rate: Number.NaN }])(
    "refuses %o",
    (bad) => {
      expect(() => impliedVol({ ...option, price: 12, ...bad })).toThrow(InvalidInputError);
    },
  );
});
