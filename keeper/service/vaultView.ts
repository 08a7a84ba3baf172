import type { AddressBook } from "../chain/addressBook.ts";
import type { PostedSmile, QueueState, Snapshot, UnderlyingSnapshot, WindDownState } from "../chain/snapshot.ts";
import type { NoTradeRegion } from "../hedging/noTradeRegion.ts";
import type { OptionLeg } from "../risk/book.ts";
import type { Decision } from "./decide.ts";

/** A Greek of one underlying against the limit the guard holds it to. */
export type Limited = { readonly value: number; readonly limit: number };

export type UnderlyingView = {
  readonly symbol: string;
  readonly price: number;
  /** Since the feed's last answer, in the block's time. */
  readonly oracleAgeSeconds: number;
  readonly holdings: number;
  readonly legs: readonly OptionLeg[];
  readonly smiles: readonly PostedSmile[];
  /** delta − target as the guard measures it. */
  readonly hedgeError: Limited;
  readonly gamma: Limited;
  readonly vega: Limited;
  /** What was decided about it: the error under the belief that is hedged and its region; absent while nothing can be decided. */
  readonly plan:
    | {
        readonly verdict: "hold" | "hedge";
        readonly belief: string;
        readonly hedgeError: number;
        readonly region: NoTradeRegion;
        /** Units; positive = buy. */
        readonly trade: number;
        readonly cost: number;
        readonly saves: number;
      }
    | undefined;
};

/** How a vault stands at one block: plain numbers, fit for JSON (which turns an infinite health into null). */
export type VaultView = {
  readonly chainId: number;
  readonly vault: string;
  readonly quote: string;
  readonly block: { readonly number: number; readonly hash: string; readonly timestamp: number; readonly baseFeeGwei: number };
  readonly equity: number;
  readonly quoteCash: number;
  readonly quoteLent: number;
  readonly freeLiquidity: number;
  /** Aave health factor; Infinity without debt. */
  readonly health: number;
  readonly healthFloor: number;
  readonly budget: { readonly left: number; readonly limit: number };
  readonly paused: boolean;
  readonly queue: QueueState;
  readonly windDown: WindDownState;
  readonly underlyings: readonly UnderlyingView[];
  /** "refuse": nothing could be decided, and the reason says why. */
  readonly decision: { readonly verdict: Decision["verdict"] | "refuse"; readonly reason: string };
};

/** @param decision  of this snapshot, or why there is none */
export function vaultView({ chainId, quote }: AddressBook, snapshot: Snapshot, decision: Decision | string): VaultView {
  const { block, vault, equity, quoteCash, quoteLent, freeLiquidity, health, healthFloor, paused, queue, windDown } = snapshot;
  return {
    chainId,
    vault,
    quote: quote.symbol,
    block: {
      number: Number(block.number),
      hash: block.hash,
      timestamp: block.timestamp,
      baseFeeGwei: Number(block.baseFeeWei) / 1e9,
    },
    equity,
    quoteCash,
    quoteLent,
    freeLiquidity,
    health,
    healthFloor,
    budget: { left: snapshot.budgetLeft, limit: snapshot.budgetLimit },
    paused,
    queue,
    windDown,
    underlyings: snapshot.underlyings.map((each) => underlyingView(block.timestamp, each, decision)),
    decision:
      typeof decision === "string"
        ? { verdict: "refuse", reason: decision }
        : { verdict: decision.verdict, reason: decision.reason },
  };
}

function underlyingView(now: number, underlying: UnderlyingSnapshot, decision: Decision | string): UnderlyingView {
  const { symbol, price, oracleAt, holdings, legs, smiles, targetDelta, limits, onChain } = underlying;
  const plan = typeof decision === "string" ? undefined : decision.plans.find((each) => each.underlying === symbol);
  return {
    symbol,
    price,
    oracleAgeSeconds: now - oracleAt,
    holdings,
    legs,
    smiles,
    hedgeError: { value: onChain.delta - targetDelta, limit: limits.delta },
    gamma: { value: onChain.gamma, limit: limits.gamma },
    vega: { value: onChain.vega, limit: limits.vega },
    plan: plan && {
      verdict: plan.verdict,
      belief: plan.belief,
      hedgeError: plan.hedgeError,
      region: plan.region,
      trade: plan.trade,
      cost: plan.cost,
      saves: plan.saves,
    },
  };
}
