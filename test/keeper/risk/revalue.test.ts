import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError, StaleDataError } from "../../../keeper/errors.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { revalue, shockPnls } from "../../../keeper/risk/revalue.ts";
import { shockBook } from "../../../keeper/risk/shockBook.ts";
import { anyBook, DAY, flatBook, now, scaleOf } from "./sampleBook.ts";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyShock = fc.record({
  spotFactor: real(0.1, 4),
  volMultiplier: real(0.2, 4),
  seconds: fc.integer({ min: 0, max: 100 * DAY }),
});
const unshocked = { spotFactor: 1, volMultiplier: 1, seconds: 0 };

describe("revalue", () => {
  it("values a shocked book as the scalar Greeks do, leg by leg, past expiries too", () => {
    fc.assert(
      fc.property(anyBook, fc.array(anyShock, { minLength: 1, maxLength: 8 }), (book, shocks) => {
        const values = revalue(book, shocks);
        shocks.forEach((shock, i) => {
          const later = shockBook(book, shock);
          const exact = bookGreeks(later).value + later.holdings * later.spot;
          expect(Math.abs((values[i] as number) - exact)).toBeLessThanOrEqual(1e-11 * scaleOf(later));
        });
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it("is the current value at zero shock", () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const value = bookGreeks(book).value + book.holdings * book.spot;
        expect(Math.abs((revalue(book, [unshocked])[0] as number) - value)).toBeLessThanOrEqual(1e-11 * scaleOf(book));
        expect(shockPnls(book, [unshocked])[0]).toBe(0);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it("multiplies the vol of the option, not its variance", () => {
    const book = flatBook([{ type: "put", strike: 2500, expiry: now + 30 * DAY, size: -3 }]);
    const [value] = revalue(book, [{ spotFactor: 0.6, volMultiplier: 2.5, seconds: 10 * DAY }]);
    const { price } = blackScholes({ type: "put", spot: 1800, strike: 2500, years: 20 / 365, vol: 2 });
    expect(value).toBeCloseTo(-3 * price, 9);
  });

  it("crosses the edges of its blocks of rows unharmed", () => {
    const legs = Array.from({ length: 7 }, (_, i) => ({
      type: "call" as const,
      strike: 2500 + 200 * i,
      expiry: now + 30 * DAY,
      size: i - 3.5,
    }));
    const shocks = Array.from({ length: 1500 }, (_, i) => ({ spotFactor: 0.5 + i / 1500, volMultiplier: 1.5, seconds: 0 }));
    const values = revalue(flatBook(legs), shocks);
    for (const i of [0, 291, 292, 293, 584, 585, 1499]) {
      const later = shockBook(flatBook(legs), shocks[i] as (typeof shocks)[number]);
      expect(values[i]).toBeCloseTo(bookGreeks(later).value, 8);
    }
  });

  it("keeps what a settled leg pays, a put quote and a call units of the underlying, and lets unsettled ones move", () => {
    const call = { type: "call" as const, strike: 2500, expiry: now - DAY, size: 2 };
    const put = { type: "put" as const, strike: 3500, expiry: now - DAY, size: -3 };
    const shock = { ...unshocked, spotFactor: 1.1 };
    expect(shockPnls(flatBook([{ ...put, settlementPrice: 2900 }]), [shock])[0]).toBe(0);
    // 400/2900 of a unit each, which 300 more make dearer.
    expect(shockPnls(flatBook([{ ...call, settlementPrice: 2900 }]), [shock])[0]).toBeCloseTo((2 * 300 * 400) / 2900, 9);
    expect(shockPnls(flatBook([{ ...call, settlementPrice: 2400 }]), [shock])[0]).toBe(0);
    expect(shockPnls(flatBook([call, put]), [shock])[0]).toBeCloseTo(600 + 900, 9);
  });

  it("refuses a shock without meaning and a live leg without a smile", () => {
    const book = flatBook([{ type: "call", strike: 3000, expiry: now + DAY, size: 1 }]);
    for (const bad of [{ spotFactor: 0 }, { volMultiplier: 0 }, { seconds: -1 }, { spotFactor: Number.NaN }]) {
      expect(() => revalue(book, [{ ...unshocked, ...bad }])).toThrow(InvalidInputError);
    }
    expect(() => revalue({ ...book, smiles: new Map() }, [unshocked])).toThrow(StaleDataError);
  });
});
