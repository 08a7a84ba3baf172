import type { AddressBook } from "../chain/addressBook.ts";
import type { SignedRfqQuote } from "../chain/rfqQuote.ts";
import { MICRO, packSeries, type Series, seriesOf, unpackSeries } from "../chain/seriesId.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { fromUnits } from "../chain/units.ts";
import { USUAL_VOL_MOVES, type VolMoves } from "../hedging/forecast/volMoves.ts";
import type { OptionOffer } from "../hedging/greeks/planBundle.ts";
import { planTake } from "../hedging/greeks/planTake.ts";
import type { DecisionTerms } from "../hedging/regionRequest.ts";
import { legGreeks } from "../risk/bookGreeks.ts";
import { middlePrice } from "../routing/costCurve.ts";

/** Quotes of outside makers to be looked at now, by symbol of the underlying. */
export type Offers = Readonly<Record<string, readonly SignedRfqQuote[]>>;

/** A maker's quote to be taken by the vault. */
export type Take = SignedRfqQuote & {
  readonly underlying: string;
  /** 1e-6 options. */
  readonly size: bigint;
  /** Expected cost, and risk removed as certainty equivalent, quote. */
  readonly cost: number;
  readonly saves: number;
};

export type TakeSituation = {
  readonly snapshot: Snapshot;
  readonly addresses: AddressBook;
  readonly quotes: readonly SignedRfqQuote[];
  readonly terms: DecisionTerms;
  readonly volMoves: VolMoves | undefined;
  /** Quote of gas for a take. */
  readonly gas: number;
  /** Quote free for premiums. */
  readonly cash: number;
};

/** Series looked at at once for one underlying; those nearest the money when there are more. */
const MOST_SERIES = 12;
/** A smile is posted anew when it has moved by so much at the money. */
const MARK_ERROR_VOL = 0.01;

/**
 * The dealer's option worth most against one underlying's delta, gamma and vega, and why, or why none. The vault sells what it holds and writes
 * nothing for a dealer; several quotes of a series count as the best of them.
 */
export function decideTake(underlying: UnderlyingSnapshot, situation: TakeSituation): { take?: Take; reason: string } {
  const { snapshot, quotes, terms, volMoves = USUAL_VOL_MOVES, gas, cash, addresses } = situation;
  const offered = offersOf(underlying, snapshot, quotes, addresses.quote.decimals);
  const { vol, riskAversion, costs, checkEvery } = terms;
  const { take, reason } = planTake({
    book: toBook(snapshot, underlying),
    moves: { vol, ...volMoves },
    riskAversion,
    costs,
    optionGas: gas,
    checkEvery,
    offers: offered.map(({ offer }) => offer),
    cash,
    limits: underlying.limits,
  });
  const chosen = take && offered.find(({ offer }) => offer === take.offer);
  const signed = take && (take.size > 0 ? chosen?.ask : chosen?.bid);
  if (take === undefined || signed === undefined) return { reason: `${underlying.symbol} options: ${reason}` };
  const price = fromUnits(signed.quote.price, addresses.quote.decimals).toFixed(2);
  const size = BigInt(Math.round(Math.abs(take.size) * MICRO));
  const said = `${underlying.symbol} take at ${price} of ${signed.quote.maker}: ${reason}`;
  return { take: { ...signed, underlying: underlying.symbol, size, cost: take.cost, saves: take.saves }, reason: said };
}

type Offered = {
  readonly offer: OptionOffer;
  readonly ask: SignedRfqQuote | undefined;
  readonly bid: SignedRfqQuote | undefined;
};

function offersOf(
  underlying: UnderlyingSnapshot,
  snapshot: Snapshot,
  quotes: readonly SignedRfqQuote[],
  decimals: number,
): readonly Offered[] {
  const { address, legs, price: spot } = underlying;
  const held = new Map(legs.map((leg) => [packSeries(seriesOf(address, leg)), leg.size]));
  const offered = [...Map.groupBy(quotes, ({ quote }) => quote.series)].flatMap(([series, all]): Offered[] => {
    const best = (sells: boolean) =>
      all
        .filter(({ quote }) => quote.makerSells === sells)
        .reduce<SignedRfqQuote | undefined>((top, each) => (top && isNoWorse(top, each) ? top : each), undefined);
    const [ask, bid] = [best(true), best(false)];
    const { type, strike, expiry } = unpackSeries(series);
    const option = { type, strike, expiry };
    const { least, most } = marksOf(underlying, snapshot.block.timestamp, option);
    const long = Math.max(0, held.get(series) ?? 0);
    const priceOf = ({ quote }: SignedRfqQuote) => fromUnits(quote.price, decimals);
    const sizeOf = ({ quote }: SignedRfqQuote) => Number(quote.size) / MICRO;
    const sides = {
      ...(ask && { ask: { price: most(priceOf(ask)), size: sizeOf(ask) } }),
      ...(bid && long > 0 && { bid: { price: least(priceOf(bid)), size: Math.min(sizeOf(bid), long) } }),
    };
    if (!("ask" in sides || "bid" in sides)) return [];
    const day = new Date(expiry * 1000).toISOString().slice(0, 10);
    return [{ offer: { name: `${type} ${strike} ${day}`, option, ...sides, collateral: 0 }, ask, bid }];
  });
  const distance = ({ offer: { option } }: Offered) => Math.abs(Math.log(option.strike / spot));
  return offered.sort((a, b) => distance(a) - distance(b)).slice(0, MOST_SERIES);
}

function isNoWorse({ quote: one }: SignedRfqQuote, { quote: other }: SignedRfqQuote): boolean {
  if (one.price === other.price) return one.size >= other.size;
  return one.makerSells ? one.price < other.price : one.price > other.price;
}

/**
 * What a dealer's price counts as. An oracle is told of moves beyond half a percent only, the posted smile is hours old and may be a point off, and
 * dealers know better: so a price counts at the less favourable of oracle and deepest pool, and never as better than a vol point from the mark.
 */
function marksOf(underlying: UnderlyingSnapshot, now: number, option: Omit<Series, "underlying">) {
  const smile = underlying.smiles.find(({ expiry }) => expiry === option.expiry);
  const markAt = (spot: number) => legGreeks({ ...option, size: 1 }, spot, now, smile);
  const { price: mark, vega } = markAt(underlying.price);
  const lag = markAt(middlePrice(underlying)).price - mark;
  return {
    /** Of what a dealer pays. */
    least: (price: number) => Math.min(mark - MARK_ERROR_VOL * vega, price - Math.max(0, lag)),
    /** Of what it asks. */
    most: (price: number) => Math.max(mark + MARK_ERROR_VOL * vega, price - Math.min(0, lag)),
  };
}
