import type { Hash, PublicClient } from "viem";
import { optionMarketAbi, volSurfaceAbi } from "./abi.ts";
import type { AddressBook } from "./addressBook.ts";
import type { Term } from "./marketMemory.ts";
import { decodeSlice } from "./postedSlice.ts";
import { read, readGroups } from "./reads.ts";
import type { PostedSmile } from "./snapshot.ts";
import type { UnderlyingState } from "./underlyingState.ts";
import { fromWad } from "./units.ts";

/** An underlying's state with the terms of its legs. */
type UnderlyingTerms = UnderlyingState & { readonly smiles: readonly PostedSmile[] };

/**
 * The terms of all legs and of some more expiries, by underlying and expiry.
 * @param known  terms asked for before: their reads are used again
 */
export function termsOf(
  { contracts }: AddressBook,
  states: readonly UnderlyingState[],
  now: number,
  extraExpiries: readonly number[],
  known: readonly Term[],
): readonly Term[] {
  return states.flatMap(({ address, legs }) =>
    [...new Set([...legs.map((leg) => leg.expiry), ...extraExpiries])]
      .sort((a, b) => a - b)
      .flatMap((expiry): Term[] => {
        const term = { underlying: address, expiry };
        const same = known.filter(
          (each) => each.underlying === address && each.expiry === expiry && isLive(each) === expiry > now,
        );
        if (same.length > 0) return same;
        const args = [address, BigInt(expiry)] as const;
        const { volSurface, optionMarket } = contracts;
        if (expiry <= now)
          return [{ ...term, what: "settlement", read: read(optionMarket, optionMarketAbi, "settlementPrice", args) }];
        return [
          { ...term, what: "smile", read: read(volSurface, volSurfaceAbi, "packedSlice", args) },
          { ...term, what: "tradableFrom", read: read(volSurface, volSurfaceAbi, "tradableFrom", args) },
        ];
      }),
  );
}

/** Whether it was asked while its expiry was ahead. */
export function isLive({ what }: Term): boolean {
  return what !== "settlement";
}

/** Adds to each underlying what its terms say; those without an answer yet are asked for, in one call for all. */
export async function readTerms(
  client: PublicClient,
  blockHash: Hash,
  { multicall3 }: AddressBook,
  states: readonly UnderlyingState[],
  terms: readonly Term[],
  answered: ReadonlyMap<Term, bigint>,
): Promise<readonly UnderlyingTerms[]> {
  const missing = terms.filter((term) => !answered.has(term));
  const [late] = await readGroups(client, multicall3, blockHash, [missing.map((term) => term.read)]);
  const answers = new Map([...answered, ...missing.map((term, index) => [term, late[index] ?? 0n] as const)]);
  return states.map((state) => {
    const own = terms.filter(({ underlying }) => underlying === state.address);
    return {
      ...state,
      smiles: own.flatMap((term): PostedSmile[] => {
        const posted = term.what === "smile" ? decodeSlice(answers.get(term) ?? 0n) : undefined;
        if (posted === undefined) return [];
        const { carry, ...slice } = posted.slice;
        const tradable = own.find(({ expiry, what }) => expiry === term.expiry && what === "tradableFrom");
        const tradableFrom = tradable === undefined ? Number.POSITIVE_INFINITY : Number(answers.get(tradable));
        return [{ expiry: term.expiry, slice, carry, postedAt: posted.postedAt, tradableFrom }];
      }),
      legs: state.legs.map((leg) => {
        const term = own.find(({ expiry, what }) => expiry === leg.expiry && what === "settlement");
        const price = term === undefined ? 0n : (answers.get(term) ?? 0n);
        return price === 0n ? leg : { ...leg, settlementPrice: fromWad(price) };
      }),
    };
  });
}
