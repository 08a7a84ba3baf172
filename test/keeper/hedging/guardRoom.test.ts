import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardRoom } from "../../../keeper/hedging/guardRoom.ts";
import type { Book } from "../../../keeper/risk/book.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";

const now = 1_770_000_000;
const expiry = now + 20 * 86_400;
const wide = { delta: 10, gamma: 1, vega: 1e6 };

function bookWith(holdings: number): Book {
  return {
    underlying: "WETH",
    spot: 3000,
    now,
    legs: [{ type: "put", strike: 2700, expiry, size: -20 }],
    smiles: new Map([[expiry, { slice: { a: 0.3, b: 0.3, rho: -0.4, m: 0, sigma: 0.3 }, carry: 0 }]]),
    holdings,
    targetDelta: 0,
  };
}

/** The rule of contracts/vault/Guard.sol for spot trades, said again: delta inside or no further out, and nearer if anything is outside. */
function guardAccepts(book: Book, trade: number, limits: typeof wide, isStrictGateOpen: boolean): boolean {
  const errorAt = (volScale: number) => {
    const smiles = [...book.smiles].map(([at, { slice, carry }]) => {
      return [at, { slice: { ...slice, a: slice.a * volScale ** 2, b: slice.b * volScale ** 2 }, carry }] as const;
    });
    return bookGreeks({ ...book, smiles: new Map(smiles) });
  };
  const improves = (error: number) => Math.abs(error + trade) < Math.abs(error);
  const { hedgeError, gamma, vega } = errorAt(1);
  if (!isStrictGateOpen && ![0.7, 1, 1.4].every((scale) => improves(errorAt(scale).hedgeError))) return false;
  const after = Math.abs(hedgeError + trade);
  if (after > limits.delta && after > Math.abs(hedgeError)) return false;
  const isOutside = Math.abs(hedgeError) > limits.delta || Math.abs(gamma) > limits.gamma || Math.abs(vega) > limits.vega;
  return !isOutside || improves(hedgeError);
}

describe("the room the guard leaves", () => {
  it("holds only trades that the guard's rules accept, and always zero", () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const limits = fc.record({ delta: number(0.5, 20), gamma: number(0, 0.02), vega: number(0, 2e4) });
    fc.assert(
      fc.property(number(-40, 40), limits, fc.boolean(), number(0.001, 1), (holdings, limit, isOpen, share) => {
        const book = bookWith(holdings);
        const { lowest, highest } = guardRoom(book, limit, isOpen);
        expect(lowest).toBeLessThanOrEqual(0);
        expect(highest).toBeGreaterThanOrEqual(0);
        for (const trade of [lowest * share, highest * share]) {
          if (trade !== 0) expect(guardAccepts(book, trade, limit, isOpen), `${trade}`).toBe(true);
        }
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it("reaches up to the delta limit on both sides while everything is inside", () => {
    const book = bookWith(0);
    const { hedgeError } = bookGreeks(book);
    const { lowest, highest } = guardRoom(book, wide, true);
    expect(hedgeError + highest).toBeCloseTo(9.8, 9);
    expect(hedgeError + lowest).toBeCloseTo(-9.8, 9);
    expect(guardAccepts(book, 10.01 - hedgeError, wide, true)).toBe(false);
  });

  it("leaves only what reduces the measured error when gamma is outside, or the gate is closed", () => {
    const book = bookWith(0);
    const { hedgeError } = bookGreeks(book);
    expect(hedgeError).toBeGreaterThan(1);
    for (const room of [guardRoom(book, { ...wide, gamma: 0 }, true), guardRoom(book, wide, false)]) {
      expect(room.highest).toBe(0);
      expect(room.lowest).toBeLessThan(-hedgeError);
    }
    expect(guardRoom(book, { ...wide, gamma: 0 }, true).because).toMatch(/outside its limit/);
    expect(guardRoom(book, wide, false).because).toMatch(/paused, winding down or on a stale surface/);
  });
});
