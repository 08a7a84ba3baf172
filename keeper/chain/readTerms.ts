import type { Address, PublicClient } from "viem";
import { optionMarketAbi, volSurfaceAbi } from "./abi.ts";
import type { AddressBook } from "./addressBook.ts";
import { decodeSlice } from "./postedSlice.ts";
import type { UnderlyingState } from "./readUnderlying.ts";
import type { Pinned, PostedSmile, UnderlyingSnapshot } from "./snapshot.ts";
import { fromWad } from "./units.ts";

type Term = { readonly underlying: Address; readonly expiry: number };

/** Adds to each underlying what its expiries are valued by: posted smiles ahead, settlement prices behind; one multicall each for all. */
export async function readTerms(
  client: PublicClient,
  at: Pinned,
  { contracts }: AddressBook,
  states: readonly UnderlyingState[],
  now: number,
  extraExpiries: readonly number[],
): Promise<readonly UnderlyingSnapshot[]> {
  const terms = states.flatMap(({ address, legs }): Term[] =>
    [...new Set([...legs.map((leg) => leg.expiry), ...extraExpiries])]
      .sort((a, b) => a - b)
      .map((expiry) => ({ underlying: address, expiry })),
  );
  const live = terms.filter(({ expiry }) => expiry > now);
  const expired = terms.filter(({ expiry }) => expiry <= now);
  const call = <T>(contract: T, { underlying, expiry }: Term) => ({ ...contract, args: [underlying, BigInt(expiry)] }) as const;
  const surface = { address: contracts.volSurface, abi: volSurfaceAbi, functionName: "packedSlice" } as const;
  const market = { address: contracts.optionMarket, abi: optionMarketAbi, functionName: "settlementPrice" } as const;
  const [words, prices] = await Promise.all([
    client.multicall({ ...at, contracts: live.map((term) => call(surface, term)) }),
    expired.length === 0 ? [] : client.multicall({ ...at, contracts: expired.map((term) => call(market, term)) }),
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
