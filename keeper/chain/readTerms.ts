import type { Address, Hash, PublicClient } from "viem";
import { optionMarketAbi, volSurfaceAbi } from "./abi.ts";
import type { AddressBook } from "./addressBook.ts";
import { decodeSlice } from "./postedSlice.ts";
import { read, readGroups } from "./reads.ts";
import type { PostedSmile } from "./snapshot.ts";
import type { UnderlyingState } from "./underlyingState.ts";
import { fromWad } from "./units.ts";

/** An underlying's state with the terms of its legs. */
type UnderlyingTerms = UnderlyingState & { readonly smiles: readonly PostedSmile[] };

type Term = { readonly underlying: Address; readonly expiry: number };

/** Adds to each underlying what its expiries are valued by: posted smiles ahead, settlement prices behind; one call for all. */
export async function readTerms(
  client: PublicClient,
  blockHash: Hash,
  { contracts, multicall3 }: AddressBook,
  states: readonly UnderlyingState[],
  now: number,
  extraExpiries: readonly number[],
): Promise<readonly UnderlyingTerms[]> {
  const terms = states.flatMap(({ address, legs }): Term[] =>
    [...new Set([...legs.map((leg) => leg.expiry), ...extraExpiries])]
      .sort((a, b) => a - b)
      .map((expiry) => ({ underlying: address, expiry })),
  );
  const live = terms.filter(({ expiry }) => expiry > now);
  const expired = terms.filter(({ expiry }) => expiry <= now);
  const [words, prices] = await readGroups(client, multicall3, blockHash, [
    live.map(({ underlying, expiry }) => read(contracts.volSurface, volSurfaceAbi, "packedSlice", [underlying, BigInt(expiry)])),
    expired.map(({ underlying, expiry }) =>
      read(contracts.optionMarket, optionMarketAbi, "settlementPrice", [underlying, BigInt(expiry)]),
    ),
  ]);
  return states.map((state) => ({
    ...state,
    smiles: live.flatMap(({ underlying, expiry }, index): PostedSmile[] => {
      const posted = underlying === state.address ? decodeSlice(words[index] ?? 0n) : undefined;
      if (posted === undefined) return [];
      const { carry, ...slice } = posted.slice;
      return [{ expiry, slice, carry, postedAt: posted.postedAt }];
    }),
    legs: state.legs.map((leg) => {
      const price = prices[expired.findIndex(({ underlying, expiry }) => underlying === state.address && expiry === leg.expiry)];
      return price === undefined || price === 0n ? leg : { ...leg, settlementPrice: fromWad(price) };
    }),
  }));
}
