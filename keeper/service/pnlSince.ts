import type { Snapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { attribute } from "../risk/attribution.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import type { PnlView } from "./serviceState.ts";

/**
 * The profit of one more block added to what was there.
 * @param costs  of hedges settled at this block, quote, positive: `execution` and `gas` as the journal measures them
 * @throws StaleDataError when a live leg has no smile at either block
 */
export function pnlSince(pnl: PnlView, before: Snapshot, after: Snapshot, costs: { execution: number; gas: number }): PnlView {
  const sum = { ...pnl };
  let explained = 0;
  const add = (part: "delta" | "gamma" | "vega" | "crossVol" | "theta" | "carry" | "execution" | "gas", quote: number) => {
    sum[part] += quote;
    explained += quote;
  };
  for (const earlier of before.underlyings) {
    const later = after.underlyings.find(({ address }) => address === earlier.address);
    if (later === undefined) continue;
    const moved = attribute(toBook(before, earlier), toBook(after, later));
    add("delta", moved.delta + moved.holdings);
    for (const part of ["gamma", "vega", "crossVol", "theta"] as const) add(part, moved[part]);
    const rate = earlier.lent < 0 ? earlier.borrowRate : earlier.supplyRate;
    add("carry", earlier.lent * earlier.price * rate * yearsBetween(before, after));
  }
  add("carry", before.quoteLent * before.quoteSupplyRate * yearsBetween(before, after));
  add("execution", -costs.execution);
  add("gas", -costs.gas);
  const total = after.equity - before.equity - costs.gas;
  return { ...sum, other: pnl.other + total - explained, total: pnl.total + total };
}

export function noPnl(since: number): PnlView {
  const parts = { delta: 0, gamma: 0, vega: 0, crossVol: 0, theta: 0, carry: 0, execution: 0, gas: 0 };
  return { since, ...parts, other: 0, total: 0 };
}

function yearsBetween(before: Snapshot, after: Snapshot): number {
  return (after.block.timestamp - before.block.timestamp) / YEAR_SECONDS;
}
