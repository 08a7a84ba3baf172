import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSlice, encodeSlice, type SurfaceSlice } from "../../../keeper/chain/postedSlice.ts";
import { InvalidInputError } from "../../../keeper/errors.ts";

const slice: SurfaceSlice = { a: 0.04, b: 0.4, rho: -0.3, m: -0.02, sigma: 0.15, carry: -0.05 };
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe("encodeSlice", () => {
  it("keeps what the grid can hold", () => {
    expect(encodeSlice({ ...slice, a: 0.25, b: 0.5, rho: -0.5, m: -0.25, sigma: 0.125, carry: 0.0625 })).toEqual({
      a: 250000000000000000n,
      b: 500000000000000000n,
      rho: -500000000000000000n,
      m: -250000000000000000n,
      sigma: 125000000000000000n,
      carry: 62500000000000000n,
    });
  });

  it("never rounds towards arbitrage", () => {
    const any = fc.record({
      a: number(-1, 20),
      b: number(0, 100),
      rho: number(-0.999, 0.999),
      m: number(-2, 2),
      sigma: number(1e-4, 4),
      carry: number(-0.25, 0.25),
    });
    fc.assert(
      fc.property(any, (real) => {
        const posted = encodeSlice(real);
        const wad = (value: bigint) => Number(value) / 1e18;
        expect(wad(posted.a)).toBeGreaterThanOrEqual(real.a - 1e-15);
        expect(wad(posted.a)).toBeLessThanOrEqual(real.a + 1.1e-12);
        expect(wad(posted.b)).toBeLessThanOrEqual(real.b);
        expect(Math.abs(wad(posted.rho))).toBeLessThanOrEqual(Math.abs(real.rho));
        expect(wad(posted.sigma)).toBeGreaterThanOrEqual(real.sigma);
        expect(Math.abs(wad(posted.carry) - real.carry)).toBeLessThanOrEqual(0.51e-9);
      }),
      { seed: 20 },
    );
  });

  it("refuses what does not fit the word", () => {
    expect(() => encodeSlice({ ...slice, b: 2000 })).toThrow(InvalidInputError);
    expect(() => encodeSlice({ ...slice, sigma: -0.1 })).toThrow(InvalidInputError);
    expect(() => encodeSlice({ ...slice, a: Number.NaN })).toThrow(InvalidInputError);
  });
});

describe("decodeSlice", () => {
  it("knows a slice that was never posted", () => {
    expect(decodeSlice(0n)).toBeUndefined();
  });

  it("reads each field at its place and sign", () => {
    const word = (BigInt.asUintN(48, -1n) << 208n) | (3n << 168n) | (BigInt.asUintN(32, -5n) << 136n) | (7n << 104n);
    expect(decodeSlice(word | (9n << 72n) | (BigInt.asUintN(32, -11n) << 40n) | 1_700_000_000n)).toEqual({
      slice: { a: -1e-12, b: 3e-9, rho: -5e-9, m: 7e-9, sigma: 9e-9, carry: -11e-9 },
      postedAt: 1_700_000_000,
    });
  });
});
