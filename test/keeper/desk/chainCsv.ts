import { blackScholes, type OptionType } from "../../../keeper/pricing/blackScholes.ts";
import { ssviSlice } from "../../../keeper/pricing/ssvi.ts";
import { sviVol } from "../../../keeper/pricing/svi.ts";
import { cryptoLike } from "../pricing/syntheticSmile.ts";

export const OBSERVED = Date.parse("2026-03-02T09:00:00Z") / 1000;
export const SPOT = 2000;
export const CARRY = 0.04;

const HEADER =
  "timestamp,instrument_name,underlying,option_type,strike,expiry_datetime,bid_price,ask_price,mark_price,futures_price,implied_volatility,currency,index_price";

type ChainCsvOptions = {
  /** Expiries, by their place, that have no future. */
  readonly withoutFuture?: readonly number[];
  /** Vol added to every mark of one expiry, by its place. */
  readonly lift?: Readonly<Record<number, number>>;
};

/** The crypto-like surface as a venue would list it: prices in coin, one vol point either side of the mark, 25 strikes. */
export function chainCsv({ withoutFuture = [], lift = {} }: ChainCsvOptions = {}): string {
  const lines = cryptoLike.expiries.flatMap(({ years, theta }, place) => {
    const slice = ssviSlice(cryptoLike.ssvi, theta, years);
    const forward = SPOT * Math.exp(CARRY * years);
    const unit = Math.sqrt(theta);
    const expiry = new Date((OBSERVED + Math.round(years * 365 * 86_400)) * 1000).toISOString();
    return Array.from({ length: 25 }, (_, i) => Math.round(forward * Math.exp(unit * (i / 5 - 2.4)))).flatMap((strike) =>
      (["call", "put"] as const).map((type) => {
        const vol = sviVol(slice, Math.log(strike / forward)) + (lift[place] ?? 0);
        const coin = (shift: number) => blackScholes({ type, spot: forward, strike, years, vol: vol + shift }).price / forward;
        const future = withoutFuture.includes(place) ? "" : forward;
        const name = `ETH-${place}-${strike}-${(type satisfies OptionType)[0]?.toUpperCase()}`;
        return `2026-03-02T09:00:00+00:00,${name},${forward},${type},${strike},${expiry},${coin(-0.01)},${coin(0.01)},${coin(0)},${future},${vol},ETH,${SPOT}`;
      }),
    );
  });
  const bitcoin = `2026-03-02T09:00:00+00:00,BTC-1,70000,call,71000,2026-03-27T08:00:00+00:00,0.02,0.021,0.0205,70100,0.5,BTC,69900`;
  return `${[HEADER, ...lines, bitcoin].join("\n")}\n`;
}
