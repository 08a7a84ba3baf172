import { InvalidInputError, StaleDataError } from "../errors.ts";
import { allocateColumns, blackScholesBatch, type OptionColumns } from "../pricing/blackScholesBatch.ts";
import { sviVol } from "../pricing/svi.ts";
import { type Book, type OptionLeg, type Smile, YEAR_SECONDS } from "./book.ts";
import { bookGreeks } from "./bookGreeks.ts";

/** One hypothetical later state of one underlying. */
export type Shock = {
  /** Spot is multiplied by it; above 0. */
  readonly spotFactor: number;
  /** Every vol of every smile is multiplied by it; above 0. */
  readonly volMultiplier: number;
  /** Time passed, not negative. */
  readonly seconds: number;
};

/** Rows valued in one call of the kernel: enough to spread its fixed cost, few enough to stay in the cache. */
const ROWS = 2048;

/**
 * Full revaluation of a book under many shocks: options and holdings, quote, one value per shock. A smile keeps its shape in
 * log-moneyness, ln(K/F), as spot moves and time passes; a leg past its expiry is worth what it pays, as in `legGreeks`.
 * @throws InvalidInputError when a shock is out of range; StaleDataError when a live leg has no smile
 */
export function revalue(book: Book, shocks: readonly Shock[]): Float64Array {
  const settled = book.legs.filter((leg) => leg.settlementPrice !== undefined && leg.expiry <= book.now);
  const open = book.legs.filter((leg) => !settled.includes(leg));
  const { value, optionDelta } = bookGreeks({ ...book, legs: settled });
  const quote = value - optionDelta * book.spot;
  const totals = Float64Array.from(shocks, (shock) => {
    validate(shock);
    return quote + (optionDelta + book.holdings) * book.spot * shock.spotFactor;
  });
  const rows = Math.min(ROWS, open.length * shocks.length);
  const { options, values } = allocateColumns(rows);
  const sizes = new Float64Array(rows);
  const shockOf = new Uint32Array(rows);
  let filled = 0;
  const flush = () => {
    blackScholesBatch(options, values, filled);
    for (let row = 0; row < filled; row++) {
      const shock = shockOf[row] as number;
      totals[shock] = (totals[shock] as number) + (sizes[row] as number) * (values.price[row] as number);
    }
    filled = 0;
  };
  for (const leg of open) {
    const smile = book.smiles.get(leg.expiry);
    for (let index = 0; index < shocks.length; index++) {
      setRow(options, filled, book, leg, smile, shocks[index] as Shock);
      sizes[filled] = leg.size;
      shockOf[filled] = index;
      filled++;
      if (filled === rows) flush();
    }
  }
  flush();
  return totals;
}

/** Profit of each shock against the book as it stands, quote. */
export function shockPnls(book: Book, shocks: readonly Shock[]): Float64Array {
  const [today = 0, ...values] = revalue(book, [UNSHOCKED, ...shocks]);
  return Float64Array.from(values, (value) => value - today);
}

const UNSHOCKED: Shock = { spotFactor: 1, volMultiplier: 1, seconds: 0 };

function setRow(options: OptionColumns, row: number, book: Book, leg: OptionLeg, smile: Smile | undefined, shock: Shock): void {
  const spot = book.spot * shock.spotFactor;
  const years = Math.max(0, (leg.expiry - book.now - shock.seconds) / YEAR_SECONDS);
  options.call[row] = leg.type === "call" ? 1 : 0;
  options.spot[row] = spot;
  options.strike[row] = leg.strike;
  options.years[row] = years;
  if (years === 0) {
    options.vol[row] = 0;
    options.yield[row] = 0;
    return;
  }
  if (smile === undefined) {
    throw new StaleDataError(
      `No smile for expiry ${new Date(leg.expiry * 1000).toISOString()}: post a slice for it before it is stressed`,
      { leg },
    );
  }
  const moneyness = Math.log(leg.strike / spot) - smile.carry * years;
  options.vol[row] = shock.volMultiplier * sviVol(smile.slice, moneyness);
  options.yield[row] = -smile.carry;
}

function validate({ spotFactor, volMultiplier, seconds }: Shock): void {
  const isFine = spotFactor > 0 && volMultiplier > 0 && seconds >= 0 && Number.isFinite(spotFactor + volMultiplier + seconds);
  if (isFine) return;
  throw new InvalidInputError(
    `A shock needs spotFactor and volMultiplier above 0 and seconds from 0, got ${spotFactor}, ${volMultiplier} and ${seconds}`,
    { spotFactor, volMultiplier, seconds },
  );
}
