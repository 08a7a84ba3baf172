import { createServiceState, type PnlView } from "../../../keeper/service/serviceState.ts";
import type { UnderlyingView, VaultView } from "../../../keeper/service/vaultView.ts";

const VAULT = "0x00000000000000000000000000000000000000aa";
export const KEY = `1:${VAULT}`;

/** A service that watches one vault and has not seen a block. */
export const emptyState = (now = () => 1_000) => createServiceState([{ chainId: 1, vault: VAULT }], now);

/** A vault that is well. */
export function viewAt(block: number, change: Partial<VaultView> = {}): VaultView {
  const hash = `0x${block.toString(16).padStart(64, "0")}`;
  return {
    chainId: 1,
    vault: VAULT,
    quote: "USDC",
    block: { number: block, hash, timestamp: 1_000_000 + 12 * block, baseFeeGwei: 10 },
    equity: 1_000_000,
    quoteCash: 500_000,
    quoteLent: 0,
    freeLiquidity: 400_000,
    health: Number.POSITIVE_INFINITY,
    healthFloor: 1.25,
    budget: { left: 9_000, limit: 10_000 },
    paused: false,
    maxSurfaceAge: 43_200,
    queue: { openEpoch: 2, cutoff: 1_100_000, epochSeconds: 86_400, struckDeposits: 1, struckRedemptions: 1 },
    windDown: { startedAt: 0, closed: false },
    underlyings: [weth()],
    decision: { verdict: "hold", reason: "WETH hold" },
    ...change,
  };
}

export function weth(change: Partial<UnderlyingView> = {}): UnderlyingView {
  return {
    symbol: "WETH",
    price: 3_000,
    oracleAgeSeconds: 60,
    holdings: 10,
    legs: [],
    smiles: [],
    hedgeError: { value: 1, limit: 40 },
    gamma: { value: -0.01, limit: 1 },
    vega: { value: -100, limit: 60_000 },
    plan: {
      verdict: "hold",
      belief: "sticky-strike",
      hedgeError: 1,
      region: { lower: -4, targetLower: -1, targetUpper: 1, upper: 4 },
      trade: 0,
      cost: 0,
      saves: 0,
    },
    ...change,
  };
}

export function pnlOf(change: Partial<PnlView>): PnlView {
  const parts = { delta: 0, gamma: 0, vega: 0, crossVol: 0, theta: 0, carry: 0, execution: 0, gas: 0, other: 0 };
  return { since: 1_000_000, ...parts, total: 0, ...change };
}
