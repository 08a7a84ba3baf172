import type { PublicClient } from "viem";
import { aggregatorProxyAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { toHead } from "../chain/blockSource.ts";
import { readSnapshot } from "../chain/readSnapshot.ts";
import type { BlockHead, QueueState, WindDownState } from "../chain/snapshot.ts";
import { fromWad } from "../chain/units.ts";
import { KeelError } from "../errors.ts";
import { type Decision, type DecisionSettings, decide, regionRequests } from "./decide.ts";
import type { Regions } from "./solveRegions.ts";

/** A Greek of one underlying against the limit the guard holds it to. */
export type Limited = { readonly value: number; readonly limit: number };

export type UnderlyingStatus = {
  readonly symbol: string;
  readonly price: number;
  /** Since the feed's last answer, in the block's time. */
  readonly oracleAgeSeconds: number;
  readonly holdings: number;
  readonly legs: number;
  /** delta − target. */
  readonly hedgeError: Limited;
  readonly gamma: Limited;
  readonly vega: Limited;
  /** Absent while nothing can be decided. */
  readonly region: { readonly lower: number; readonly upper: number } | undefined;
};

/** How a vault stands at one block. */
export type Status = {
  readonly block: BlockHead;
  readonly equity: number;
  readonly quoteCash: number;
  /** Infinity without debt. */
  readonly health: number;
  readonly healthFloor: number;
  readonly budget: { readonly left: number; readonly limit: number };
  readonly paused: boolean;
  readonly queue: QueueState;
  readonly windDown: WindDownState;
  readonly underlyings: readonly UnderlyingStatus[];
  /** What the keeper would say now, or why it can say nothing. */
  readonly decision: string;
};

/** Reads everything at the newest block. @throws ChainError when the node cannot answer */
export async function readStatus(
  client: PublicClient,
  addresses: AddressBook,
  settings: DecisionSettings,
  regions: Regions,
): Promise<Status> {
  const block = toHead(await client.getBlock());
  const snapshot = await readSnapshot(client, addresses, block);
  const vault = { address: addresses.contracts.vault, abi: vaultAbi } as const;
  const at = { blockNumber: block.number, multicallAddress: addresses.multicall3, allowFailure: false } as const;
  const [limits, feeds] = await Promise.all([
    client.readContract({ ...vault, functionName: "limits", blockNumber: block.number }),
    client.multicall({
      ...at,
      contracts: addresses.underlyings.map(
        ({ feed }) => ({ address: feed, abi: aggregatorProxyAbi, functionName: "latestTimestamp" }) as const,
      ),
    }),
  ]);
  await regions.prepare(regionRequests(snapshot, settings));
  const decision = tryToDecide(() => decide(snapshot, addresses, settings, new Map(), regions.lookUp));
  return {
    block,
    equity: snapshot.equity,
    quoteCash: snapshot.quoteCash,
    health: snapshot.health,
    healthFloor: fromWad(limits.healthFloorWad),
    budget: { left: snapshot.budgetLeft, limit: fromWad(limits.budgetWad) },
    paused: snapshot.paused,
    queue: snapshot.queue,
    windDown: snapshot.windDown,
    decision: typeof decision === "string" ? decision : decision.reason,
    underlyings: snapshot.underlyings.map(
      ({ symbol, price, holdings, legs, targetDelta, limits: bound, onChain }, index): UnderlyingStatus => {
        const region =
          typeof decision === "string" ? undefined : decision.plans.find((each) => each.underlying === symbol)?.region;
        return {
          symbol,
          price,
          oracleAgeSeconds: block.timestamp - Number(feeds[index] ?? 0n),
          holdings,
          legs: legs.length,
          hedgeError: { value: onChain.delta - targetDelta, limit: bound.delta },
          gamma: { value: onChain.gamma, limit: bound.gamma },
          vega: { value: onChain.vega, limit: bound.vega },
          region: region && { lower: region.lower, upper: region.upper },
        };
      },
    ),
  };
}

function tryToDecide(attempt: () => Decision): Decision | string {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof KeelError) return error.message;
    throw error;
  }
}
