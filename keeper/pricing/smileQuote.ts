import { blackScholes, type OptionType } from "./blackScholes.ts";
import { impliedVol } from "./impliedVol.ts";

/** One option as a market quotes it: undiscounted prices in quote per unit of underlying; a side nobody quotes is absent. */
export type OptionQuote = {
  readonly strike: number;
  readonly type: OptionType;
  readonly bid?: number | undefined;
  readonly ask?: number | undefined;
  readonly mark?: number | undefined;
  /** The vol its market publishes for the mark, where it does; it needs no inversion. */
  readonly markVol?: number | undefined;
  /** The forward its prices were struck against, when it differs from that of the expiry as a whole. */
  readonly forward?: number | undefined;
};

/** Which price of an option a fit aims at. */
export type QuoteSide = "bid" | "ask" | "mid" | "mark";

/** One option's place on a smile: what a fit aims at and how much it counts. */
export type SmileQuote = {
  /** Log-moneyness ln(K/F). */
  readonly k: number;
  /** Annualised implied vol. */
  readonly vol: number;
  /** Weight of the squared vol error, any scale. */
  readonly weight: number;
};

/** The quotes of one expiry. */
export type ExpirySmile = { readonly years: number; readonly quotes: readonly SmileQuote[] };

/** A smile quote with the vols a plot shows. */
export type SmilePoint = SmileQuote & {
  readonly strike: number;
  readonly bidVol: number | undefined;
  readonly askVol: number | undefined;
  readonly markVol: number | undefined;
};

/** A market narrower than this many vols is not trusted further: fits stop chasing ticks. */
const NARROWEST = 0.005;
/** A market wider than this counts as if it were this wide: a wing without vega still holds the wing. */
const WIDEST = 3;

/**
 * The out-of-the-money options of one expiry as points of its smile, in increasing strike. Each weighs 1/(width in vol)², the
 * width being the bid-ask spread over vega (from zero where there is no bid); options whose chosen side has no vol are left out.
 */
export function smilePoints(
  options: readonly OptionQuote[],
  expiryForward: number,
  years: number,
  side: QuoteSide,
): SmilePoint[] {
  const points: SmilePoint[] = [];
  for (const option of options) {
    const { strike, type, bid, ask, mark, markVol } = option;
    const forward = option.forward ?? expiryForward;
    if ((type === "call") !== strike >= forward) continue;
    const volOf = (price: number | undefined) => {
      if (price === undefined || !(price > 0)) return undefined;
      const implied = impliedVol({ type, price, spot: forward, strike, years });
      return implied.ok ? implied.vol : undefined;
    };
    const vols = { bid: volOf(bid), ask: volOf(ask), mark: markVol ?? volOf(mark) };
    const mid = bid !== undefined && ask !== undefined && bid > 0 ? volOf((bid + ask) / 2) : undefined;
    const vol = side === "mid" ? mid : vols[side];
    if (vol === undefined) continue;
    const { vega } = blackScholes({ type, spot: forward, strike, years, vol });
    const width = ask === undefined || !(vega > 0) ? WIDEST : Math.min((ask - (bid ?? 0)) / vega, WIDEST);
    const weight = 1 / (NARROWEST + width) ** 2;
    points.push({ k: Math.log(strike / forward), vol, weight, strike, bidVol: vols.bid, askVol: vols.ask, markVol: vols.mark });
  }
  return points.sort((x, y) => x.k - y.k);
}
