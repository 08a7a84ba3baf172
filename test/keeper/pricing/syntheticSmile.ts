import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SmileQuote } from "../../../keeper/pricing/smileQuote.ts";
import type { Ssvi } from "../../../keeper/pricing/ssvi.ts";
import { type SviSlice, sviVol } from "../../../keeper/pricing/svi.ts";

/** Quotes of a slice at strikes out to `deviations`, each off by up to `noise` vols either way. */
export function quotesOf(slice: SviSlice, years: number, { noise = 0, seed = 7, count = 31, deviations = 4 } = {}): SmileQuote[] {
  const random = xoroshiro128plus(seed);
  const unit = sviVol(slice, 0) * Math.sqrt(years);
  return Array.from({ length: count }, (_, i) => {
    const k = deviations * unit * ((2 * i) / (count - 1) - 1);
    return { k, vol: sviVol(slice, k) + noise * (2 * uniformFloat64(random) - 1), weight: 1 };
  });
}

/** A crypto-like surface: ten expiries from a day to a year, vol rising from 50 % to 65 %. */
export const cryptoLike: { ssvi: Ssvi; expiries: readonly { years: number; theta: number }[] } = {
  ssvi: { rho: -0.25, eta: 1.1, gamma: 0.45 },
  expiries: [1, 2, 3, 7, 14, 28, 56, 91, 182, 364].map((days) => {
    const years = days / 365;
    const vol = 0.5 + 0.15 * Math.sqrt(years);
    return { years, theta: vol * vol * years };
  }),
};
