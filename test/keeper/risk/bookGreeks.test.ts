import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { DAY, flatBook, now } from "./sampleBook.ts";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const expiry = now - DAY;
/** Of a leg that has expired. */
const terms = {
  type: fc.constantFrom("call" as const, "put" as const),
  strike: real(1000, 6000),
  expiry: fc.constant(expiry),
  size: real(-100, 100),
};
const rest = { gamma: 0, vega: 0, theta: 0, horizonYears: 0 };

describe("the Greeks of expired options", () => {
  it("are those of the units a settled call pays and of the quote a settled put does", () => {
    const call = { type: "call" as const, strike: 2000, expiry, size: -40, settlementPrice: 3000 };
    const put = { type: "put" as const, strike: 3500, expiry, size: 10, settlementPrice: 3000 };
    const book = bookGreeks(flatBook([call, put], { spot: 3085, holdings: 40 }));
    expect(book).toMatchObject(rest);
    expect(book.value).toBeCloseTo((-40 / 3) * 3085 + 5000, 9);
    expect(book.optionDelta).toBeCloseTo(-40 / 3, 12);
    expect(book.hedgeError).toBeCloseTo(80 / 3, 12);
  });

  it("are those of a settlement at spot until there is one", () => {
    fc.assert(
      fc.property(fc.array(fc.record(terms), { minLength: 1, maxLength: 8 }), real(500, 9000), (legs, spot) => {
        const open = flatBook(legs, { spot });
        const settled = flatBook(
          legs.map((each) => ({ ...each, settlementPrice: spot })),
          { spot },
        );
        expect(bookGreeks(open)).toEqual(bookGreeks(settled));
        const intrinsic = legs.reduce((all, { type, strike, size }) => {
          return all + size * Math.max(0, type === "call" ? spot - strike : strike - spot);
        }, 0);
        expect(bookGreeks(open).value).toBeCloseTo(intrinsic, 6);
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it("let the value of a settled book move with spot by its delta and nothing else", () => {
    const leg = fc.record({ ...terms, settlementPrice: real(500, 9000) });
    fc.assert(
      fc.property(fc.array(leg, { maxLength: 8 }), real(500, 9000), real(500, 9000), (legs, from, to) => {
        const [before, after] = [from, to].map((spot) => bookGreeks(flatBook(legs, { spot })));
        expect((after?.value ?? 0) - (before?.value ?? 0)).toBeCloseTo((before?.optionDelta ?? 0) * (to - from), 5);
        expect(after?.optionDelta).toBe(before?.optionDelta);
      }),
      { seed: 22, numRuns: 200 },
    );
  });
});
