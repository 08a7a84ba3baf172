import { describe, expect, it } from "vitest";
import { waitingEpoch } from "../../../keeper/chain/waitingEpoch.ts";

const day = 86_400;
/** Epoch 5 is open until day 10, so epoch 4 closed on day 9. */
const at = (struckDeposits: number, struckRedemptions: number, windDown = { startedAt: 0, closed: false }) =>
  waitingEpoch({ queue: { openEpoch: 5, cutoff: 10 * day, epochSeconds: day, struckDeposits, struckRedemptions }, windDown });

describe("the epoch that waits for its strike", () => {
  it.each([
    { what: "none when the last closed one is struck", deposits: 4, redemptions: 4, epoch: undefined },
    { what: "the last closed one", deposits: 3, redemptions: 3, epoch: 4 },
    { what: "the oldest of several", deposits: 2, redemptions: 2, epoch: 3 },
    { what: "one whose redemptions alone are struck", deposits: 3, redemptions: 4, epoch: 4 },
  ])("$what", ({ deposits, redemptions, epoch }) => {
    expect(at(deposits, redemptions)).toEqual(epoch && { epoch, notBefore: 9 * day });
  });

  it("is one of redemptions while the vault winds down, and none once it is closed", () => {
    expect(at(1, 4, { startedAt: 8 * day, closed: false })).toBeUndefined();
    expect(at(1, 3, { startedAt: 8 * day, closed: false })).toEqual({ epoch: 4, notBefore: 9 * day });
    expect(at(3, 3, { startedAt: 8 * day, closed: true })).toBeUndefined();
  });
});
