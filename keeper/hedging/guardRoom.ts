import type { Book } from "../risk/book.ts";
import { bookGreeks } from "../risk/bookGreeks.ts";
import { shockBook } from "../risk/shockBook.ts";

/** What the guard holds one underlying to, in the units of `BookGreeks`. */
export type GuardLimits = { readonly delta: number; readonly gamma: number; readonly vega: number };

/** Trades of spot the guard admits, units, positive = buy; zero always lies between. */
export type GuardRoom = { readonly lowest: number; readonly highest: number; readonly because: string };

/** Share of a limit left free: price and time move on between a decision and its block. */
const MARGIN = 0.02;
/** Vols, as multiples of the posted ones, under which a trade must improve where the strict gate is closed (contracts/vault/Guard.sol). */
const OTHER_VOLS = [0.7, 1, 1.4];

/**
 * The trades of spot that the guard admits, which measures delta on the posted surface at sticky strike whatever is believed here: while
 * delta, gamma and vega are inside their limits, any that leaves |delta − target| inside its own; with one of them outside, those that
 * bring delta nearer its target; while the vault is paused or winds down or a smile of the book is too old, those that do so under other vols too.
 * The strict price is not known here: a hedge that needs it and cannot have it fails in simulation.
 * @throws StaleDataError when a live leg has no smile
 */
export function guardRoom(book: Book, limits: GuardLimits, isStrictGateOpen: boolean): GuardRoom {
  const { hedgeError, gamma, vega } = bookGreeks(book);
  const isInside = Math.abs(hedgeError) <= limits.delta && Math.abs(gamma) <= limits.gamma && Math.abs(vega) <= limits.vega;
  if (isInside && isStrictGateOpen) {
    const limit = limits.delta * (1 - MARGIN);
    return {
      lowest: Math.min(0, -limit - hedgeError),
      highest: Math.max(0, limit - hedgeError),
      because: `it keeps the error it measures, ${hedgeError.toFixed(3)}, within ±${limits.delta.toFixed(3)}`,
    };
  }
  const scales = isStrictGateOpen ? [1] : OTHER_VOLS;
  const errors = scales.map((scale) =>
    scale === 1 ? hedgeError : bookGreeks(shockBook(book, { spotFactor: 1, volMultiplier: scale, seconds: 0 })).hedgeError,
  );
  // Up to its mirror image a trade brings an error nearer to zero.
  const mirrored = errors.map((error) => -2 * error * (1 - MARGIN));
  return {
    lowest: Math.min(0, Math.max(...mirrored)),
    highest: Math.max(0, Math.min(...mirrored)),
    because: isStrictGateOpen
      ? `a Greek is outside its limit, so it must reduce the error it measures, ${hedgeError.toFixed(3)}`
      : `paused, winding down or on a stale surface it must reduce the error it measures, ${hedgeError.toFixed(3)}, at any vol`,
  };
}
