import { isDeepStrictEqual } from "node:util";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { InvalidInputError, KeelError } from "../errors.ts";
import type { RegionAnswer } from "../hedging/solvedRegion.ts";
import type { JournalEntry } from "../store/journal.ts";
import { decodeLossless, encodeLossless } from "../store/losslessJson.ts";
import { type Decision, type DecisionSettings, decide } from "./decide.ts";
import type { Offers } from "./decideTake.ts";

/** What a decision rests on besides its snapshot, as the journal keeps it. */
export type DecisionInputs = {
  readonly settings: DecisionSettings;
  readonly provisions: Readonly<Record<string, number>>;
  /** What the solver had said of each underlying's region at that moment. */
  readonly regions: Record<string, RegionAnswer>;
  /** Dealers' quotes that were looked at; absent in rows of keepers without dealers. */
  offers?: Offers;
};

export type Replay = {
  /** Whether it comes out as it was recorded: the same plan, or the same refusal. */
  readonly same: boolean;
  readonly recorded: { readonly plan: unknown; readonly reason: string };
  readonly replayed: { readonly plan: unknown; readonly reason: string };
};

/**
 * Decides once more on a recorded snapshot, with the recorded settings and regions.
 * @param addresses  of the deployment that was decided on
 * @throws InvalidInputError for a row that is no decision of the keeper's: errands, and blocks that could not be read
 */
export function replay({ decision }: JournalEntry, addresses: AddressBook): Replay {
  const { id, plan, reason, verdict } = decision;
  if (decision.snapshot === null || decision.inputs === null)
    throw new InvalidInputError(`Decision ${id} (${verdict}: ${reason}) was not made on a snapshot: choose one of the keeper's`, {
      id,
    });
  const inputs = decision.inputs as DecisionInputs;
  const replayed = again(decision.snapshot as Snapshot, addresses, inputs);
  const same = plan === null ? reason === replayed.reason : isDeepStrictEqual(stored(replayed.plan), plan);
  return { same, recorded: { plan, reason }, replayed };
}

function again(
  snapshot: Snapshot,
  addresses: AddressBook,
  { settings, provisions, regions, offers }: DecisionInputs,
): Replay["replayed"] {
  try {
    const lookUp = ({ underlying }: { underlying: string }) => regions[underlying] ?? { missing: "it was not looked up" };
    const decision = decide(snapshot, addresses, settings, new Map(Object.entries(provisions)), lookUp, offers);
    return { plan: planOf(decision), reason: decision.reason };
  } catch (error) {
    if (!(error instanceof KeelError)) throw error;
    return { plan: null, reason: error.message };
  }
}

/** The plan as the journal keeps it: numbers and lines, no maps. */
export function planOf(decision: Decision): unknown {
  const { plans, greeks, actions, routes, take, healthAfter } = decision;
  return { plans, greeks: Object.fromEntries(greeks), actions, routes, take, healthAfter };
}

/** As it comes back from the store: undefined properties are left out there. */
function stored(plan: unknown): unknown {
  return decodeLossless(JSON.parse(encodeLossless(plan)));
}
