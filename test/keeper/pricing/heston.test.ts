import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { type HestonParameters, heston } from "../../../keeper/pricing/heston.ts";
import reference from "../../reference/heston.json" with { type: "json" };

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const options: fc.Arbitrary<HestonParameters> = fc.record({
  type: fc.constantFrom("call" as const, "put" as const),
  spot: fc.constant(100),
  strike: number(40, 250),
  years: number(0.003, 5),
  rate: number(-0.05, 0.1),
  yield: number(-0.05, 0.1),
  v0: number(0.01, 2),
  kappa: fc.oneof(fc.constant(0), number(0.01, 10)),
  theta: number(0.01, 2),
  sigma: number(0.05, 4),
  rho: number(-0.99, 0.99),
});
const runs = { seed: 11, numRuns: 200 };

describe("heston", () => {
  it("agrees with QuantLib on 200 options to 1e-8 of spot", () => {
    expect(reference).toHaveLength(200);
    for (const { price, type, ...option } of reference) {
      const value = heston({ ...option, type: type === "call" ? "call" : "put" });
      expect(Math.abs(value.price - price)).toBeLessThan(1e-8 * option.spot);
    }
  });

  // Lewis 2000, as tabulated in QuantLib's test suite.
  it.each([
    [80, 26.77475874399886],
    [90, 20.93334900059671],
    [100, 16.070154917028834],
    [110, 12.132211516709845],
    [120, 9.02491348345784],
  ])("gives Lewis's call at strike %d to 1e-10", (strike, price) => {
    const model = { v0: 0.04, kappa: 4, theta: 0.25, sigma: 1, rho: -0.5 };
    const value = heston({ type: "call", spot: 100, strike, years: 1, rate: 0.01, yield: 0.02, ...model });
    expect(Math.abs(value.price - price)).toBeLessThan(1e-10);
  });

  // Andersen 2008, table 1.
  it.each([
    { name: "I", kappa: 0.5, v: 0.04, sigma: 1, rho: -0.9, years: 10, values: [44.32997507, 13.08467014, 0.29577444] },
    { name: "II", kappa: 0.3, v: 0.04, sigma: 0.9, rho: -0.5, years: 15, values: [45.28686397, 16.64922292, 5.13819049] },
    { name: "III", kappa: 1, v: 0.09, sigma: 1, rho: -0.3, years: 5, values: [45.99685398, 21.79528774, 9.98306782] },
  ])("gives Andersen's case $name to 1e-7", ({ kappa, v, sigma, rho, years, values }) => {
    [60, 100, 140].forEach((strike, index) => {
      const { price } = heston({ type: "call", spot: 100, strike, years, v0: v, theta: v, kappa, sigma, rho });
      expect(Math.abs(price - (values[index] as number))).toBeLessThan(1e-7);
    });
  });

  // Lewis's integral in 32-digit arithmetic, rates zero, spot 100: one hour to thirty years, |ρ| = 0.99, vol of vol 500 %.
  it.each([
    { type: "call", strike: 100, years: 0.000114, v0: 0.5, kappa: 3, theta: 0.5, sigma: 2, rho: -0.5, price: 0.301179082012103 },
    { type: "put", strike: 97, years: 0.002, v0: 0.5, kappa: 3, theta: 0.5, sigma: 2, rho: -0.5, price: 0.2896091650332625 },
    {
      type: "put",
      strike: 80,
      years: 0.019178,
      v0: 0.6,
      kappa: 4,
      theta: 0.6,
      sigma: 1.5,
      rho: -0.4,
      price: 0.09303015290698877,
    },
    {
      type: "call",
      strike: 150,
      years: 0.019178,
      v0: 0.6,
      kappa: 4,
      theta: 0.6,
      sigma: 1.5,
      rho: -0.4,
      price: 7.149833928995622e-5,
    },
    { type: "call", strike: 130, years: 0.25, v0: 0.04, kappa: 1, theta: 0.04, sigma: 0.5, rho: 0.99, price: 0.2635704770864859 },
    {
      type: "put",
      strike: 60,
      years: 0.25,
      v0: 0.04,
      kappa: 1,
      theta: 0.04,
      sigma: 0.5,
      rho: -0.99,
      price: 0.007976112748512485,
    },
    {
      type: "call",
      strike: 110,
      years: 0.25,
      v0: 0.04,
      kappa: 1,
      theta: 0.04,
      sigma: 0.5,
      rho: -0.99,
      price: 0.023636075933330187,
    },
    { type: "call", strike: 120, years: 0.5, v0: 0.3, kappa: 2, theta: 0.3, sigma: 5, rho: 0.3, price: 6.698514100920417 },
    { type: "put", strike: 20, years: 0.5, v0: 0.3, kappa: 2, theta: 0.3, sigma: 5, rho: -0.7, price: 0.24376224439375654 },
    {
      type: "call",
      strike: 300,
      years: 30,
      v0: 0.04,
      kappa: 0.05,
      theta: 0.04,
      sigma: 0.6,
      rho: -0.9,
      price: 0.0010876389260610828,
    },
    { type: "put", strike: 50, years: 30, v0: 0.2, kappa: 0.5, theta: 0.3, sigma: 3, rho: 0.8, price: 36.810826262267234 },
    { type: "call", strike: 400, years: 0.5, v0: 0.04, kappa: 10, theta: 0.04, sigma: 0.2, rho: 0, price: 4.308545879137093e-18 },
    { type: "put", strike: 100, years: 10, v0: 0.04, kappa: 0.5, theta: 0.04, sigma: 1, rho: -0.9, price: 13.084670136992361 },
  ])("stays exact at the extremes: %o", ({ price, type, ...option }) => {
    const value = heston({ type: type as "call" | "put", spot: 100, ...option });
    expect(Math.abs(value.price - price)).toBeLessThan(1e-11);
    expect(Math.abs(value.price / price - 1)).toBeLessThan(1e-9);
  });

  it("is Black-Scholes with the integrated variance when variance is certain, into tails of 1e-290", () => {
    fc.assert(
      fc.property(options, fc.constantFrom(0, 1e-9), (option, sigma) => {
        const { years, v0, kappa, theta } = option;
        const accrual = kappa > 0 ? -Math.expm1(-kappa * years) / kappa : years;
        const vol = Math.sqrt((theta * years + (v0 - theta) * accrual) / years);
        const exact = blackScholes({ ...option, vol });
        const value = heston({ ...option, sigma });
        const error = Math.abs(value.price - exact.price);
        if (sigma === 0) expect(error).toBeLessThan(1e-10 * exact.price + 1e-290);
        else expect(error).toBeLessThan(1e-6 * exact.price + 1e-12);
        expect(value.delta).toBeCloseTo(exact.delta, 8);
        expect(value.gamma).toBeCloseTo(exact.gamma, 8);
        expect(value.rho).toBeCloseTo(exact.rho, 6);
      }),
      runs,
    );
  });

  it("keeps put-call parity in price and Greeks", () => {
    fc.assert(
      fc.property(options, (option) => {
        const call = heston({ ...option, type: "call" });
        const put = heston({ ...option, type: "put" });
        const { spot, strike, years, rate = 0, yield: q = 0 } = option;
        expect(call.price - put.price).toBeCloseTo(spot * Math.exp(-q * years) - strike * Math.exp(-rate * years), 10);
        expect(call.delta - put.delta).toBeCloseTo(Math.exp(-q * years), 12);
        expect(call.gamma).toBe(put.gamma);
        expect(call.vega).toBe(put.vega);
        expect(call.rho - put.rho).toBeCloseTo(years * strike * Math.exp(-rate * years), 9);
      }),
      runs,
    );
  });

  it("falls in strike for calls, no faster than the discount, and bends upwards", () => {
    fc.assert(
      fc.property(options, number(0.1, 10), (option, width) => {
        const at = (strike: number) => heston({ ...option, type: "call", strike }).price;
        const [low, middle, high] = [at(option.strike - width), at(option.strike), at(option.strike + width)];
        const discount = Math.exp(-(option.rate ?? 0) * option.years);
        expect(low).toBeGreaterThanOrEqual(middle - 1e-11);
        expect(low - middle).toBeLessThanOrEqual(width * discount + 1e-11);
        expect(low + high - 2 * middle).toBeGreaterThanOrEqual(-1e-11);
      }),
      runs,
    );
  });

  it("obeys Heston's equation: θ + ½vS²Γ + ρσvS·∂Δ/∂v + ½σ²v·∂²P/∂v² + κ(θ−v)·∂P/∂v + (r−q)SΔ − rP = 0", () => {
    fc.assert(
      fc.property(options, (option) => {
        const { spot, v0, kappa, theta, sigma, rho, rate = 0, yield: q = 0 } = option;
        const value = heston(option);
        const dv = 1e-3 * v0;
        const [up, down] = [heston({ ...option, v0: v0 + dv }), heston({ ...option, v0: v0 - dv })];
        const cross = (up.delta - down.delta) / (2 * dv);
        const second = (up.varianceVega - down.varianceVega) / (2 * dv);
        const terms = [
          value.theta,
          0.5 * v0 * spot ** 2 * value.gamma,
          rho * sigma * v0 * spot * cross,
          0.5 * sigma ** 2 * v0 * second,
          kappa * (theta - v0) * value.varianceVega,
          (rate - q) * spot * value.delta,
          -rate * value.price,
        ];
        const scale = terms.reduce((sum, term) => sum + Math.abs(term), 0);
        expect(Math.abs(terms.reduce((sum, term) => sum + term, 0))).toBeLessThan(1e-4 * scale + 1e-8);
      }),
      runs,
    );
  });

  it("has the delta, vega and rho that differences of its price have", () => {
    fc.assert(
      fc.property(options, (option) => {
        const value = heston(option);
        const price = (change: Partial<HestonParameters>) => heston({ ...option, ...change }).price;
        const { spot, v0, rate = 0 } = option;
        const near = (greek: number, difference: number, typical: number) =>
          expect(Math.abs(greek - difference)).toBeLessThan(1e-4 * (Math.abs(difference) + typical));
        near(value.delta, (price({ spot: spot + 0.01 }) - price({ spot: spot - 0.01 })) / 0.02, 0.1);
        const [vol, step] = [Math.sqrt(v0), 1e-4 * Math.sqrt(v0)];
        near(value.vega, (price({ v0: (vol + step) ** 2 }) - price({ v0: (vol - step) ** 2 })) / (2 * step), 1);
        near(value.rho, (price({ rate: rate + 1e-5 }) - price({ rate: rate - 1e-5 })) / 2e-5, 1);
      }),
      runs,
    );
  });

  it("stays between intrinsic and greatest value whatever the parameters", () => {
    const spread = (low: number, high: number) => number(Math.log(low), Math.log(high)).map(Math.exp);
    const orZero = (low: number, high: number) => fc.oneof({ weight: 9, arbitrary: spread(low, high) }, fc.constant(0));
    const wild = fc.record({
      type: fc.constantFrom("call" as const, "put" as const),
      spot: fc.constant(100),
      strike: fc.oneof(spread(0.1, 1e5), fc.constant(100)),
      years: spread(1e-9, 100),
      v0: orZero(1e-6, 100),
      kappa: orZero(1e-6, 1e3),
      theta: orZero(1e-6, 100),
      sigma: orZero(1e-6, 100),
      rho: fc.oneof(number(-1, 1), fc.constantFrom(-1, 1)),
    });
    fc.assert(
      fc.property(wild, (option) => {
        const { type, spot, strike } = option;
        const { price, delta, gamma, vega, theta, rho } = heston(option);
        const rounding = 1e-12 * Math.max(spot, strike);
        expect(price).toBeGreaterThanOrEqual(Math.max(type === "call" ? spot - strike : strike - spot, 0) - rounding);
        expect(price).toBeLessThanOrEqual((type === "call" ? spot : strike) + rounding);
        expect(Math.abs(delta)).toBeLessThanOrEqual(1 + 1e-9);
        expect(gamma).toBeGreaterThanOrEqual(-1e-9);
        expect([vega, theta, rho].some(Number.isNaN)).toBe(false);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it("stays an arbitrage-free, finite value where almost no moment beyond the first is finite", () => {
    const model = { v0: 0.18, kappa: 0.026, theta: 0.00016, sigma: 3, rho: 0.99 };
    for (const strike of [50, 100, 500, 1600]) {
      const { price, delta, gamma } = heston({ type: "call", spot: 100, strike, years: 7.25, ...model });
      expect(price).toBeGreaterThan(0);
      expect(price).toBeLessThan(100);
      expect(delta).toBeGreaterThan(price / 100);
      expect(gamma).toBeGreaterThanOrEqual(0);
    }
  });

  it("is worth its intrinsic value at expiry and when there is no variance", () => {
    const option = { type: "put" as const, spot: 90, strike: 100, kappa: 1, sigma: 1, rho: -0.5 };
    expect(heston({ ...option, years: 0, v0: 0.2, theta: 0.2 })).toMatchObject({ price: 10, delta: -1, gamma: 0, vega: 0 });
    expect(heston({ ...option, years: 1, v0: 0, theta: 0 })).toMatchObject({ price: 10, delta: -1, gamma: 0, vega: 0 });
  });

  it.each([{ spot: 0 }, { strike: -1 }, { years: -1 }, { v0: -0.1 }, { sigma: Number.NaN }, { rho: 1.01 }, { rate: Infinity }])(
    "refuses %o",
    (change) => {
      const option = { type: "call" as const, spot: 100, strike: 100, years: 1, v0: 0.2, kappa: 1, theta: 0.2, sigma: 1, rho: 0 };
      expect(() => heston({ ...option, ...change })).toThrow(InvalidInputError);
    },
  );
});
