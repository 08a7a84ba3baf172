import type { PublicClient } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import { toHead } from "../chain/blockSource.ts";
import { readSnapshot } from "../chain/readSnapshot.ts";
import { KeelError } from "../errors.ts";
import { type Decision, type DecisionSettings, decide, regionRequests } from "./decide.ts";
import type { Regions } from "./solveRegions.ts";
import { type VaultView, vaultView } from "./vaultView.ts";

/** How a vault stands at the newest block and what the keeper would say now. @throws ChainError when the node cannot answer */
export async function readStatus(
  client: PublicClient,
  addresses: AddressBook,
  settings: DecisionSettings,
  regions: Regions,
): Promise<VaultView> {
  const snapshot = await readSnapshot(client, addresses, toHead(await client.getBlock()));
  await regions.prepare(regionRequests(snapshot, settings));
  return vaultView(
    addresses,
    snapshot,
    tryToDecide(() => decide(snapshot, addresses, settings, new Map(), regions.lookUp)),
  );
}

function tryToDecide(attempt: () => Decision): Decision | string {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof KeelError) return error.message;
    throw error;
  }
}
