import { isAddressEqual, zeroAddress } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import type { SignedRfqQuote } from "../chain/rfqQuote.ts";
import { packSeries, seriesOf, unpackSeries } from "../chain/seriesId.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { fromUnits } from "../chain/units.ts";
import { legGreeks } from "../risk/bookGreeks.ts";
import type { Offers } from "./decideTake.ts";

export type Admission = {
  /** Seconds a quote must still stand: what a transaction may need. */
  readonly marginSeconds: number;
  /** Series the desk itself sells: what is bought of them would be sold again. */
  readonly ownSeries: ReadonlySet<bigint>;
};

/** The book has room for 32 legs of an underlying; the rest is the programme's own. */
const MOST_LEGS = 24;
/** The contract takes options with less to live only where they make a leg smaller (contracts/vault/OptionBook.sol). */
const LEAST_LIFE_SECONDS = 86_400;

/**
 * The quotes the vault could take at this block: of another maker, for everybody or for it, long enough valid, of a listed underlying with a fresh
 * smile, of an expiry it trades already and with a day to live beyond the margin, not of what the desk sells, with room in the book, and within
 * the guard's premium band. By symbol.
 */
export function admitQuotes(
  quotes: readonly SignedRfqQuote[],
  snapshot: Snapshot,
  { contracts, quote: money }: AddressBook,
  { marginSeconds, ownSeries }: Admission,
): Offers {
  const until = snapshot.block.timestamp + marginSeconds;

  function symbolOf({ quote }: SignedRfqQuote): string | undefined {
    const { maker, taker, series, makerSells, price, size, deadline } = quote;
    const isForVault = isAddressEqual(taker, zeroAddress) || isAddressEqual(taker, contracts.vault);
    if (isAddressEqual(maker, contracts.vault) || !isForVault || deadline < until || size === 0n || ownSeries.has(series)) return;
    const { underlying: address, ...option } = unpackSeries(series);
    const underlying = snapshot.underlyings.find((each) => isAddressEqual(each.address, address));
    const smile = underlying?.smiles.find(({ expiry }) => expiry === option.expiry);
    if (underlying === undefined || smile === undefined || until - smile.postedAt > snapshot.maxSurfaceAge) return;
    if (smile.tradableFrom > snapshot.block.timestamp) return;
    if (option.strike === 0 || option.expiry < until + LEAST_LIFE_SECONDS) return;
    const isHeld = underlying.legs.some((leg) => packSeries(seriesOf(underlying.address, leg)) === series);
    if (!isHeld && underlying.legs.length >= MOST_LEGS) return;
    const { price: mark, delta, vega } = legGreeks({ ...option, size: 1 }, underlying.price, snapshot.block.timestamp, smile);
    const band = Math.abs(delta) * underlying.price * snapshot.premiumBand.oracle + vega * snapshot.premiumBand.vol;
    const beyond = (makerSells ? 1 : -1) * (fromUnits(price, money.decimals) - mark);
    return beyond <= band ? underlying.symbol : undefined;
  }

  const admitted: Record<string, SignedRfqQuote[]> = {};
  for (const signed of quotes) {
    const symbol = symbolOf(signed);
    if (symbol === undefined) continue;
    admitted[symbol] ??= [];
    admitted[symbol].push(signed);
  }
  return admitted;
}
