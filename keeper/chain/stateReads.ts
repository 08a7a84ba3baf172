import { multicall3Abi } from "viem";
import { aavePoolAbi, aaveV3VenueAbi, aggregatorProxyAbi, shareQueueAbi, vaultAbi, volSurfaceAbi } from "./abi.ts";
import type { AddressBook, UnderlyingAddresses } from "./addressBook.ts";
import { poolReads } from "./poolReads.ts";
import { read } from "./reads.ts";

/** What is read of the vault as a whole. */
function vaultReads({ contracts, quote, aavePool, multicall3 }: AddressBook) {
  const { vault, aaveVenue, shareQueue, volSurface } = contracts;
  return [
    read(vault, vaultAbi, "cashOf", [quote.address]),
    read(vault, vaultAbi, "freeLiquidity", []),
    read(vault, vaultAbi, "budgetLeft", []),
    read(aaveVenue, aaveV3VenueAbi, "exposure", [quote.address]),
    read(aavePool, aavePoolAbi, "getReserveData", [quote.address]),
    read(shareQueue, shareQueueAbi, "openEpoch", []),
    read(shareQueue, shareQueueAbi, "epochLength", []),
    read(shareQueue, shareQueueAbi, "struck", []),
    read(vault, vaultAbi, "paused", []),
    read(vault, vaultAbi, "limits", []),
    read(vault, vaultAbi, "windDown", []),
    read(volSurface, volSurfaceAbi, "seasoning", []),
    read(multicall3, multicall3Abi, "getCurrentBlockTimestamp", []),
  ] as const;
}

/** What is read of one underlying. */
export function underlyingReads({ contracts, aavePool }: AddressBook, { address, feed }: UnderlyingAddresses) {
  const { vault, aaveVenue } = contracts;
  return [
    read(vault, vaultAbi, "cashOf", [address]),
    read(aaveVenue, aaveV3VenueAbi, "exposure", [address]),
    read(vault, vaultAbi, "exposureOf", [address]),
    read(vault, vaultAbi, "legsOf", [address]),
    read(vault, vaultAbi, "boundariesOf", [address]),
    read(aavePool, aavePoolAbi, "getReserveData", [address]),
    read(feed, aggregatorProxyAbi, "latestRoundData", []),
  ] as const;
}

export type StateReads = {
  readonly vault: ReturnType<typeof vaultReads>;
  readonly underlyings: readonly ReturnType<typeof underlyingReads>[];
  readonly pools: ReturnType<typeof poolReads>;
};

const known = new WeakMap<AddressBook, StateReads>();

/** The state reads of a deployment; encoded once, because only the block changes. */
export function stateReads(addresses: AddressBook): StateReads {
  const reads = known.get(addresses) ?? {
    vault: vaultReads(addresses),
    underlyings: addresses.underlyings.map((underlying) => underlyingReads(addresses, underlying)),
    pools: poolReads(addresses),
  };
  known.set(addresses, reads);
  return reads;
}
