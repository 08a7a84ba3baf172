import fc from "fast-check";
import type { Book, Smile } from "../../../keeper/risk/book.ts";

/** Unix seconds at which every sample book is valued. */
export const now = 1_800_000_000;
export const DAY = 86_400;

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const expiries = [now + 3600, now + 7 * DAY, now + 90 * DAY];

const smile = fc.record({
  slice: fc.record({ a: real(0.05, 0.5), b: real(0.01, 0.4), rho: real(-0.8, 0.8), m: real(-0.2, 0.2), sigma: real(0.05, 0.5) }),
  carry: real(-0.2, 0.2),
});

/** Books of up to twelve legs on three smiles. */
export const anyBook: fc.Arbitrary<Book> = fc
  .record({
    spot: real(1500, 4500),
    holdings: real(-100, 100),
    smiles: fc.tuple(smile, smile, smile),
    legs: fc.array(
      fc.record({
        type: fc.constantFrom("call" as const, "put" as const),
        strike: real(1000, 6000),
        expiry: fc.constantFrom(...expiries),
        size: real(-100, 100),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ spot, holdings, smiles, legs }) => ({
    underlying: "WETH",
    spot,
    now,
    legs,
    smiles: new Map(expiries.map((expiry, i): [number, Smile] => [expiry, smiles[i] as Smile])),
    holdings,
    targetDelta: 0,
  }));

/** A smile of one vol at every strike. */
function flat(vol: number, carry = 0): Smile {
  return { slice: { a: vol * vol, b: 0, rho: 0, m: 0, sigma: 1 }, carry };
}

/** Options of one expiry on one flat vol. */
export function flatBook(legs: Book["legs"], { spot = 3000, vol = 0.8, holdings = 0, targetDelta = 0 } = {}): Book {
  const smiles = new Map(legs.map(({ expiry }) => [expiry, flat(vol)]));
  return { underlying: "WETH", spot, now, legs, smiles, holdings, targetDelta };
}

/** Sum of |size| · spot, what rounding is measured against. */
export function scaleOf({ legs, spot, holdings }: Book): number {
  return 1 + legs.reduce((all, { size }) => all + Math.abs(size) * spot, Math.abs(holdings) * spot);
}
