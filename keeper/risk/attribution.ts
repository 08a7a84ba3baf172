import { sviVol } from "../pricing/svi.ts";
import type { Book, OptionLeg, Smile } from "./book.ts";
import { YEAR_SECONDS } from "./book.ts";
import { legGreeks } from "./bookGreeks.ts";

/** What moved the value of a book between two moments, quote. The parts and `residual` sum to `total`. */
export type Attribution = {
  /** Options' delta times the move of spot. */
  readonly delta: number;
  /** Holdings of the underlying times the move of spot. */
  readonly holdings: number;
  readonly gamma: number;
  readonly vega: number;
  /** Mixed and second-order vol terms: vanna and volga. */
  readonly crossVol: number;
  readonly theta: number;
  /** What the second-order expansion does not explain. */
  readonly residual: number;
  readonly total: number;
};

export type Moment = Pick<Book, "spot" | "now" | "smiles">;

/**
 * Second-order attribution of an unchanged book's P&L from its own moment to a later one.
 * @throws StaleDataError when a leg that is live at either moment has no smile there
 */
export function attribute(before: Book, after: Moment): Attribution {
  const move = after.spot - before.spot;
  const parts = { delta: 0, gamma: 0, vega: 0, crossVol: 0, theta: 0 };
  const holdings = before.holdings * move;
  let total = holdings;
  for (const leg of before.legs) {
    const smile = before.smiles.get(leg.expiry);
    const greeks = legGreeks(leg, before.spot, before.now, smile);
    const later = legGreeks(leg, after.spot, after.now, after.smiles.get(leg.expiry));
    // A leg that expires on the way decays until then and its vol, which no longer matters, has not moved.
    const years = Math.max(0, Math.min(after.now, leg.expiry) - before.now) / YEAR_SECONDS;
    const volMove = leg.expiry > after.now ? strikeVol(leg, after) - strikeVol(leg, before) : 0;
    parts.delta += leg.size * greeks.delta * move;
    parts.gamma += (leg.size * greeks.gamma * move * move) / 2;
    parts.vega += leg.size * greeks.vega * volMove;
    parts.crossVol += leg.size * (greeks.vanna * move * volMove + (greeks.volga * volMove * volMove) / 2);
    parts.theta += leg.size * greeks.theta * years;
    total += leg.size * (later.price - greeks.price);
  }
  const explained = parts.delta + holdings + parts.gamma + parts.vega + parts.crossVol + parts.theta;
  return { ...parts, holdings, residual: total - explained, total };
}

/** The vol a live leg is valued at. */
function strikeVol(leg: OptionLeg, { spot, now, smiles }: Moment): number {
  const years = (leg.expiry - now) / YEAR_SECONDS;
  const smile: Smile | undefined = smiles.get(leg.expiry);
  if (smile === undefined) return 0;
  return sviVol(smile.slice, Math.log(leg.strike / spot) - smile.carry * years);
}
