import { blackScholes } from "../pricing/blackScholes.ts";
import { sviVol } from "../pricing/svi.ts";
import type { OptionLeg, Smile } from "../risk/book.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import { legGreeks } from "../risk/bookGreeks.ts";

export type RfqPolicy = {
  /** Vol points added to the surface when the vault sells, 0.01 = one point. */
  readonly spreadVol: number;
  /** Further vol points once the whole cycle is sold; grows linearly with the share already sold. */
  readonly skewVol: number;
  /** No sale below this fraction of spot. */
  readonly minimumPremium: number;
};

export type RfqPrice = {
  /** Quote per whole option. */
  readonly price: number;
  readonly mark: number;
  readonly vol: number;
};

/**
 * What the desk asks for one option: the surface's vol plus spread plus inventory skew, never under the minimum premium.
 * @param soldShare share of the cycle's size already sold, 0 to 1
 * @returns undefined where the premium would be under the minimum: the desk does not quote
 */
export function priceRfq(
  series: Omit<OptionLeg, "size">,
  spot: number,
  now: number,
  smile: Smile,
  soldShare: number,
  policy: RfqPolicy,
): RfqPrice | undefined {
  const leg: OptionLeg = { ...series, size: 1 };
  const years = (leg.expiry - now) / YEAR_SECONDS;
  const forward = spot * Math.exp(smile.carry * years);
  const vol = sviVol(smile.slice, Math.log(leg.strike / forward)) + policy.spreadVol + policy.skewVol * soldShare;
  const { price } = blackScholes({ type: leg.type, spot, strike: leg.strike, years, vol, rate: 0, yield: -smile.carry });
  if (price < policy.minimumPremium * spot) return undefined;
  return { price, mark: legGreeks(leg, spot, now, smile).price, vol };
}
