import { describe, expect, it } from "vitest";
import { createFeed } from "../../../keeper/room/feed.ts";
import { createPnlHistory } from "../../../keeper/room/pnlHistory.ts";
import { emptyState, KEY, pnlOf, viewAt, weth } from "./roomState.ts";

function feedOf(key = KEY) {
  const state = emptyState();
  const feed = createFeed({ state, pnlHistory: createPnlHistory(state), staleMs: 60_000, now: () => 5_000 }, key);
  const see = (block: number) => state.update(KEY, { phase: "running", view: viewAt(block), pnl: pnlOf({ total: block }) });
  return { state, feed, see };
}

describe("createFeed", () => {
  it("tells everything first and then only what is new", () => {
    const { feed, see } = feedOf();
    see(1);
    see(2);
    const first = feed();
    expect(first.whole).toBe(true);
    expect(first.points.map(({ block }) => block)).toEqual([1, 2]);
    expect(first.acts).toEqual([]);
    see(3);
    const second = feed();
    expect(second.whole).toBe(false);
    expect(second.points.map(({ block }) => block)).toEqual([3]);
    expect(second.pnlPoints.map(({ total }) => total)).toEqual([3]);
    expect(second.acts).toBeUndefined();
    expect(feed().points).toEqual([]);
  });

  it("tells everything anew when the history has gone on beyond what was told", () => {
    const { feed, see } = feedOf();
    see(0);
    feed();
    for (let block = 1; block <= 1_000; block += 1) see(block);
    const next = feed();
    expect(next.whole).toBe(true);
    expect(next.points.at(-1)?.block).toBe(1_000);
  });

  it("keeps its place when a block of the same height replaces another", () => {
    const { feed, see } = feedOf();
    see(1);
    feed();
    see(1);
    expect(feed().pnlPoints).toHaveLength(1);
  });

  it("lists the vaults alone for a key that is none", () => {
    const { feed, see } = feedOf("elsewhere");
    see(1);
    const { vault, vaults, points } = feed();
    expect([vault, points]).toEqual([undefined, []]);
    expect(vaults.map(({ key }) => key)).toEqual([KEY]);
  });

  it("measures the way to the trigger from the middle of the region", () => {
    const { state, feed } = feedOf();
    const plan = weth().plan;
    if (plan === undefined) expect.fail("no plan");
    const region = { lower: -2, targetLower: 0, targetUpper: 2, upper: 4 };
    state.update(KEY, { view: viewAt(1, { underlyings: [weth({ plan: { ...plan, hedgeError: 4, region } })] }) });
    expect(feed().vaults[0]?.regionUse).toBe(1);
    state.update(KEY, { view: viewAt(2, { underlyings: [weth({ plan: { ...plan, hedgeError: 1, region } })] }) });
    expect(feed().vaults[0]?.regionUse).toBe(0);
  });
});
