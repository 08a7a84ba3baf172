import type { PnlView, ServiceState, VaultState } from "../service/serviceState.ts";

/** P&L since the keeper started, as it stood at one block, quote. */
export type PnlPoint = { readonly timestamp: number; readonly total: number; readonly market: number; readonly cost: number };

/** P&L without what depositors brought and took. */
export type EarnedPnl = PnlView & { readonly flows: number };

/** How the P&L of every vault came about, block by block. */
export type PnlHistory = {
  now(key: string): EarnedPnl | undefined;
  /** Oldest first. */
  points(key: string): readonly PnlPoint[];
};

type Memory = { pnl: EarnedPnl; struck: string; raw: PnlView; readonly points: PnlPoint[] };

const BLOCKS = 720;

/**
 * Remembers the P&L of every vault from now on. What nothing explains in a block in which the share queue was struck is taken for deposits less
 * redemptions, which are nobody's profit.
 */
export function createPnlHistory(state: ServiceState): PnlHistory {
  const memories = new Map<string, Memory>();
  for (const vault of state.current()) remember(vault);
  state.subscribe(remember);

  function remember({ key, view, pnl: raw }: VaultState): void {
    const known = memories.get(key);
    if (view === undefined || raw === undefined || raw === known?.raw) return;
    const struck = `${view.queue.struckDeposits} ${view.queue.struckRedemptions}`;
    const isStruck = known !== undefined && known.struck !== struck;
    const flows = (known?.pnl.flows ?? 0) + (isStruck ? raw.other - known.raw.other : 0);
    const pnl = { ...raw, flows, other: raw.other - flows, total: raw.total - flows };
    const points = known?.points ?? [];
    const { timestamp } = view.block;
    // A block told about twice, or a reorg, replaces what was said of its time.
    while ((points.at(-1)?.timestamp ?? 0) >= timestamp) points.pop();
    const market = pnl.delta + pnl.gamma + pnl.vega + pnl.crossVol + pnl.theta;
    points.push({ timestamp, total: pnl.total, market, cost: pnl.execution + pnl.gas });
    if (points.length > BLOCKS) points.shift();
    memories.set(key, { pnl, struck, raw, points });
  }

  return { now: (key) => memories.get(key)?.pnl, points: (key) => memories.get(key)?.points ?? [] };
}
