import type { SviSlice } from "../pricing/svi.ts";

/** One option position; size in whole options, shorts negative. */
export type OptionLeg = {
  readonly type: "call" | "put";
  /** Quote per unit of underlying. */
  readonly strike: number;
  /** Unix seconds. */
  readonly expiry: number;
  readonly size: number;
  /** Set once the series is settled: what the leg pays is fixed at this price. */
  readonly settlementPrice?: number | undefined;
};

/** A posted smile with the carry that gives its forward F = S·e^{carry·T}. */
export type Smile = { readonly slice: SviSlice; readonly carry: number };

/** Everything one underlying's risk depends on, at one moment. */
export type Book = {
  readonly underlying: string;
  /** Quote per unit. */
  readonly spot: number;
  /** Unix seconds. */
  readonly now: number;
  readonly legs: readonly OptionLeg[];
  /** By expiry, unix seconds. */
  readonly smiles: ReadonlyMap<number, Smile>;
  /** Units of the underlying held in every form: cash, locked collateral, lent minus borrowed. */
  readonly holdings: number;
  /** Delta the vault wants, units; 0 = neutral. */
  readonly targetDelta: number;
};

/** Seconds of an Act/365 year. */
export const YEAR_SECONDS = 365 * 86_400;
