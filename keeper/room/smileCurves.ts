import { sviVariance } from "../pricing/svi.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { UnderlyingView } from "../service/vaultView.ts";

/** One posted smile, sampled for drawing, over strikes that all expiries of the underlying share. */
export type SmileCurve = {
  /** Unix seconds. */
  readonly expiry: number;
  readonly postedAt: number;
  /** Vol at the forward. */
  readonly atTheMoney: number;
  /** Of the forward, per year. */
  readonly carry: number;
  /** One vol per strike; null where the slice has no positive variance. */
  readonly vols: readonly (number | null)[];
};

export type SurfaceCurves = {
  readonly symbol: string;
  readonly strikes: readonly number[];
  readonly smiles: readonly SmileCurve[];
};

const SAMPLES = 41;
/** Drawn as far as this many standard deviations of the longest smile reach. */
const DEVIATIONS = 2.5;

/** The posted surface of one underlying as curves; expired slices are left out. */
export function smileCurves({ symbol, price, smiles }: UnderlyingView, now: number): SurfaceCurves {
  const live = smiles.filter(({ expiry }) => expiry > now);
  const years = (expiry: number) => (expiry - now) / YEAR_SECONDS;
  const reach = Math.max(0.05, ...live.map(({ expiry, slice }) => DEVIATIONS * Math.sqrt(sviVariance(slice, 0) * years(expiry))));
  const moneyness = Array.from({ length: SAMPLES }, (_, i) => Math.exp(reach * ((2 * i) / (SAMPLES - 1) - 1)));
  return {
    symbol,
    strikes: moneyness.map((value) => value * price),
    smiles: live.map(({ expiry, postedAt, slice, carry }) => ({
      expiry,
      postedAt,
      carry,
      atTheMoney: Math.sqrt(sviVariance(slice, 0)),
      vols: moneyness.map((value) => {
        const variance = sviVariance(slice, Math.log(value) - carry * years(expiry));
        return variance > 0 ? Math.sqrt(variance) : null;
      }),
    })),
  };
}
