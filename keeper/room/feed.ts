import type { Act, HistoryPoint, ServiceState, VaultState } from "../service/serviceState.ts";
import { type Check, checks, type Level, worst } from "./checks.ts";
import type { EarnedPnl, PnlHistory, PnlPoint } from "./pnlHistory.ts";
import { type SurfaceCurves, smileCurves } from "./smileCurves.ts";

/** One vault in the list of all. */
export type VaultLine = {
  readonly key: string;
  readonly chainId: number;
  readonly vault: string;
  readonly level: Level;
  /** What is wrong, or what the keeper last decided. */
  readonly says: string;
  readonly quote: string;
  readonly block: number | undefined;
  readonly equity: number | undefined;
  readonly pnl: number | undefined;
  readonly underlyings: readonly string[];
  /** The largest hedge error as a share of the way to its trigger; above 1 it is outside its region. */
  readonly regionUse: number | undefined;
};

/** The vault one looks at. */
export type VaultDetail = Omit<VaultState, "acts" | "view" | "pnl"> & {
  readonly view: VaultState["view"];
  readonly pnl: EarnedPnl | undefined;
  readonly checks: readonly Check[];
  readonly surfaces: readonly SurfaceCurves[];
};

/** What one connected page is told. */
export type RoomMessage = {
  /** The server's clock, unix milliseconds. */
  readonly at: number;
  /** Without a block for so long what is shown is stale. */
  readonly staleMs: number;
  readonly vaults: readonly VaultLine[];
  readonly vault: VaultDetail | undefined;
  /** Absent when they are as they were. */
  readonly acts: readonly Act[] | undefined;
  /** Since the message before; all of them when `whole`. */
  readonly points: readonly HistoryPoint[];
  readonly pnlPoints: readonly PnlPoint[];
  readonly whole: boolean;
};

export type FeedOptions = {
  readonly state: ServiceState;
  readonly pnlHistory: PnlHistory;
  readonly staleMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
};

/**
 * What one page is told next, each message only with what the one before did not say.
 * @param key  the vault it looks at; the list alone when there is none of that name
 */
export function createFeed({ state, pnlHistory, staleMs, now }: FeedOptions, key: string): () => RoomMessage {
  let acts: readonly Act[] | undefined;
  let lastPoint: HistoryPoint | undefined;
  let lastPnl: PnlPoint | undefined;

  return () => {
    const all = state.current();
    const vault = all.find((each) => each.key === key);
    const history = state.history(key);
    const pnlPoints = pnlHistory.points(key);
    const whole =
      lastPoint === undefined || !history.includes(lastPoint) || (lastPnl !== undefined && !pnlPoints.includes(lastPnl));
    const message: RoomMessage = {
      at: now(),
      staleMs,
      vaults: all.map((each) => vaultLine(each, pnlHistory.now(each.key)?.total)),
      vault: vault && detail(vault, pnlHistory.now(key)),
      acts: vault?.acts === acts ? undefined : vault?.acts,
      points: whole ? history : history.slice(history.lastIndexOf(lastPoint as HistoryPoint) + 1),
      pnlPoints: whole || lastPnl === undefined ? pnlPoints : pnlPoints.slice(pnlPoints.lastIndexOf(lastPnl) + 1),
      whole,
    };
    acts = vault?.acts;
    lastPoint = history.at(-1);
    lastPnl = pnlPoints.at(-1);
    return message;
  };
}

function detail({ acts: _, ...state }: VaultState, pnl: EarnedPnl | undefined): VaultDetail {
  const { view } = state;
  const surfaces = view?.underlyings.map((each) => smileCurves(each, view.block.timestamp)) ?? [];
  return { ...state, pnl, checks: checks({ ...state, acts: [] }), surfaces };
}

function vaultLine(state: VaultState, pnl: number | undefined): VaultLine {
  const { key, chainId, vault, view } = state;
  const problem = worst(checks(state));
  const uses =
    view?.underlyings.flatMap(({ plan }) => (plan === undefined ? [] : [regionUse(plan.hedgeError, plan.region)])) ?? [];
  return {
    key,
    chainId,
    vault,
    level: problem?.level ?? "good",
    says: problem ? `${problem.name}: ${problem.value}. ${problem.note}` : (view?.decision.reason ?? ""),
    quote: view?.quote ?? "",
    block: view?.block.number,
    equity: view?.equity,
    pnl,
    underlyings: view?.underlyings.map(({ symbol }) => symbol) ?? [],
    regionUse: uses.length > 0 ? Math.max(...uses) : undefined,
  };
}

/** How far from the middle of its region to the trigger an error is: 0 in the middle, 1 at the trigger. */
function regionUse(error: number, { lower, upper }: { readonly lower: number; readonly upper: number }): number {
  const half = (upper - lower) / 2;
  const distance = Math.abs(error - (upper + lower) / 2);
  return half > 0 ? distance / half : distance > 0 ? Number.MAX_VALUE : 0;
}
