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
  /** The same where the vault has a position, null elsewhere. */
  readonly held: readonly (number | null)[];
};

export type SurfaceCurves = {
  readonly symbol: string;
  readonly strikes: readonly number[];
  readonly smiles: readonly SmileCurve[];
};

const SAMPLES = 41;
/** Drawn as far as this many standard deviations of the longest smile reach. */
const DEVIATIONS = 2.5;

/** The posted surface of one underlying as curves; expired slices are left out. The strikes of its options are among those drawn. */
export function smileCurves({ symbol, price, smiles, legs }: UnderlyingView, now: number): SurfaceCurves {
  const live = smiles.filter(({ expiry }) => expiry > now);
  const years = (expiry: number) => (expiry - now) / YEAR_SECONDS;
  const reach = Math.max(0.05, ...live.map(({ expiry, slice }) => DEVIATIONS * Math.sqrt(sviVariance(slice, 0) * years(expiry))));
  const even = Array.from({ length: SAMPLES }, (_, i) => price * Math.exp(reach * ((2 * i) / (SAMPLES - 1) - 1)));
  const struck = legs.filter(({ expiry }) => expiry > now).map(({ strike }) => strike);
  const strikes = [...new Set([...even, ...struck])].sort((a, b) => a - b);
  return {
    symbol,
    strikes,
    smiles: live.map(({ expiry, postedAt, slice, carry }) => {
      const vols = strikes.map((strike) => {
        const variance = sviVariance(slice, Math.log(strike / price) - carry * years(expiry));
        return variance > 0 ? Math.sqrt(variance) : null;
      });
      const isHeld = (strike: number | undefined) => legs.some((leg) => leg.expiry === expiry && leg.strike === strike);
      const held = vols.map((vol, index) => (isHeld(strikes[index]) ? vol : null));
      return { expiry, postedAt, carry, atTheMoney: Math.sqrt(sviVariance(slice, 0)), vols, held };
    }),
  };
}
