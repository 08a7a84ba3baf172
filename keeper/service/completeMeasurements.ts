import type { PublicClient } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { StaleDataError } from "../errors.ts";
import { receiptOf } from "../execution/lookUp.ts";
import type { Journal } from "../store/journal.ts";
import type { DecisionSettings } from "./decide.ts";
import type { Logger } from "./log.ts";
import { outcomeOf } from "./outcomeOf.ts";

/** More than one keeper leaves behind; what lies further back has had its chances. */
const MOST = 50;

export type CompleteMeasurementsOptions = {
  readonly client: PublicClient;
  readonly addresses: AddressBook;
  readonly journal: Pick<Journal, "unmeasured" | "measure">;
  readonly settings: Pick<DecisionSettings, "gasAsset">;
  readonly log: Logger;
};

/**
 * Measures the confirmed hedges of one vault that were not when they settled: recovery found them mined, or the block that told failed.
 * Each is measured on the snapshot it was decided on, so that the figures do not depend on when that happens.
 * @throws ChainError when the node fails
 */
export async function completeMeasurements(options: CompleteMeasurementsOptions): Promise<void> {
  const { client, addresses, journal, settings, log } = options;
  for (const { decisionId, snapshot, hash } of await journal.unmeasured(addresses.chainId, addresses.contracts.vault, MOST)) {
    const receipt = await receiptOf(client, hash);
    const stays = (why: string) => log.warn(`decision ${decisionId} stays unmeasured: ${why}`);
    if (receipt === null) {
      stays(`the node no longer has the receipt of ${hash}`);
      continue;
    }
    try {
      const outcome = outcomeOf(receipt, snapshot as Snapshot, addresses, settings);
      if (outcome === undefined) stays(`${hash} was no hedge`);
      else await journal.measure(decisionId, outcome);
    } catch (error) {
      if (!(error instanceof StaleDataError)) throw error;
      stays(error.message);
    }
  }
}
