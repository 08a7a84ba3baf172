import { describe, expect, it } from "vitest";
import { checks, type Level, worst } from "../../../keeper/room/checks.ts";
import type { VaultState } from "../../../keeper/service/serviceState.ts";
import type { VaultView } from "../../../keeper/service/vaultView.ts";
import { emptyState, viewAt, weth } from "./roomState.ts";

const EXPIRY = 2_000_000;
const leg = { type: "call", strike: 3_000, expiry: EXPIRY, size: -1 } as const;
const smileOf = (postedAt: number) => ({
  slice: { a: 0.3, b: 0.1, rho: -0.3, m: 0, sigma: 0.2 },
  carry: 0,
  expiry: EXPIRY,
  postedAt,
  tradableFrom: 0,
});

function stateOf(view: Partial<VaultView>, change: Partial<VaultState> = {}): VaultState {
  const [blank] = emptyState().current();
  if (blank === undefined) expect.fail("no vault");
  return { ...blank, phase: "running", view: viewAt(100, view), ...change };
}

const flying = { decisionId: 1, sender: "0x1", nonce: 4, state: "sent", hashes: [], createdBlock: 100 };

describe("checks", () => {
  it("find nothing wrong with a vault that is well", () => {
    expect(worst(checks(stateOf({})))).toBeUndefined();
  });

  it.each<readonly [string, VaultState, Level, string]>([
    ["a halted keeper", stateOf({}, { phase: "halted", problem: "an unknown transaction" }), "bad", "an unknown transaction"],
    ["a pause", stateOf({ paused: true }), "warn", "reduce the hedge error"],
    ["a wind-down", stateOf({ windDown: { startedAt: 9, closed: false } }), "warn", "No new options"],
    [
      "a Greek beyond its limit",
      stateOf({ underlyings: [weth({ vega: { value: -61_000, limit: 60_000 } })] }),
      "bad",
      "brings it back inside",
    ],
    ["a Greek near its limit", stateOf({ underlyings: [weth({ gamma: { value: 0.9, limit: 1 } })] }), "warn", "Close to"],
    ["an old oracle", stateOf({ underlyings: [weth({ oracleAgeSeconds: 8_000 })] }), "warn", "heartbeat"],
    ["a live option without a smile", stateOf({ underlyings: [weth({ legs: [leg] })] }), "bad", "no posted smile"],
    [
      "a smile too old for trading options",
      stateOf({ underlyings: [weth({ legs: [leg], smiles: [smileOf(900_000)] })] }),
      "warn",
      "only hedging is possible",
    ],
    ["an account below its floor", stateOf({ health: 1.2 }), "bad", "floor is 1.25"],
    ["an account near its floor", stateOf({ health: 1.3 }), "warn", "floor is 1.25"],
    ["a spent budget", stateOf({ budget: { left: 0, limit: 10_000 } }), "bad", "refills"],
    ["a transaction that waits", stateOf({ block: viewAt(110).block }, { inFlight: [flying] }), "warn", "10 blocks after"],
  ])("see %s", (_, state, level, words) => {
    const found = worst(checks(state));
    expect(found?.level).toBe(level);
    expect(found?.note).toContain(words);
  });

  it("accept a fresh smile under a live option", () => {
    expect(worst(checks(stateOf({ underlyings: [weth({ legs: [leg], smiles: [smileOf(1_000_000)] })] })))).toBeUndefined();
  });
});
