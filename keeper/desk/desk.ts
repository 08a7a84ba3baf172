import { type Hex, type LocalAccount, zeroAddress } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import { type RfqQuote, signRfqQuote } from "../chain/rfqQuote.ts";
import { MICRO, packSeries } from "../chain/seriesId.ts";
import type { PostedSmile, Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { waitingEpoch } from "../chain/waitingEpoch.ts";
import { fitSvi } from "../pricing/fitSvi.ts";
import { repairSvi } from "../pricing/repairSvi.ts";
import type { SmileQuote } from "../pricing/smileQuote.ts";
import { type Smile, YEAR_SECONDS } from "../risk/book.ts";
import { priceRfq, type RfqPolicy } from "./priceRfq.ts";
import { cycleExpiry, cycleSeries, type Offer, offers, type Programme } from "./programme.ts";
import { type PostingPolicy, slicesToPost } from "./slicesToPost.ts";

/** Where vols come from: the market's smile of one expiry, and the carry of its forward; undefined when nobody quotes it. */
export type MarkSource = (
  symbol: string,
  expiry: number,
  spot: number,
  now: number,
) => Promise<{ readonly quotes: readonly SmileQuote[]; readonly carry: number } | undefined>;

export type DeskPolicy = {
  /** How often the market's marks are fitted, seconds. */
  readonly fitSeconds: number;
  readonly rfq: RfqPolicy;
  readonly posting: PostingPolicy;
  /** How long a signed quote stands, seconds. */
  readonly validSeconds: number;
};

export type DeskOptions = {
  readonly addresses: AddressBook;
  readonly quoter: LocalAccount;
  /** By symbol of the underlying. */
  readonly programmes: ReadonlyMap<string, Programme>;
  readonly marks: MarkSource;
  readonly policy: DeskPolicy;
  /** Whether options of an underlying are worth selling at this block; everything is when absent. */
  readonly isWorthSelling?: (snapshot: Snapshot, symbol: string) => boolean;
};

export type QuoteRequest = {
  readonly symbol: string;
  readonly type: "call" | "put";
  readonly strike: number;
  readonly expiry: number;
  readonly size: number;
};

/** A quote anyone may fill at the vault until its deadline. */
export type SignedQuote = { readonly quote: RfqQuote; readonly signature: Hex; readonly price: number; readonly mark: number };

/** A slice that should be on-chain now. */
export type Posting = { readonly underlying: UnderlyingSnapshot; readonly expiry: number; readonly smile: Smile };

/** What a first post may be late by, for gas or a busy operator. */
const AHEAD_SECONDS = 3600;

export type Desk = ReturnType<typeof createDesk>;

/** The vault's trading desk: what is on sale, at what price, and which smiles the vault is valued on. */
export function createDesk({ addresses, quoter, programmes, marks, policy, isWorthSelling = () => true }: DeskOptions) {
  let nonce = 0n;
  let fittedAt = Number.NEGATIVE_INFINITY;

  /** Nothing while the vault winds down, or on an expiry it does not trade yet: it would refuse to write another option. */
  function onSale(snapshot: Snapshot, underlying: UnderlyingSnapshot): readonly Offer[] {
    const { block, windDown } = snapshot;
    const programme = programmes.get(underlying.symbol);
    if (programme === undefined || windDown.startedAt > 0 || !isWorthSelling(snapshot, underlying.symbol)) return [];
    return offers(programme, block.timestamp, underlying.price, underlying.legs).filter(({ expiry }) =>
      underlying.smiles.some((smile) => smile.expiry === expiry && smile.tradableFrom <= block.timestamp),
    );
  }

  return {
    /**
     * Expiries whose smiles the desk needs besides those of the book, unix seconds: the cycle's, and the next one's in time for it to be
     * traded from its first moment.
     * @param seasoning  seconds from the first post of an expiry until it is traded
     */
    expiries(now: number, seasoning: number): readonly number[] {
      const ahead = now + seasoning + AHEAD_SECONDS;
      return [...new Set([...programmes.values()].flatMap((each) => [cycleExpiry(each, now), cycleExpiry(each, ahead)]))];
    },

    /** Everything on sale, by symbol. */
    offers(snapshot: Snapshot): ReadonlyMap<string, readonly Offer[]> {
      return new Map(snapshot.underlyings.map((each) => [each.symbol, onSale(snapshot, each)]));
    },

    /** Series the programme sells in this cycle, sold out or not: what is bought back of them would be sold again. */
    programmeSeries(snapshot: Snapshot): ReadonlySet<bigint> {
      const { block, underlyings } = snapshot;
      const ids = underlyings.flatMap(({ address, symbol, price, legs }) => {
        const programme = programmes.get(symbol);
        const series = programme === undefined ? [] : cycleSeries(programme, block.timestamp, price, legs);
        return series.map((each) => packSeries({ ...each, underlying: address }));
      });
      return new Set(ids);
    },

    /** What to hold ready as collateral for what is still on sale, by symbol: units of each underlying for calls, quote for puts. */
    provisions(snapshot: Snapshot): ReadonlyMap<string, number> {
      const sales = snapshot.underlyings.map((each) => ({ symbol: each.symbol, sale: onSale(snapshot, each) }));
      const calls = sales.map(({ symbol, sale }): [string, number] => [
        symbol,
        sale.reduce((sum, { type, size }) => (type === "call" ? sum + size : sum), 0),
      ]);
      const puts = sales.flatMap(({ sale }) => sale.map(({ type, strike, size }) => (type === "put" ? strike * size : 0)));
      return new Map([...calls, [addresses.quote.symbol, puts.reduce((sum, each) => sum + each, 0)]]);
    },

    /** Answers a request, never for more than is on sale; undefined when the series is not on sale or the premium would be too small. */
    async quote(snapshot: Snapshot, request: QuoteRequest): Promise<SignedQuote | undefined> {
      const now = snapshot.block.timestamp;
      const underlying = snapshot.underlyings.find(({ symbol }) => symbol === request.symbol);
      if (underlying === undefined) return undefined;
      const offer = onSale(snapshot, underlying).find(
        ({ type, strike, expiry }) => type === request.type && strike === request.strike && expiry === request.expiry,
      );
      const smile = underlying.smiles.find(({ expiry }) => expiry === request.expiry);
      const programme = programmes.get(request.symbol);
      if (offer === undefined || smile === undefined || programme === undefined) return undefined;
      const priced = priceRfq(offer, underlying.price, now, smile, 1 - offer.size / programme.size, policy.rfq);
      if (priced === undefined) return undefined;
      const size = Math.min(offer.size, request.size, coverable(snapshot, underlying, offer));
      if (size * MICRO < 1) return undefined;
      nonce += 1n;
      const quote: RfqQuote = {
        maker: addresses.contracts.vault,
        taker: zeroAddress,
        series: packSeries({ ...offer, underlying: underlying.address }),
        makerSells: true,
        price: BigInt(Math.ceil(priced.price * 10 ** addresses.quote.decimals)),
        size: BigInt(Math.floor(size * MICRO + 1e-6)),
        nonce: (BigInt(now) << 32n) | nonce,
        deadline: BigInt(now + policy.validSeconds),
      };
      const signature = await signRfqQuote(quoter, addresses.chainId, addresses.contracts.optionMarket, quote);
      return { quote, signature, price: priced.price, mark: priced.mark };
    },

    /**
     * The slices to post at this block: fitted to the market's marks, free of arbitrage, and only where they have moved or aged, or are
     * older than the cutoff of an epoch that waits for its strike.
     */
    async postings(snapshot: Snapshot): Promise<readonly Posting[]> {
      const now = snapshot.block.timestamp;
      const wanted = this.expiries(now, snapshot.seasoning);
      const missing = snapshot.underlyings.some(({ smiles }) =>
        wanted.some((expiry) => !smiles.some((each) => each.expiry === expiry)),
      );
      const notBefore = waitingEpoch(snapshot)?.notBefore ?? 0;
      const tooOld = snapshot.underlyings.some(({ smiles }) => smiles.some(({ postedAt }) => postedAt < notBefore));
      if (!missing && !tooOld && now - fittedAt < policy.fitSeconds) return [];
      const due = await Promise.all(
        snapshot.underlyings.map(async (underlying) => {
          const fitted = await fitSmiles(underlying, wanted, now, marks);
          return slicesToPost(now, underlying.smiles, fitted, policy.posting, notBefore).flatMap((expiry) => {
            const smile = fitted.get(expiry);
            return smile === undefined ? [] : [{ underlying, expiry, smile }];
          });
        }),
      );
      fittedAt = now;
      return due.flat();
    },
  };
}

/** Options of a series that the vault's free collateral covers now. */
function coverable(snapshot: Snapshot, underlying: UnderlyingSnapshot, { type, strike }: Offer): number {
  return type === "call" ? underlying.cash : Math.max(0, snapshot.freeLiquidity) / strike;
}

async function fitSmiles(underlying: UnderlyingSnapshot, wanted: readonly number[], now: number, marks: MarkSource) {
  const live = underlying.legs.map(({ expiry }) => expiry).filter((expiry) => expiry > now);
  const fitted = new Map<number, Smile>();
  for (const expiry of new Set([...live, ...wanted])) {
    const market = await marks(underlying.symbol, expiry, underlying.price, now);
    if (market === undefined) continue;
    const years = (expiry - now) / YEAR_SECONDS;
    const start = previousSlice(underlying.smiles, expiry);
    const slice = fitSvi({ quotes: market.quotes, years, start });
    fitted.set(expiry, { slice: repairSvi({ slice, years, quotes: market.quotes }), carry: market.carry });
  }
  return fitted;
}

function previousSlice(smiles: readonly PostedSmile[], expiry: number) {
  return smiles.find((smile) => smile.expiry === expiry)?.slice;
}
