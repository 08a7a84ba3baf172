import { InvalidInputError } from "../errors.ts";
import type { SviSlice } from "../pricing/svi.ts";

/** A smile with the carry that gives its forward, F = S·e^{carry·T}; carry per year. */
export type SurfaceSlice = SviSlice & { readonly carry: number };

/** What `VolSurface.post` takes: every field a WAD. */
export type PostedSlice = {
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
  readonly carry: bigint;
};

const PICO = 1e12;
const NANO = 1e9;

/**
 * A slice as `VolSurface.post` takes it, on the contract's own grid (a in 1e-12, the others in 1e-9), so that the chain stores exactly
 * this. Rounded so that no bound or no-arbitrage condition gets worse: a and sigma up, b and |rho| down, m and carry to the nearest.
 * @throws InvalidInputError when a field is not finite or does not fit the packed word
 */
export function encodeSlice(slice: SurfaceSlice): PostedSlice {
  const field = (name: keyof SurfaceSlice, units: number, bits: number, isSigned: boolean, wadPerUnit: bigint): bigint => {
    const limit = 2 ** (isSigned ? bits - 1 : bits);
    if (!(units < limit && units >= (isSigned ? -limit : 0)))
      throw new InvalidInputError(`The slice's ${name} does not fit the contract's word: ${slice[name]}`, { slice });
    return BigInt(units) * wadPerUnit;
  };
  return {
    a: field("a", Math.ceil(slice.a * PICO), 48, true, 10n ** 6n),
    b: field("b", Math.floor(slice.b * NANO), 40, false, 10n ** 9n),
    rho: field("rho", Math.trunc(slice.rho * NANO), 32, true, 10n ** 9n),
    m: field("m", Math.round(slice.m * NANO), 32, true, 10n ** 9n),
    sigma: field("sigma", Math.ceil(slice.sigma * NANO), 32, false, 10n ** 9n),
    carry: field("carry", Math.round(slice.carry * NANO), 32, true, 10n ** 9n),
  };
}

/**
 * Reads the word of `VolSurface.packedSlice`: from the low end postedAt (40 bits) | carry (int32, 1e-9) | sigma (uint32, 1e-9) |
 * m (int32, 1e-9) | rho (int32, 1e-9) | b (uint40, 1e-9) | a (int48, 1e-12).
 * @returns undefined for the zero word of a slice that was never posted; `postedAt` in unix seconds
 */
export function decodeSlice(word: bigint): { slice: SurfaceSlice; postedAt: number } | undefined {
  if (word === 0n) return undefined;
  const signed = (offset: bigint, bits: number) => Number(BigInt.asIntN(bits, word >> offset));
  const unsigned = (offset: bigint, bits: number) => Number(BigInt.asUintN(bits, word >> offset));
  return {
    slice: {
      a: signed(208n, 48) / PICO,
      b: unsigned(168n, 40) / NANO,
      rho: signed(136n, 32) / NANO,
      m: signed(104n, 32) / NANO,
      sigma: unsigned(72n, 32) / NANO,
      carry: signed(40n, 32) / NANO,
    },
    postedAt: unsigned(0n, 40),
  };
}
