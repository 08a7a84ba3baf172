import { calibrateHeston, type HestonQuote } from "../pricing/calibrateHeston.ts";
import type { HestonModel } from "../pricing/hestonExponent.ts";
import { sviVol } from "../pricing/svi.ts";
import { type Smile, YEAR_SECONDS } from "./book.ts";

/** A posted smile; times in unix seconds. */
export type DatedSmile = Smile & { readonly expiry: number; readonly postedAt: number };

/** Strikes the model is fitted at, in multiples of vol·√years. */
const DEVIATIONS = [-2, -1.25, -0.6, 0, 0.6, 1.25, 2];
/** Surfaces remembered: more than a vault has underlyings. */
const REMEMBERED = 8;
const known = new Map<string, HestonModel>();

/**
 * Heston fitted to the smiles of one underlying as they stood when the last of them was posted, so that it depends on what is posted only.
 * Fitted once for a surface and remembered: 0.1 s when a smile was posted or has expired (0.5 s for a single smile, which leaves parameters
 * open), nothing in between.
 * @throws InvalidInputError when there is no smile
 */
export function surfaceHeston(smiles: readonly DatedSmile[]): HestonModel {
  const key = JSON.stringify(
    smiles.map(({ slice: { a, b, rho, m, sigma }, expiry, postedAt }) => [a, b, rho, m, sigma, expiry, postedAt]),
  );
  const model = known.get(key) ?? calibrateHeston(quotesOf(smiles)).model;
  // Re-entered last, so that the surface longest unused is forgotten first.
  known.delete(key);
  known.set(key, model);
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return model;
}

/** Vols at strikes relative to the forward: neither spot nor carry matters to the model. */
function quotesOf(smiles: readonly DatedSmile[]): HestonQuote[] {
  const postedAt = Math.max(...smiles.map((smile) => smile.postedAt));
  return smiles.flatMap(({ slice, expiry }) => {
    const years = (expiry - postedAt) / YEAR_SECONDS;
    const unit = sviVol(slice, 0) * Math.sqrt(years);
    return DEVIATIONS.map((deviation) => {
      const k = deviation * unit;
      return { forward: 1, strike: Math.exp(k), years, vol: sviVol(slice, k) };
    });
  });
}
