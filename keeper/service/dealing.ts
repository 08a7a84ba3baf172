import type { Address, Hex } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import { isSignedByMaker, type SignedRfqQuote } from "../chain/rfqQuote.ts";
import type { BlockHead, Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { KeelError } from "../errors.ts";
import { admitQuotes } from "./admitQuotes.ts";
import type { Offers } from "./decideTake.ts";
import type { Logger } from "./log.ts";
import type { QuoteSource } from "./quotesFromUrl.ts";

export type DealingOptions = {
  readonly addresses: AddressBook;
  readonly sources: readonly QuoteSource[];
  readonly ownSeries: (snapshot: Snapshot) => ReadonlySet<bigint>;
  /** Whether there is a contract at an address: its signature is left to the simulation. */
  readonly isContract: (maker: Address) => Promise<boolean>;
  /** Seconds a quote must still stand when it is decided on. */
  readonly marginSeconds: number;
  readonly log: Logger;
};

/** What one underlying was like when its offers were last looked at. */
type Look = { readonly at: number; readonly spot: number; readonly legs: string };

export type Dealing = ReturnType<typeof createDealing>;

/** Quotes stand for minutes: nobody is asked more often than this. */
const REFRESH_SECONDS = 60;
const LOOK_SECONDS = 3600;
/** What came to nothing with one quote may do so with all: for so long, and at the next block in any case, hedges with spot go first. */
const REST_SECONDS = 60;
/** Move of spot, of the logarithm, after which offers are looked at anew. */
const SPOT_MOVE = 0.01;

/** The outside makers of one vault: fetches what they quote, keeps what could be taken, and says when that is worth a look. */
export function createDealing({ addresses, sources, ownSeries, isContract, marginSeconds, log }: DealingOptions) {
  /** As fetched last, a list a dealer. */
  let quotes: readonly (readonly SignedRfqQuote[])[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  const looks = new Map<string, Look>();
  /** Deadlines of signatures that were tried, one transaction or refusal each. */
  const tried = new Map<Hex, bigint>();
  let refusedAt: BlockHead | undefined;

  function isResting({ number, timestamp }: BlockHead): boolean {
    if (refusedAt === undefined) return false;
    return number <= refusedAt.number + 1n || timestamp < refusedAt.timestamp + REST_SECONDS;
  }

  async function fetchFrom(source: QuoteSource, now: number): Promise<readonly SignedRfqQuote[]> {
    try {
      return await source(now);
    } catch (error) {
      if (!(error instanceof KeelError)) throw error;
      log.warn(error.message);
      return [];
    }
  }

  return {
    /** Asks every dealer when it is time to; one that fails has no quotes until the next time. @param now  unix seconds */
    async refresh(now: number): Promise<void> {
      if (now - fetchedAt < REFRESH_SECONDS) return;
      fetchedAt = now;
      for (const [signature, deadline] of tried) if (deadline < now) tried.delete(signature);
      quotes = await Promise.all(sources.map((source) => fetchFrom(source, now)));
    },

    /**
     * What can be taken at this block, of the underlyings worth a look: their book has changed, spot has moved by a percent or an hour has passed
     * since the last one.
     */
    offers(snapshot: Snapshot): Offers {
      if (isResting(snapshot.block)) return {};
      const fresh = quotes.flat().filter(({ signature }) => !tried.has(signature));
      if (fresh.length === 0) return {};
      const due = snapshot.underlyings.filter((each) => isDue(looks.get(each.symbol), lookAt(snapshot, each)));
      if (due.length === 0) return {};
      const admitted = admitQuotes(fresh, snapshot, addresses, { marginSeconds, ownSeries: ownSeries(snapshot) });
      return Object.fromEntries(
        due.flatMap((underlying) => {
          const offered = admitted[underlying.symbol];
          if (offered === undefined) return [];
          looks.set(underlying.symbol, lookAt(snapshot, underlying));
          return [[underlying.symbol, offered]];
        }),
      );
    },

    /** Whether the maker signed it, as far as a key's signature tells. */
    async isGenuine(signed: SignedRfqQuote): Promise<boolean> {
      const { chainId, contracts } = addresses;
      return (await isSignedByMaker(chainId, contracts.optionMarket, signed)) || isContract(signed.quote.maker);
    },

    /** Who shows one false quote is not listened to until it is asked again. */
    dismiss({ quote }: SignedRfqQuote): void {
      quotes = quotes.map((list) => (list.some((each) => each.quote === quote) ? [] : list));
      looks.clear();
      log.warn(
        { maker: quote.maker },
        "an option quote is not signed by its maker: its dealer counts for nothing until it is asked again",
      );
    },

    /** A take was refused, or has failed, at this block. */
    refused(block: BlockHead): void {
      refusedAt = block;
    },

    /** A quote that was sent or refused is not tried again; without it, what else was on offer is worth another look. */
    used({ quote, signature }: SignedRfqQuote): void {
      tried.set(signature, quote.deadline);
      looks.clear();
    },
  };
}

function lookAt({ block }: Snapshot, { price, legs }: UnderlyingSnapshot): Look {
  return { at: block.timestamp, spot: price, legs: JSON.stringify(legs.filter(({ expiry }) => expiry > block.timestamp)) };
}

/** A book without live options has no gamma or vega to mend. */
function isDue(last: Look | undefined, now: Look): boolean {
  if (now.legs === "[]") return false;
  if (last === undefined || last.legs !== now.legs) return true;
  return Math.abs(Math.log(now.spot / last.spot)) > SPOT_MOVE || now.at - last.at >= LOOK_SECONDS;
}
