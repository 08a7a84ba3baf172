import type { Book } from "../risk/book.ts";
import type { Snapshot, UnderlyingSnapshot } from "./snapshot.ts";

/** The book of one underlying as the risk stage takes it. */
export function toBook(snapshot: Snapshot, underlying: UnderlyingSnapshot): Book {
  return {
    underlying: underlying.symbol,
    spot: underlying.price,
    now: snapshot.block.timestamp,
    legs: underlying.legs,
    smiles: new Map(underlying.smiles.map((smile) => [smile.expiry, smile])),
    holdings: underlying.holdings,
    targetDelta: underlying.targetDelta,
  };
}
