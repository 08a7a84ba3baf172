import { type Address, getAddress, pad, toHex } from "viem";
import type { OptionLeg } from "../risk/book.ts";

/** Strikes and sizes are counted in 1e-6 on-chain: quote per unit, and options. */
export const MICRO = 1_000_000;

export type Series = {
  readonly underlying: Address;
  readonly type: "call" | "put";
  readonly strike: number;
  readonly expiry: number;
};

/** The on-chain id of a series: underlying (160 bits) | strike (56, 1e-6 quote) | expiry (39) | put flag (1). */
export function packSeries({ underlying, type, strike, expiry }: Series): bigint {
  const micro = BigInt(Math.round(strike * MICRO));
  return (BigInt(underlying) << 96n) | (micro << 40n) | (BigInt(expiry) << 1n) | (type === "put" ? 1n : 0n);
}

/** Reads a series back from its id. */
export function unpackSeries(id: bigint): Series {
  return {
    underlying: getAddress(pad(toHex(id >> 96n), { size: 20 })),
    type: (id & 1n) === 1n ? "put" : "call",
    strike: Number((id >> 40n) & ((1n << 56n) - 1n)) / MICRO,
    expiry: Number((id >> 1n) & ((1n << 39n) - 1n)),
  };
}

/** The series a leg of this underlying belongs to. */
export function seriesOf(underlying: Address, { type, strike, expiry }: OptionLeg): Series {
  return { underlying, type, strike, expiry };
}
