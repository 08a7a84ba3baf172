import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { type BlackScholesParameters, blackScholes, type OptionValue } from "../../../keeper/pricing/blackScholes.ts";

type Row = BlackScholesParameters & OptionValue;
const rows: Row[] = JSON.parse(readFileSync(new URL("../../reference/black-scholes.json", import.meta.url), "utf8"));

fc.configureGlobal({ seed: 20_261_121, numRuns: 500 });

const option = fc.record({
  type: fc.constantFrom("call" as const, "put" as const),
  spot: fc.double({ min: 1, max: 1e5, noNaN: true }),
  logMoneyness: fc.double({ min: -0.7, max: 0.7, noNaN: true }),
  years: fc.double({ min: 0.02, max: 2, noNaN: true }),
  vol: fc.double({ min: 0.2, max: 2, noNaN: true }),
  rate: fc.double({ min: -0.05, max: 0.15, noNaN: true }),
  yield: fc.double({ min: -0.05, max: 0.1, noNaN: true }),
});
const parameters = option.map(({ logMoneyness, ...rest }) => ({ ...rest, strike: rest.spot * Math.exp(logMoneyness) }));

const price = (o: BlackScholesParameters): number => blackScholes(o).price;

describe("blackScholes against 60-digit references", () => {
  const scale = (row: Row): OptionValue => ({
    price: row.spot,
    vega: row.spot,
    theta: row.spot,
    rho: row.spot,
    volga: row.spot,
    gamma: 1 / row.spot,
    delta: 1,
    vanna: 1,
    charm: 1,
  });

  it("prices every row within 1e-13 of the larger of spot and strike", () => {
    expect(rows).toHaveLength(1000);
    const worst = Math.max(...rows.map((row) => Math.abs(price(row) - row.price) / Math.max(row.spot, row.strike)));
    expect(worst).toBeLessThanOrEqual(1e-13);
  });

  it.each(["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const)(
    "has every %s within 1e-9 relative or 1e-13 of its scale",
    (name) => {
      const worst = rows.filter((row) => {
        const error = Math.abs(blackScholes(row)[name] - row[name]);
        return !(error <= 1e-9 * Math.abs(row[name]) || error <= 1e-13 * scale(row)[name]);
      });
      expect(worst).toEqual([]);
    },
  );

  it("keeps twelve digits of a price however far out of the money", () => {
    const far = rows.filter((row) => row.price > 1e-290 && row.price < 1e-20 * row.spot);
    expect(far.length).toBeGreaterThan(20);
    for (const row of far) expect(Math.abs(price(row) / row.price - 1)).toBeLessThanOrEqual(1e-12);
  });
});

describe("blackScholes against published values", () => {
  // Haug, The Complete Guide to Option Pricing Formulas, as quoted by QuantLib's test suite.
  it.each([
    ["price", { type: "call", spot: 60, strike: 65, rate: 0.08, years: 0.25, vol: 0.3 }, 2.1334],
    ["price", { type: "put", spot: 100, strike: 95, yield: 0.05, rate: 0.1, years: 0.5, vol: 0.2 }, 2.4648],
    ["delta", { type: "call", spot: 105, strike: 100, yield: 0.1, rate: 0.1, years: 0.5, vol: 0.36 }, 0.5946],
    ["gamma", { type: "call", spot: 55, strike: 60, rate: 0.1, yield: 0, years: 0.75, vol: 0.3 }, 0.0278],
    ["vega", { type: "put", spot: 55, strike: 60, rate: 0.1, yield: 0, years: 0.75, vol: 0.3 }, 18.9358],
  ] as const)("has Haug's %s of %o", (name, parameters, published) => {
    expect(Math.abs(blackScholes(parameters)[name] - published)).toBeLessThanOrEqual(1e-4);
  });
});

describe("laws", () => {
  it("keeps put-call parity", () => {
    fc.assert(
      fc.property(parameters, (o) => {
        const parity = o.spot * Math.exp(-o.yield * o.years) - o.strike * Math.exp(-o.rate * o.years);
        const difference = price({ ...o, type: "call" }) - price({ ...o, type: "put" }) - parity;
        expect(Math.abs(difference)).toBeLessThanOrEqual(1e-14 * (o.spot + o.strike));
      }),
    );
  });

  it("rises with vol, and with spot for a call, and falls with spot for a put", () => {
    fc.assert(
      fc.property(parameters, fc.double({ min: 1e-6, max: 1, noNaN: true }), (o, step) => {
        const risen = price({ ...o, vol: o.vol * (1 + step) }) - price(o);
        const moved = (price({ ...o, spot: o.spot * (1 + step) }) - price(o)) * (o.type === "call" ? 1 : -1);
        const forward = o.spot * Math.exp((o.rate - o.yield) * o.years);
        // In the money the parity part may round a smaller gain away.
        const least = (o.type === "call") === forward < o.strike ? Number.MIN_VALUE : -4 * Number.EPSILON * (o.spot + o.strike);
        expect(risen).toBeGreaterThanOrEqual(least);
        expect(moved).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it("is convex in the strike", () => {
    fc.assert(
      fc.property(parameters, fc.double({ min: 1e-3, max: 0.5, noNaN: true }), (o, width) => {
        const wing = o.strike * width;
        const butterfly = price({ ...o, strike: o.strike - wing }) + price({ ...o, strike: o.strike + wing }) - 2 * price(o);
        expect(butterfly).toBeGreaterThan(-1e-14 * o.spot);
      }),
    );
  });

  it("has the finite differences of the price as Greeks", () => {
    fc.assert(
      fc.property(parameters, (o) => {
        const value = blackScholes(o);
        const slope = (
          of: "price" | "delta" | "vega",
          shift: (by: number) => Partial<BlackScholesParameters>,
          step: number,
        ): number => {
          const at = (by: number): number => blackScholes({ ...o, ...shift(by) })[of];
          // Fourth order, so that steps can be wide enough for rounding not to matter.
          return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
        };
        const dSpot = (by: number) => ({ spot: o.spot + by });
        const dVol = (by: number) => ({ vol: o.vol + by });
        const dRate = (by: number) => ({ rate: o.rate + by });
        const dTime = (by: number) => ({ years: o.years - by });
        const spotStep = o.spot * o.vol * Math.sqrt(o.years) * 3e-3;
        const volStep = o.vol * 3e-3;
        const timeStep = o.years * 3e-3;
        const close = (got: number, want: number, unit: number) => expect(Math.abs(got - want)).toBeLessThanOrEqual(2e-8 * unit);
        close(value.delta, slope("price", dSpot, spotStep), 1);
        close(value.gamma, slope("delta", dSpot, spotStep), 1 / (spotStep * 100));
        close(value.vega, slope("price", dVol, volStep), o.spot);
        close(value.rho, slope("price", dRate, 1e-3), o.spot);
        close(value.theta, slope("price", dTime, timeStep), o.spot / o.years);
        close(value.vanna, slope("delta", dVol, volStep), 1 / o.vol);
        close(value.volga, slope("vega", dVol, volStep), o.spot / o.vol);
        close(value.charm, slope("delta", dTime, timeStep), 1 / o.years);
      }),
    );
  });
});

describe("limits", () => {
  const base = { spot: 110, strike: 100, years: 0.5, vol: 0.6, rate: 0.05, yield: 0.02 } as const;

  it("is the payoff at expiry", () => {
    expect(blackScholes({ ...base, type: "call", years: 0 })).toMatchObject({ price: 10, delta: 1, gamma: 0, vega: 0, rho: 0 });
    expect(blackScholes({ ...base, type: "put", years: 0 })).toMatchObject({ price: 0, gamma: 0, vega: 0, rho: -0 });
    expect(blackScholes({ ...base, type: "put", years: 0, spot: 90 })).toMatchObject({ price: 10, delta: -1, gamma: 0 });
  });

  it("is half a unit of delta and infinite gamma at the money at expiry", () => {
    const value = blackScholes({ ...base, type: "put", years: 0, spot: 100 });
    expect(value).toMatchObject({ price: 0, delta: -0.5, gamma: Infinity, theta: -Infinity, vega: 0 });
  });

  it.each(["call", "put"] as const)("is what a vanishing vol tends to, %s", (type) => {
    const limit = blackScholes({ ...base, type, vol: 0 });
    const near = blackScholes({ ...base, type, vol: 1e-4 });
    for (const name of ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const) {
      expect(Math.abs(limit[name] - near[name])).toBeLessThanOrEqual(1e-12);
    }
  });

  it("is continuous into the at-the-forward limit of zero vol", () => {
    const atForward = { ...base, type: "call", spot: 100, rate: 0.03, yield: 0.03 } as const;
    const limit = blackScholes({ ...atForward, vol: 0 });
    const near = blackScholes({ ...atForward, vol: 1e-9 });
    for (const name of ["delta", "vega", "theta", "rho", "vanna"] as const) expect(limit[name]).toBeCloseTo(near[name], 6);
  });

  it("is worthless or the forward at zero spot and zero strike", () => {
    const growth = Math.exp(-0.01);
    const discount = Math.exp(-0.025);
    expect(blackScholes({ ...base, type: "call", spot: 0 })).toMatchObject({ price: 0, delta: 0, gamma: 0, vega: 0 });
    expect(blackScholes({ ...base, type: "put", spot: 0 })).toMatchObject({ price: 100 * discount, delta: -growth });
    expect(blackScholes({ ...base, type: "call", strike: 0 })).toMatchObject({ price: 110 * growth, delta: growth });
    expect(blackScholes({ ...base, type: "put", strike: 0 }).price).toBe(0);
  });

  it("has finite Greeks from any ordinary to the most extreme deviation", () => {
    for (const vol of [1e-300, 1e-12, 1e-3, 1, 50, 1e4, 1e150]) {
      for (const strike of [1e-200, 1, 100, 110 + 1e-13, 1e6, 1e200]) {
        for (const type of ["call", "put"] as const) {
          const value = blackScholes({ ...base, type, strike, vol });
          expect(Object.values(value).every(Number.isFinite), JSON.stringify({ strike, vol, value })).toBe(true);
        }
      }
    }
  });

  it.each([
    { spot: Number.NaN },
    { strike: -1 },
    { years: -1e-9 },
    { vol: -0.2 },
    { vol: Infinity },
    { rate: Number.NaN },
    { yield: Infinity },
  ])("refuses %o", (bad) => {
    expect(() => blackScholes({ ...base, type: "call", ...bad })).toThrow(InvalidInputError);
  });
});
