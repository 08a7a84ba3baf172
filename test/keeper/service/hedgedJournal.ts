import { expect } from "vitest";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import type { HedgePlan } from "../../../keeper/hedging/planHedge.ts";
import type { BookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import type { JournalEntry, Measurement } from "../../../keeper/store/journal.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import type { RunningDevnet } from "./runningDevnet.ts";

/** Ten minutes of chain time a block: five hundred blocks hold three days of trading. */
export const pace = ["--block", "600", "--interval", "40"];
export const patience = 150_000;

/** The journal of a run that has ended, oldest entry first. */
export async function journalOf(devnet: RunningDevnet, folder = devnet.env.KEEL_STORE ?? ""): Promise<readonly JournalEntry[]> {
  const store = await openStore({ folder });
  try {
    return (await store.journal.latest(5_000)).reverse();
  } finally {
    await store.close();
  }
}

/** Rows of the keeper itself, one for every block it saw; the others are the operator's. */
export const decisionsOf = (entries: readonly JournalEntry[]) =>
  entries.filter(({ decision }) => decision.verdict !== "post" && decision.verdict !== "chore");

/** A journal of so many blocks whose hedges brought the hedge error down, on figures that the chain and the keeper agree on. */
export function expectHedged(entries: readonly JournalEntry[], blocks: number): void {
  const rows = decisionsOf(entries);
  expect(rows).toHaveLength(blocks);
  expect(new Set(rows.map(({ decision }) => decision.blockHash)).size).toBe(blocks);

  const hedges = rows.filter(({ decision, transaction }) => decision.verdict === "hedge" && transaction?.state === "confirmed");
  expect(hedges.length).toBeGreaterThan(0);
  // Blocks go by between a decision and its block, so one hedge may land on a market that has moved on; together they bring the error down.
  const errors = hedges.flatMap(({ outcome }) => (outcome?.measurement as Measurement | undefined)?.hedgeErrors ?? []);
  const sum = (side: "before" | "after") => errors.reduce((total, error) => total + Math.abs(error[side]), 0);
  expect(errors.length).toBeGreaterThan(0);
  expect(sum("after")).toBeLessThan(sum("before"));
  for (const { decision } of rows) expect(decision.reason).not.toContain("figures that disagree");
  for (const { decision } of rows.filter(({ decision: { snapshot, plan } }) => snapshot !== null && plan !== null)) {
    const { underlyings } = decision.snapshot as Snapshot;
    const { greeks } = decision.plan as { greeks: Record<string, BookGreeks> };
    for (const { symbol, holdings, onChain } of underlyings)
      expect(Math.abs((greeks[symbol]?.delta ?? Number.NaN) - onChain.delta)).toBeLessThan(1e-6 * (200 + Math.abs(holdings)));
  }

  // The market moves while a hedge is under way and one may be refused for it: within ten blocks the error is inside again or being hedged.
  const isHeld = ({ verdict, plan, reason }: JournalEntry["decision"]) => {
    const plans = (plan as { plans: readonly HedgePlan[] } | null)?.plans ?? [];
    const isInside =
      plans.length > 0 && plans.every(({ hedgeError, region }) => hedgeError >= region.lower && hedgeError <= region.upper);
    return isInside || verdict === "hedge" || /in flight|confirmations/.test(reason);
  };
  expect(rows.slice(-10).some(({ decision }) => isHeld(decision))).toBe(true);
}
