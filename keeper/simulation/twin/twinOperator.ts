import type { Snapshot, UnderlyingSnapshot } from "../../chain/snapshot.ts";
import { waitingEpoch } from "../../chain/waitingEpoch.ts";
import type { Desk, Posting } from "../../desk/desk.ts";
import type { TwinMarket } from "./twinMarket.ts";

/** A series settled and collected at its first round from expiry on. */
type Collection = { readonly underlying: UnderlyingSnapshot; readonly expiry: number; readonly price: number };

/** What the operator sends at one block. */
export type Errand = {
  readonly strikes: boolean;
  readonly collected: readonly Collection[];
  readonly postings: readonly Posting[];
};

/**
 * The demo's operator off the chain: what is due and possible first, smiles where nothing is due.
 */
export async function twinErrand(snapshot: Snapshot, desk: Desk, market: TwinMarket): Promise<Errand | undefined> {
  const collected = snapshot.underlyings.flatMap((underlying) => due(snapshot, underlying, market));
  const waiting = waitingEpoch(snapshot);
  const strikes = waiting !== undefined && canStrike(snapshot, waiting.notBefore, market);
  if (strikes || collected.length > 0) return { strikes, collected, postings: [] };
  const postings = await desk.postings(snapshot);
  return postings.length > 0 ? { strikes, collected, postings } : undefined;
}

/** An epoch is struck at prices and smiles from after its cutoff, of everything the vault has. */
function canStrike({ underlyings }: Snapshot, cutoff: number, market: TwinMarket): boolean {
  return underlyings.every(({ symbol, legs, holdings, smiles }) => {
    if (holdings === 0 && legs.length === 0) return true;
    const isOld = smiles.some(({ expiry, postedAt }) => postedAt < cutoff && legs.some((leg) => leg.expiry === expiry));
    return !isOld && (market.roundsOf(symbol).at(-1)?.timestamp ?? 0) >= cutoff;
  });
}

function due({ block }: Snapshot, underlying: UnderlyingSnapshot, market: TwinMarket): readonly Collection[] {
  const expiries = new Set(underlying.legs.map(({ expiry }) => expiry).filter((expiry) => expiry <= block.timestamp));
  return [...expiries].flatMap((expiry) => {
    const round = market.roundsOf(underlying.symbol).find(({ timestamp }) => timestamp >= expiry);
    return round === undefined ? [] : [{ underlying, expiry, price: Number(round.answer) / 1e8 }];
  });
}
