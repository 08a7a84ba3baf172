import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attribute } from "../../../keeper/risk/attribution.ts";
import { type Book, type Smile, YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";

const now = 1_800_000_000;
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const leg = fc.record({
  type: fc.constantFrom("call" as const, "put" as const),
  strike: real(1000, 6000),
  expiry: fc.constantFrom(now + 3600, now + 7 * 86_400, now + 90 * 86_400),
  size: real(-100, 100),
});
const smile = fc.record({
  slice: fc.record({ a: real(0.05, 0.5), b: real(0.01, 0.4), rho: real(-0.8, 0.8), m: real(-0.2, 0.2), sigma: real(0.05, 0.5) }),
  carry: real(-0.2, 0.2),
});
const smiles = fc.tuple(smile, smile, smile).map(
  ([a, b, c]) =>
    new Map<number, Smile>([
      [now + 3600, a],
      [now + 7 * 86_400, b],
      [now + 90 * 86_400, c],
    ]),
);

describe("attribute", () => {
  it("has parts that sum to the revalued P&L, to 1e-9 of the book's size, on random books and moves", () => {
    fc.assert(
      fc.property(
        fc.array(leg, { minLength: 1, maxLength: 32 }),
        smiles,
        smiles,
        real(1500, 4500),
        real(-0.3, 0.3),
        real(-100, 100),
        fc.integer({ min: 0, max: 200_000 }),
        (legs, before, after, spot, jump, holdings, seconds) => {
          const book: Book = { underlying: "WETH", spot, now, legs, smiles: before, holdings, targetDelta: 0 };
          const later: Book = { ...book, spot: spot * (1 + jump), now: now + seconds, smiles: after };
          const parts = attribute(book, later);
          const revalued = bookGreeks(later).value - bookGreeks(book).value + holdings * (later.spot - spot);
          const sum = parts.delta + parts.holdings + parts.gamma + parts.vega + parts.crossVol + parts.theta + parts.residual;
          const scale = legs.reduce((all, each) => all + Math.abs(each.size) * spot, Math.abs(holdings) * spot) + 1;
          expect(Math.abs(sum - revalued)).toBeLessThanOrEqual(1e-9 * scale);
          expect(Math.abs(parts.total - revalued)).toBeLessThanOrEqual(1e-9 * scale);
        },
      ),
      { seed: 11, numRuns: 1000 },
    );
  });

  it("leaves a residual of third order only", () => {
    const flat: Smile = { slice: { a: 0.36, b: 0, rho: 0, m: 0, sigma: 0.1 }, carry: 0 };
    const expiry = now + 30 * 86_400;
    const book: Book = {
      underlying: "WETH",
      spot: 3000,
      now,
      holdings: 0,
      targetDelta: 0,
      legs: [{ type: "call", strike: 3100, expiry, size: -10 }],
      smiles: new Map([[expiry, flat]]),
    };
    const residual = (h: number) =>
      attribute(book, {
        spot: 3000 * (1 + h),
        now: now + h * h * YEAR_SECONDS * 0.01,
        smiles: new Map([[expiry, { ...flat, slice: { ...flat.slice, a: 0.36 * (1 + h) } }]]),
      }).residual;
    // Halving the move must divide a third-order residual by about eight.
    expect(residual(0.02) / residual(0.01)).toBeGreaterThan(6);
    expect(residual(0.02) / residual(0.01)).toBeLessThan(10);
  });

  it("lays the last days of an option that expires on the way to time, not to vol", () => {
    const expiry = now + 5 * 86_400;
    const flat: Smile = { slice: { a: 0.64, b: 0, rho: 0, m: 0, sigma: 0.1 }, carry: 0 };
    const book: Book = {
      underlying: "WETH",
      spot: 3000,
      now,
      holdings: 0,
      targetDelta: 0,
      legs: [{ type: "call", strike: 3000, expiry, size: -10 }],
      smiles: new Map([[expiry, flat]]),
    };
    const parts = attribute(book, { spot: 3000, now: now + 9 * 86_400, smiles: new Map() });
    const { value, theta } = bookGreeks(book);
    expect([parts.vega, parts.crossVol]).toEqual([0, 0]);
    expect(parts.theta).toBeCloseTo((theta * 5) / 365, 9);
    // At the money at constant vol, θ·T is half of the premium and the root of time explains the other half.
    expect(parts.total).toBeCloseTo(-value, 9);
    expect(parts.theta / parts.total).toBeCloseTo(0.5, 2);
  });

  it("lays what settled calls make to delta, and nothing is left over", () => {
    const expiry = now - 3600;
    const book: Book = {
      underlying: "WETH",
      spot: 3085,
      now,
      holdings: 40,
      targetDelta: 0,
      legs: [
        { type: "call", strike: 2000, expiry, size: -40, settlementPrice: 3000 },
        { type: "put", strike: 3300, expiry, size: -10, settlementPrice: 3000 },
      ],
      smiles: new Map(),
    };
    const parts = attribute(book, { spot: 3385, now: now + 7200, smiles: new Map() });
    expect(parts.delta).toBeCloseTo(-4000, 9);
    expect(parts.total).toBeCloseTo(8000, 9);
    expect(parts.residual).toBeCloseTo(0, 9);
  });
});
