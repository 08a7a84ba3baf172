import { describe, expect, it } from "vitest";
import { createPnlHistory } from "../../../keeper/room/pnlHistory.ts";
import { emptyState, KEY, pnlOf, viewAt } from "./roomState.ts";

describe("createPnlHistory", () => {
  it("does not count deposits as profit, nor redemptions as loss", () => {
    const state = emptyState();
    const history = createPnlHistory(state);
    const queue = viewAt(0).queue;
    state.update(KEY, { view: viewAt(1), pnl: pnlOf({ theta: 10, other: 5, total: 15 }) });
    const deposited = { ...queue, struckDeposits: 2 };
    state.update(KEY, { view: viewAt(2, { queue: deposited }), pnl: pnlOf({ theta: 12, other: 1_000_005, total: 1_000_017 }) });
    expect(history.now(KEY)).toMatchObject({ flows: 1_000_000, other: 5, theta: 12, total: 17 });
    const redeemed = { ...deposited, struckRedemptions: 2 };
    state.update(KEY, { view: viewAt(3, { queue: redeemed }), pnl: pnlOf({ theta: 13, other: 600_005, total: 600_018 }) });
    state.update(KEY, { view: viewAt(4, { queue: redeemed }), pnl: pnlOf({ theta: 13, other: 600_007, total: 600_020 }) });
    expect(history.now(KEY)).toMatchObject({ flows: 600_000, other: 7, total: 20 });
    expect(history.points(KEY).map(({ total }) => total)).toEqual([15, 17, 18, 20]);
  });

  it("lets a replaced block say what it earned in the place of the first", () => {
    const state = emptyState();
    const history = createPnlHistory(state);
    state.update(KEY, { view: viewAt(1), pnl: pnlOf({ total: 1 }) });
    state.update(KEY, { view: viewAt(2), pnl: pnlOf({ total: 2 }) });
    state.update(KEY, { view: viewAt(2), pnl: pnlOf({ total: 3 }) });
    expect(history.points(KEY).map(({ total }) => total)).toEqual([1, 3]);
  });
});
