import type { OptionLeg } from "../risk/book.ts";

/** What the vault sells, week after week, on one underlying. */
export type Programme = {
  readonly structure: "straddle" | "strangle" | "covered-call" | "put";
  /** Options of each leg per cycle, whole options. */
  readonly size: number;
  /** Strikes are rounded to this step, quote. */
  readonly strikeStep: number;
  /** Distance of out-of-the-money strikes from spot (strangle, covered call, put), fraction of spot. */
  readonly moneyness: number;
  /** Weekday of expiry, 0 = Sunday; at 08:00 UTC. */
  readonly expiryWeekday: number;
  readonly tenorDays: number;
  /** No more sales with less than this to expiry, days. */
  readonly lastSaleDays: number;
};

/** A series on sale with the size left. */
export type Offer = { readonly type: "call" | "put"; readonly strike: number; readonly expiry: number; readonly size: number };

const DAY = 86_400;
const EXPIRY_HOUR = 8;

/** The expiry on sale now: the first expiry weekday, 08:00 UTC, strictly after `now` (unix seconds). */
export function cycleExpiry(programme: Programme, now: number): number {
  const midnight = Math.floor(now / DAY) * DAY;
  const weekday = new Date(midnight * 1000).getUTCDay();
  const ahead = (programme.expiryWeekday - weekday + 7) % 7;
  const candidate = midnight + ahead * DAY + EXPIRY_HOUR * 3600;
  return candidate > now ? candidate : candidate + 7 * DAY;
}

/** What is still on sale in this cycle. */
export function offers(programme: Programme, now: number, spot: number, legs: readonly OptionLeg[]): readonly Offer[] {
  return cycleSeries(programme, now, spot, legs).filter(({ size }) => size > 0);
}

/**
 * Every series of the cycle on sale, with what is left of it; none outside the days of sale. A cycle keeps the strikes it began with: they are
 * read back from what was sold, so a restart changes nothing. Options bought as hedges are no part of it.
 */
export function cycleSeries(programme: Programme, now: number, spot: number, legs: readonly OptionLeg[]): readonly Offer[] {
  const expiry = cycleExpiry(programme, now);
  const left = expiry - now;
  if (left < programme.lastSaleDays * DAY || left > programme.tenorDays * DAY) return [];
  const cycle = legs.filter((leg) => leg.expiry === expiry && leg.size < 0);
  return strikesOf(programme, spot).map(({ type, strike }) => {
    const sold = cycle.find((leg) => leg.type === type);
    const size = programme.size + (sold?.size ?? 0);
    return { type, strike: sold?.strike ?? anchor(programme, cycle, strike), expiry, size };
  });
}

/** A straddle shares one strike: the second leg sold takes the first one's. */
function anchor(programme: Programme, cycle: readonly OptionLeg[], strike: number): number {
  return programme.structure === "straddle" ? (cycle[0]?.strike ?? strike) : strike;
}

function strikesOf(programme: Programme, spot: number): readonly { type: "call" | "put"; strike: number }[] {
  const at = (moneyness: number) =>
    Math.max(1, Math.round((spot * (1 + moneyness)) / programme.strikeStep)) * programme.strikeStep;
  const call = { type: "call", strike: at(programme.moneyness) } as const;
  const put = { type: "put", strike: at(-programme.moneyness) } as const;
  switch (programme.structure) {
    case "straddle":
      return [
        { type: "call", strike: at(0) },
        { type: "put", strike: at(0) },
      ];
    case "strangle":
      return [call, put];
    case "covered-call":
      return [call];
    case "put":
      return [put];
  }
}
