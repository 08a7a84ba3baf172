import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { heston } from "../../../keeper/pricing/heston.ts";
import type { HestonModel } from "../../../keeper/pricing/hestonExponent.ts";
import { hestonQe, hestonQeStep } from "../../../keeper/pricing/hestonQe.ts";
import { impliedVol } from "../../../keeper/pricing/impliedVol.ts";
import { fitMinimumVarianceDelta } from "../../../keeper/pricing/minimumVarianceDelta.ts";
import { inverseNormalCdf } from "../../../keeper/pricing/normal.ts";
import { hedgeDelta } from "../../../keeper/pricing/smileDelta.ts";

const option = { type: "put" as const, spot: 3000, strike: 2700, years: 0.2, vol: 0.7, rate: 0.03, yield: 0.01 };
const model = { v0: 0.45, kappa: 3, theta: 0.5, sigma: 1.4, rho: -0.5 };

describe("hedgeDelta", () => {
  it("is the Black-Scholes delta when vol sticks to the strike", () => {
    expect(hedgeDelta({ kind: "sticky-strike" }, option)).toBe(blackScholes(option).delta);
  });

  it("equals the finite difference of a smile that moves with spot", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.6, max: 1.6, noNaN: true }),
        fc.double({ min: 0.02, max: 2, noNaN: true }),
        fc.constantFrom("call" as const, "put" as const),
        (moneyness, years, type) => {
          const volOf = (ratio: number) => 0.6 - 0.2 * (ratio - 1) + 0.5 * (ratio - 1) ** 2;
          const strike = 3000 * moneyness;
          const price = (spot: number) => blackScholes({ type, spot, strike, years, vol: volOf(strike / spot) }).price;
          const bump = 0.03;
          const moved = (price(3000 + bump) - price(3000 - bump)) / (2 * bump);
          const slope = () => (-0.2 + (moneyness - 1)) / 3000;
          const delta = hedgeDelta(
            { kind: "sticky-moneyness", slope },
            { type, spot: 3000, strike, years, vol: volOf(moneyness) },
          );
          expect(delta).toBeCloseTo(moved, 6);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it("asks the smile for its slope at the option's strike and expiry", () => {
    const asked: number[][] = [];
    const slope = (...place: number[]) => {
      asked.push(place);
      return 0;
    };
    hedgeDelta({ kind: "sticky-moneyness", slope }, option);
    expect(asked).toEqual([[2700, 0.2]]);
  });

  it("adds Hull and White's quadratic to the Black-Scholes delta", () => {
    const { delta, vega } = blackScholes(option);
    const expected = delta + (vega * (-0.2 + 0.3 * delta - 0.1 * delta ** 2)) / (3000 * Math.sqrt(0.2));
    expect(hedgeDelta({ kind: "minimum-variance", a: -0.2, b: 0.3, c: -0.1 }, option)).toBeCloseTo(expected, 14);
  });

  it("is plain at expiry, where no vol is left to move", () => {
    expect(hedgeDelta({ kind: "minimum-variance", a: -0.2, b: 0.3, c: -0.1 }, { ...option, spot: 2000, years: 0 })).toBe(-1);
  });

  it("corrects Heston's delta by ρσ/S times the variance vega", () => {
    const price = (change: object) => heston({ ...option, ...model, ...change }).price;
    const delta = (price({ spot: 3000.3 }) - price({ spot: 2999.7 })) / 0.6;
    const varianceVega = (price({ v0: 0.4501 }) - price({ v0: 0.4499 })) / 0.0002;
    expect(hedgeDelta({ kind: "heston", model }, option)).toBeCloseTo(delta, 6);
    const expected = delta + (-0.5 * 1.4 * varianceVega) / 3000;
    expect(hedgeDelta({ kind: "heston-minimum-variance", model }, option)).toBeCloseTo(expected, 6);
  });

  it("leaves the least variance over one hour of a Heston market, in the order theory gives", () => {
    const { observations, plain } = oneHour({ ...model, rho: -0.85 });
    const squares = (deltaOf: (row: (typeof observations)[number]) => number) =>
      observations.reduce((sum, row) => sum + (row.priceChange - deltaOf(row) * row.spotChange) ** 2, 0);
    const blackScholesError = squares(({ delta }) => delta);
    const hestonError = squares(({ hestonDelta }) => hestonDelta);
    const minimumError = squares(({ minimumDelta }) => minimumDelta);
    expect(minimumError).toBeLessThan(0.9 * blackScholesError);
    expect(blackScholesError).toBeLessThan(hestonError);

    // Hull and White's quadratic, fitted without knowing the model, gets most of that gain.
    const fit = fitMinimumVarianceDelta(observations);
    expect(fit.gain).toBeGreaterThan(0.9 * (1 - minimumError / blackScholesError));
    for (const { option: row, minimumDelta } of plain) {
      expect(Math.abs(hedgeDelta({ kind: "minimum-variance", ...fit }, row) - minimumDelta)).toBeLessThan(0.03);
    }
  });
});

/** Calls of five strikes, each through many hours that all start from one state. */
function oneHour(market: HestonModel) {
  const hour = 1 / 8760;
  const qe = hestonQe(market, hour);
  const paths = { logPrice: new Float64Array(1), variance: new Float64Array(1) };
  const options = [2400, 2700, 3000, 3300, 3600].map((strike) => {
    const base = { type: "call" as const, spot: 3000, strike, years: 0.25 };
    const before = heston({ ...base, ...market });
    const implied = impliedVol({ ...base, price: before.price });
    const vol = implied.ok ? implied.vol : Number.NaN;
    return { option: { ...base, vol }, before, ...blackScholes({ ...base, vol }) };
  });
  const observations = options.flatMap(({ option: { spot, strike, years, vol }, before, delta, vega }) =>
    Array.from({ length: 144 }, (_, index) => {
      // A 12 × 12 grid of equally likely shocks.
      const [row, column] = [Math.floor(index / 12), index % 12];
      paths.logPrice[0] = Math.log(spot);
      paths.variance[0] = market.v0;
      const [variance, price] = [row, column].map((place) => Float64Array.of(inverseNormalCdf((place + 0.5) / 12)));
      hestonQeStep(qe, paths, { variance: variance as Float64Array, price: price as Float64Array });
      const moved = Math.exp(paths.logPrice[0] as number);
      const after = heston({
        type: "call",
        spot: moved,
        strike,
        years: years - hour,
        ...market,
        v0: paths.variance[0] as number,
      });
      const minimumDelta = hedgeDelta(
        { kind: "heston-minimum-variance", model: market },
        { type: "call", spot, strike, years, vol },
      );
      return {
        spot,
        years,
        delta,
        vega,
        spotChange: moved - spot,
        priceChange: after.price - before.price,
        hestonDelta: before.delta,
        minimumDelta,
      };
    }),
  );
  const plain = options.map(({ option: row }) => ({
    option: row,
    minimumDelta: hedgeDelta({ kind: "heston-minimum-variance", model: market }, row),
  }));
  return { observations, plain };
}
