import type { Snapshot } from "../../chain/snapshot.ts";
import type { Desk, Posting } from "../../desk/desk.ts";
import type { TwinMarket } from "./twinMarket.ts";

/** A series settled and collected at its first round from expiry on. */
export type Collection = { readonly underlying: Snapshot["underlyings"][number]; readonly expiry: number; readonly price: number };

/** What the operator sends at one block. */
export type Errand = { readonly strikes: boolean; readonly collected: readonly Collection[]; readonly postings: readonly Posting[] };

const EPOCH_SECONDS = 86_400;

/** The demo's operator off the chain: what is due and possible first, smiles where nothing is due. */
export function createTwinOperator({ queue }: Snapshot, desk: Desk, market: TwinMarket): (snapshot: Snapshot) => Promise<Errand> {
  let { cutoff } = queue;
  return async (snapshot) => {
    const collected = snapshot.underlyings.flatMap((underlying) => due(snapshot, underlying, market));
    const strikes = snapshot.block.timestamp >= cutoff && canStrike(snapshot, cutoff, market);
    if (strikes) cutoff += EPOCH_SECONDS;
    const isBusy = strikes || collected.length > 0;
    return { strikes, collected, postings: isBusy ? [] : await desk.postings(snapshot) };
  };
}

/** An epoch is struck at prices observed after its cutoff, of everything the vault has. */
function canStrike({ underlyings }: Snapshot, cutoff: number, market: TwinMarket): boolean {
  return underlyings.every(({ symbol, legs, holdings }) => {
    const isHeld = holdings !== 0 || legs.length > 0;
    return !isHeld || (market.roundsOf(symbol).at(-1)?.timestamp ?? 0) >= cutoff;
  });
}

function due({ block }: Snapshot, underlying: Snapshot["underlyings"][number], market: TwinMarket): readonly Collection[] {
  const expiries = new Set(underlying.legs.map(({ expiry }) => expiry).filter((expiry) => expiry <= block.timestamp));
  return [...expiries].flatMap((expiry) => {
    const round = market.roundsOf(underlying.symbol).find(({ timestamp }) => timestamp >= expiry);
    return round === undefined ? [] : [{ underlying, expiry, price: Number(round.answer) / 1e8 }];
  });
}
