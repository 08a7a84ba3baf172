import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { type BatesParameters, bates } from "../../../keeper/pricing/bates.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { heston } from "../../../keeper/pricing/heston.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const options: fc.Arbitrary<BatesParameters> = fc.record({
  type: fc.constantFrom("call" as const, "put" as const),
  spot: fc.constant(100),
  strike: number(60, 160),
  years: number(0.02, 2),
  rate: number(-0.05, 0.1),
  yield: number(-0.05, 0.1),
  v0: number(0.01, 1),
  kappa: number(0.1, 8),
  theta: number(0.01, 1),
  sigma: number(0.1, 2),
  rho: number(-0.95, 0.95),
  lambda: number(0, 8),
  jumpMean: number(-0.3, 0.2),
  jumpSd: number(0, 0.4),
});
const runs = { seed: 3, numRuns: 60 };

/** Merton 1976, equation 19: a Poisson mixture of Black-Scholes prices with changed intensity, vol and rate. */
function mertonSeries({
  type,
  spot,
  strike,
  years,
  rate = 0,
  yield: q = 0,
  v0,
  lambda,
  jumpMean,
  jumpSd,
}: BatesParameters): number {
  const mean = Math.exp(jumpMean + jumpSd ** 2 / 2) - 1;
  const arrivals = lambda * (1 + mean) * years;
  let weight = Math.exp(-arrivals);
  let sum = 0;
  for (let n = 0; n < 120; n++) {
    const vol = Math.sqrt(v0 + (n * jumpSd ** 2) / years);
    const changed = rate - lambda * mean + (n * Math.log(1 + mean)) / years;
    sum += weight * blackScholes({ type, spot, strike, years, vol, rate: changed, yield: q }).price;
    weight *= arrivals / (n + 1);
  }
  return sum;
}

describe("bates", () => {
  // Lewis's integral of Bates's characteristic function in 32-digit arithmetic, rates zero, spot 100.
  it.each([
    {
      type: "call",
      strike: 110,
      years: 0.5,
      v0: 0.3,
      kappa: 2,
      theta: 0.4,
      sigma: 0.8,
      rho: -0.6,
      lambda: 3,
      jumpMean: -0.12,
      jumpSd: 0.2,
      price: 14.774584461471461,
    },
    {
      type: "put",
      strike: 70,
      years: 0.1,
      v0: 0.3,
      kappa: 2,
      theta: 0.4,
      sigma: 0.8,
      rho: -0.6,
      lambda: 0.5,
      jumpMean: -0.3,
      jumpSd: 0.1,
      price: 0.37400492033229016,
    },
    {
      type: "call",
      strike: 100,
      years: 1,
      v0: 0.04,
      kappa: 1,
      theta: 0.05,
      sigma: 0.4,
      rho: -0.7,
      lambda: 10,
      jumpMean: 0.02,
      jumpSd: 0.05,
      price: 10.215209950334259,
    },
    {
      type: "put",
      strike: 90,
      years: 0.08,
      v0: 0.04,
      kappa: 1,
      theta: 0.05,
      sigma: 0.4,
      rho: -0.7,
      lambda: 1,
      jumpMean: -0.2,
      jumpSd: 0.01,
      price: 0.6714219005898449,
    },
    {
      type: "call",
      strike: 140,
      years: 2,
      v0: 0.5,
      kappa: 4,
      theta: 0.4,
      sigma: 2,
      rho: 0.2,
      lambda: 4,
      jumpMean: 0.1,
      jumpSd: 0.3,
      price: 41.44019666900699,
    },
  ])("prices %o", ({ price, type, ...option }) => {
    expect(Math.abs(bates({ type: type as "call" | "put", spot: 100, ...option }).price - price)).toBeLessThan(1e-10);
  });

  it("is Heston without jumps", () => {
    fc.assert(
      fc.property(options, (option) => {
        expect(bates({ ...option, lambda: 0 })).toEqual(heston(option));
        expect(bates({ ...option, lambda: 1e-13 }).price).toBeCloseTo(heston(option).price, 9);
        expect(bates({ ...option, jumpMean: 0, jumpSd: 0 }).price).toBeCloseTo(heston(option).price, 9);
      }),
      runs,
    );
  });

  it("is Merton's series when the variance neither moves nor reverts", () => {
    fc.assert(
      fc.property(options, (option) => {
        const still = { ...option, sigma: 0, kappa: 0 };
        expect(bates(still).price).toBeCloseTo(mertonSeries(still), 9);
        const almost = { ...option, sigma: 1e-7, theta: option.v0 };
        expect(bates(almost).price).toBeCloseTo(mertonSeries(almost), 5);
      }),
      runs,
    );
  });

  it("is Merton's series when only jumps move the price", () => {
    const pure = {
      type: "call" as const,
      spot: 100,
      strike: 105,
      years: 0.5,
      kappa: 1,
      sigma: 0.5,
      rho: 0,
      lambda: 3,
      jumpMean: -0.1,
      jumpSd: 0.2,
    };
    expect(bates({ ...pure, v0: 0, theta: 0 }).price).toBeCloseTo(mertonSeries({ ...pure, v0: 0, theta: 0 }), 9);
  });

  it("keeps put-call parity in price and Greeks", () => {
    fc.assert(
      fc.property(options, (option) => {
        const call = bates({ ...option, type: "call" });
        const put = bates({ ...option, type: "put" });
        const { spot, strike, years, rate = 0, yield: q = 0 } = option;
        expect(call.price - put.price).toBeCloseTo(spot * Math.exp(-q * years) - strike * Math.exp(-rate * years), 9);
        expect(call.delta - put.delta).toBeCloseTo(Math.exp(-q * years), 10);
        expect(call.gamma).toBeCloseTo(put.gamma, 10);
        expect(call.varianceVega).toBeCloseTo(put.varianceVega, 8);
        expect(call.theta - put.theta).toBeCloseTo(q * spot * Math.exp(-q * years) - rate * strike * Math.exp(-rate * years), 7);
      }),
      runs,
    );
  });

  it("has the Greeks that differences of its price have", () => {
    fc.assert(
      fc.property(options, (option) => {
        const value = bates(option);
        const price = (change: Partial<BatesParameters>) => bates({ ...option, ...change }).price;
        const slope = (up: Partial<BatesParameters>, down: Partial<BatesParameters>, width: number) =>
          (price(up) - price(down)) / width;
        const { spot, v0, years, rate = 0 } = option;
        // Differences of these widths are within a thousandth of the slope, or of that part of a typical one.
        const near = (greek: number, difference: number, typical: number) =>
          expect(Math.abs(greek - difference)).toBeLessThan(1e-3 * (Math.abs(difference) + typical));
        near(value.delta, slope({ spot: spot + 0.01 }, { spot: spot - 0.01 }, 0.02), 0.1);
        const bend = price({ spot: spot + 0.05 }) - 2 * value.price + price({ spot: spot - 0.05 });
        near(value.gamma, bend / 0.0025, 0.02);
        const [dv, dt] = [1e-3 * v0, 1e-3 * years];
        near(value.varianceVega, slope({ v0: v0 + dv }, { v0: v0 - dv }, 2 * dv), 10);
        const dVol = 1e-3 * Math.sqrt(v0);
        const vols = [Math.sqrt(v0) + dVol, Math.sqrt(v0) - dVol] as const;
        near(value.vega, slope({ v0: vols[0] ** 2 }, { v0: vols[1] ** 2 }, 2 * dVol), 10);
        near(value.theta, -slope({ years: years + dt }, { years: years - dt }, 2 * dt), 20);
        near(value.rho, slope({ rate: rate + 1e-4 }, { rate: rate - 1e-4 }, 2e-4), 10);
      }),
      runs,
    );
  });

  it.each([{ lambda: -1 }, { jumpSd: -0.1 }, { jumpMean: Number.NaN }, { lambda: 1e6 }, { strike: 0 }])(
    "refuses %o",
    (change) => {
      const option = { type: "call" as const, spot: 100, strike: 100, years: 1, v0: 0.2, kappa: 1, theta: 0.2, sigma: 1, rho: 0 };
      expect(() => bates({ ...option, lambda: 1, jumpMean: 0, jumpSd: 0.1, ...change })).toThrow(InvalidInputError);
    },
  );
});
