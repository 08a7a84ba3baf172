import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { type BundleProblem, bestBundle, type HedgeInstrument } from "../../../../keeper/hedging/greeks/bestBundle.ts";
import { errorValue } from "../../../../keeper/hedging/greeks/errorValue.ts";
import { sharedCostRegion } from "../../../../keeper/hedging/greeks/sharedCostRegion.ts";
import { stationaryBand } from "../../../../keeper/hedging/noTradeRegion.ts";
import { apply, dot } from "../../../../keeper/hedging/symmetricEigen.ts";

const endless = Number.POSITIVE_INFINITY;
const instrument = (
  name: string,
  exposure: readonly number[],
  cost: number,
  more: Partial<HedgeInstrument> = {},
): HedgeInstrument => ({
  name,
  exposure,
  buy: { cost, size: endless, cash: 0 },
  sell: { cost, size: endless, cash: 0 },
  ...more,
});
const flat = (matrix: readonly (readonly number[])[], hurdle = 0) => ({ matrix, hurdles: matrix.map(() => hurdle) });

describe("bestBundle with the value of errors", () => {
  it("acts exactly at the trigger and trades exactly to the target of one error alone", () => {
    const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(0), positive(1e-6, 1)),
        positive(1e-3, 1),
        positive(0.01, 5),
        positive(0.1, 10),
        (fixed, cost, moves, aversion) => {
          const costs = { fixed, proportional: cost, impact: 0, carry: 0 };
          const years = 1e5;
          const band = stationaryBand({ spot: 1, vol: 1, gamma: moves, years, riskAversion: aversion, costs });
          const value = errorValue({
            diffusion: [[moves ** 2]],
            risk: [[aversion]],
            fixed,
            proportional: [cost],
            checkEvery: 0,
            years,
          });
          const at = (error: number) =>
            bestBundle({ errors: [error], value, instruments: [instrument("spot", [1], cost)], fixed });
          expect(at(band.trigger * 0.999).isWorthIt).toBe(false);
          const beyond = at(-band.trigger * 1.001);
          expect(beyond.isWorthIt).toBe(true);
          expect(beyond.after[0]).toBeCloseTo(-band.target, 5);
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  it("resets two errors together at the shared-cost ellipsoid", () => {
    const diffusion = [
      [1, 0.3],
      [0.3, 0.5],
    ];
    const risk = [
      [2, -0.4],
      [-0.4, 1],
    ];
    const fixed = 0.02;
    const value = errorValue({ diffusion, risk, fixed, proportional: [0, 0], checkEvery: 0, years: 1e6 });
    const { shape } = sharedCostRegion({ diffusion, risk, fixed });
    for (const angle of [0, 0.7, 1.9, 2.6, 4]) {
      const ray = [Math.cos(angle), Math.sin(angle)];
      const edge = 1 / Math.sqrt(dot(ray, apply(shape, ray)));
      const at = (share: number) =>
        bestBundle({
          errors: ray.map((x) => x * edge * share),
          value,
          instruments: [instrument("spot", [1, 0], 0), instrument("option", [0.4, 1], 0)],
          fixed,
        });
      expect(at(0.999).isWorthIt).toBe(false);
      const beyond = at(1.001);
      expect(beyond.isWorthIt).toBe(true);
      beyond.after.forEach((x) => {
        expect(x).toBeCloseTo(0, 6);
      });
    }
  });

  it("carries an error no longer than the book lives, and at least until the next look", () => {
    const common = { diffusion: [[1e-12]], risk: [[2]], fixed: 0, proportional: [0.5] };
    expect(errorValue({ ...common, checkEvery: 0, years: 0.25 }).matrix[0]?.[0]).toBeCloseTo(2 * 0.25, 9);
    const hectic = errorValue({ ...common, diffusion: [[1e12]], checkEvery: 0.1, years: 0.25 });
    expect(hectic.matrix[0]?.[0]).toBeCloseTo(2 * 0.1, 3);
  });
});

describe("bestBundle", () => {
  it("has no better neighbour within its bounds", () => {
    const number = (min: number, max: number) => fc.integer({ min: 1000 * min, max: 1000 * max }).map((x) => x / 1000);
    const triple = fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1));
    const leg = fc.record({ exposure: triple, cost: number(0, 0.3), size: number(0.1, 5), impact: number(0, 0.1) });
    fc.assert(
      fc.property(triple, fc.array(leg, { minLength: 1, maxLength: 6 }), number(0, 3), (errors, legs, cash) => {
        const instruments = legs.map(({ exposure, cost, size, impact }, i) =>
          instrument(`${i}`, exposure, cost, { impact, buy: { cost, size, cash: 1 }, sell: { cost, size, cash: 0.5 } }),
        );
        const matrix = [
          [2, 0.3, 0],
          [0.3, 1, -0.2],
          [0, -0.2, 1.5],
        ];
        const problem: BundleProblem = { errors, value: flat(matrix), instruments, fixed: 0, cash };
        const cost = (trades: readonly number[]) => {
          const y = errors.map((e, i) =>
            instruments.reduce((sum, { exposure }, k) => sum + (exposure[i] as number) * (trades[k] as number), e),
          );
          return (
            dot(y, apply(matrix, y)) / 2 +
            instruments.reduce(
              (sum, { buy, impact = 0 }, k) =>
                sum + buy.cost * Math.abs(trades[k] as number) + impact * (trades[k] as number) ** 2,
              0,
            )
          );
        };
        const used = (trades: readonly number[]) => trades.reduce((sum, x) => sum + (x > 0 ? x : -x / 2), 0);
        const { trades } = bestBundle(problem);
        expect(used(trades)).toBeLessThanOrEqual(cash + 1e-6);
        const here = cost(trades);
        expect(here).toBeLessThanOrEqual(cost(trades.map(() => 0)) + 1e-9);
        const steps = instruments.flatMap((_, i) =>
          [1, -1].flatMap((s) =>
            instruments.map((__, j) => trades.map((x, k) => x + (k === i ? 1e-3 * s : 0) - (k === j && j !== i ? 1e-3 * s : 0))),
          ),
        );
        for (const there of steps) {
          const isAllowed = used(there) <= cash && there.every((x, k) => Math.abs(x) <= (legs[k]?.size ?? 0));
          if (isAllowed) expect(cost(there)).toBeGreaterThanOrEqual(here - 1e-6);
        }
      }),
      { seed: 6, numRuns: 150 },
    );
  });

  it("fills whole lots, the best of all combinations", () => {
    const matrix = [
      [1, 0.2],
      [0.2, 1],
    ];
    const instruments = [
      instrument("call", [0.5, 0.9], 0.02, { lot: 0.5 }),
      instrument("put", [-0.4, 0.8], 0.03, { lot: 0.5 }),
      instrument("spot", [1, 0], 0.01),
    ];
    const errors = [0.37, -1.31];
    const { trades } = bestBundle({ errors, value: flat(matrix), instruments, fixed: 0 });
    const cost = (x: readonly number[]) => {
      const y = errors.map((e, i) =>
        instruments.reduce((sum, { exposure }, k) => sum + (exposure[i] as number) * (x[k] as number), e),
      );
      return dot(y, apply(matrix, y)) / 2 + instruments.reduce((sum, { buy }, k) => sum + buy.cost * Math.abs(x[k] as number), 0);
    };
    let best = Number.POSITIVE_INFINITY;
    for (let call = -3; call <= 3; call += 0.5)
      for (let put = -3; put <= 3; put += 0.5)
        for (let spot = -3; spot <= 3; spot += 0.01) best = Math.min(best, cost([call, put, spot]));
    expect((trades[0] as number) / 0.5).toBe(Math.round((trades[0] as number) / 0.5));
    expect((trades[1] as number) / 0.5).toBe(Math.round((trades[1] as number) / 0.5));
    expect(cost(trades)).toBeLessThanOrEqual(best + 1e-9);
  });

  it("brings an error beyond its limit no further out, and others not beyond theirs", () => {
    const value = flat([
      [0, 0],
      [0, 1],
    ]);
    const option = instrument("option", [2, 1], 0);
    const free = bestBundle({ errors: [1, -3], value, instruments: [option], fixed: 0 });
    expect(free.after).toEqual([expect.closeTo(7, 5), expect.closeTo(0, 5)]);
    const held = bestBundle({ errors: [1, -3], value, instruments: [option], fixed: 0, limits: [4, 10] });
    expect(held.after[0]).toBeCloseTo(4, 6);
    const outside = bestBundle({ errors: [5, -3], value, instruments: [option], fixed: 0, limits: [4, 10] });
    expect(outside.trades).toEqual([expect.closeTo(0, 9)]);
  });

  it("leaves out the leg whose own gas it does not earn", () => {
    const value = flat(
      [
        [1, 0],
        [0, 0.01],
      ],
      0.1,
    );
    const instruments = [instrument("spot", [1, 0], 0), instrument("option", [0.3, 1], 0, { legCost: 0.2 })];
    const bundle = bestBundle({ errors: [2, 1], value, instruments, fixed: 0.1 });
    expect(bundle.trades[1]).toBe(0);
    expect(bundle.after[0]).toBeCloseTo(0, 6);
    const dear = bestBundle({ errors: [2, 20], value, instruments, fixed: 0.1 });
    expect(dear.trades[1]).not.toBe(0);
    expect(dear.fixed).toBeCloseTo(0.3, 12);
  });

  it("takes a quote that is better than its mark, up to its size", () => {
    const cheap = instrument("call", [1], 0.5, { buy: { cost: -0.2, size: 3, cash: 0 } });
    const { trades, cost } = bestBundle({ errors: [0], value: flat([[1e-6]]), instruments: [cheap], fixed: 0 });
    expect(trades[0]).toBeCloseTo(3, 6);
    expect(cost).toBeCloseTo(-0.6, 6);
  });

  it("refuses exposures that do not match the errors", () => {
    const wrong = {
      errors: [1, 2],
      value: flat([
        [1, 0],
        [0, 1],
      ]),
      instruments: [instrument("spot", [1], 0)],
      fixed: 0,
    };
    expect(() => bestBundle(wrong)).toThrow(InvalidInputError);
  });
});
