import { InvalidInputError } from "../errors.ts";
import { sviTotalVariance } from "./svi.ts";
import type { DatedSlice } from "./sviCalendar.ts";

/** Slices of several expiries in increasing time, such as `fitSurface` returns. */
export type Surface = readonly DatedSlice[];

/**
 * Total variance at log-moneyness k and any time to expiry: linear in time at constant forward-moneyness between two slices,
 * which keeps their calendar order; the vol of the first slice before it (a slice ages without arbitrage); beyond the last one its
 * smile lifted in parallel at its own at-the-money variance.
 * @throws InvalidInputError when the surface is empty or `years` is not positive
 */
export function surfaceTotalVariance(surface: Surface, k: number, years: number): number {
  const first = surface[0];
  const last = surface.at(-1);
  if (first === undefined || last === undefined) throw new InvalidInputError("The surface has no slices");
  if (!(years > 0)) throw new InvalidInputError(`A vol needs a positive time to expiry, got ${years} years`, { years });
  if (years <= first.years) return sviTotalVariance(first.slice, k, years);
  if (years >= last.years) {
    return sviTotalVariance(last.slice, k, last.years) + sviTotalVariance(last.slice, 0, years - last.years);
  }
  const after = surface.findIndex((slice) => slice.years >= years);
  const [near, far] = [surface[after - 1] as DatedSlice, surface[after] as DatedSlice];
  const share = (years - near.years) / (far.years - near.years);
  return (1 - share) * sviTotalVariance(near.slice, k, near.years) + share * sviTotalVariance(far.slice, k, far.years);
}

/** Annualised vol at log-moneyness k = ln(K/F) and time to expiry; the same terms as `surfaceTotalVariance`. */
export function surfaceVol(surface: Surface, k: number, years: number): number {
  return Math.sqrt(surfaceTotalVariance(surface, k, years) / years);
}
