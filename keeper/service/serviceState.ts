import type { VaultView } from "./vaultView.ts";

/**
 * - starting: no block was looked at yet. running: the last block was decided on. stuck: it could not be read or decided on.
 * - standby: another keeper holds the lease. halted: a person must act, nothing more will be done.
 */
export type Phase = "starting" | "running" | "stuck" | "standby" | "halted";

/** A decision that was carried out, refused, or an errand; holds are not kept here. */
export type Act = {
  readonly decisionId: number;
  readonly block: number;
  /** Unix seconds, the block's own. */
  readonly timestamp: number;
  readonly verdict: string;
  readonly reason: string;
  readonly transaction: string | undefined;
  /** Of the transaction once it is mined. */
  readonly hash: string | undefined;
  readonly hedgeErrors: readonly { readonly underlying: string; readonly before: number; readonly after: number }[];
  /** Quote by part, once measured. */
  readonly costs: Readonly<Record<string, number>>;
};

/** A transaction that is not settled. */
export type InFlightView = {
  readonly decisionId: number;
  readonly sender: string;
  readonly nonce: number | null;
  readonly state: string;
  /** Of every attempt, oldest first. */
  readonly hashes: readonly string[];
  readonly createdBlock: number;
};

/** Where the profit since the keeper started came from, quote. The parts sum to `total`, the change of equity less gas. */
export type PnlView = {
  /** Unix seconds of the first block. */
  readonly since: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly crossVol: number;
  readonly theta: number;
  readonly carry: number;
  /** What hedges cost in fees and slippage, and in gas; negative. */
  readonly execution: number;
  readonly gas: number;
  /** Deposits, redemptions, premiums, what others did, and third-order moves. */
  readonly other: number;
  readonly total: number;
};

/** One vault as the service sees it; everything is plain JSON. */
export type VaultState = {
  /** "chain id:vault address". */
  readonly key: string;
  readonly chainId: number;
  readonly vault: string;
  readonly phase: Phase;
  /** One line with the cause and the cure, when stuck, standing by or halted. */
  readonly problem: string | undefined;
  /** When the phase was last confirmed, unix milliseconds of this machine. */
  readonly seenAt: number;
  readonly view: VaultView | undefined;
  readonly pnl: PnlView | undefined;
  readonly inFlight: readonly InFlightView[];
  /** Newest first. */
  readonly acts: readonly Act[];
};

/** One block of one underlying, for charts. */
export type HistoryPoint = {
  readonly block: number;
  readonly timestamp: number;
  readonly symbol: string;
  readonly price: number;
  readonly equity: number;
  /** Under the belief that is hedged when there is a plan, else as the guard measures it. */
  readonly hedgeError: number;
  /** The no-trade region; absent while nothing can be decided. */
  readonly lower: number | undefined;
  readonly upper: number | undefined;
};

/** What the running service knows, read-only. */
export type ServiceState = {
  current(): readonly VaultState[];
  /** The last blocks of one vault, oldest first. */
  history(key: string): readonly HistoryPoint[];
  /** Tells every change of one vault. @returns how to stop being told */
  subscribe(listener: (state: VaultState) => void): () => void;
};

/** What the loops write; the reader's side is `ServiceState`. */
export type StateWriter = {
  /** Changes what is known of one vault and tells it to all listeners. */
  update(key: string, change: Partial<Omit<VaultState, "key" | "chainId" | "vault" | "seenAt">>): void;
};

const HISTORY_BLOCKS = 720;

export const vaultKey = (chainId: number, vault: string) => `${chainId}:${vault}`;

/** @param now  unix milliseconds */
export function createServiceState(
  vaults: readonly { readonly chainId: number; readonly vault: string }[],
  now: () => number,
): ServiceState & StateWriter {
  const blank = { phase: "starting", problem: undefined, view: undefined, pnl: undefined, inFlight: [], acts: [] } as const;
  const states = new Map<string, VaultState>(
    vaults.map(({ chainId, vault }) => {
      const key = vaultKey(chainId, vault);
      return [key, { key, chainId, vault, seenAt: now(), ...blank }];
    }),
  );
  const histories = new Map<string, HistoryPoint[]>([...states.keys()].map((key) => [key, []]));
  const listeners = new Set<(state: VaultState) => void>();

  return {
    current: () => [...states.values()],
    history: (key) => histories.get(key) ?? [],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update(key, change) {
      const before = states.get(key);
      if (before === undefined) return;
      const after: VaultState = { ...before, ...change, seenAt: now() };
      states.set(key, after);
      if (change.view !== undefined) remember(histories.get(key) ?? [], change.view);
      for (const listener of listeners) listener(after);
    },
  };
}

function remember(history: HistoryPoint[], { block, equity, underlyings }: VaultView): void {
  for (const { symbol, price, hedgeError, plan } of underlyings)
    history.push({
      block: block.number,
      timestamp: block.timestamp,
      symbol,
      price,
      equity,
      hedgeError: plan?.hedgeError ?? hedgeError.value,
      lower: plan?.region.lower,
      upper: plan?.region.upper,
    });
  const most = HISTORY_BLOCKS * underlyings.length;
  if (history.length > most) history.splice(0, history.length - most);
}
