import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HedgePlan } from "../../../keeper/hedging/planHedge.ts";
import type { Measurement } from "../../../keeper/store/journal.ts";
import { openStage, type Stage } from "../../faults/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("a hedge that was mined while the keeper was away", () => {
  it("is measured after the restart as the vault itself logged it", async () => {
    const pilot = await stage.pilot("away while mined");
    await pilot.until(pilot.hasSent);
    await pilot.stop();
    for (let block = 0; block < 3; block += 1) await stage.mine();
    const again = await pilot.restart();
    // It has finished with a block when it speaks of the next one.
    await again.settle();
    await again.mine();

    const hedge = (await pilot.journal()).find(({ decision }) => decision.verdict === "hedge");
    expect(hedge?.transaction?.state).toBe("confirmed");
    const plan = hedge?.decision.plan as { plans: readonly HedgePlan[] } | undefined;
    const measurement = hedge?.outcome?.measurement as Measurement | null | undefined;
    if (!measurement) return expect.unreachable();
    const { hedgeErrors, costs } = measurement;
    expect(hedgeErrors.map(({ underlying }) => underlying)).toEqual(["WETH"]);
    const [{ before, after }] = hedgeErrors as [Measurement["hedgeErrors"][number]];
    expect(before).toBeCloseTo(plan?.plans[0]?.hedgeError ?? Number.NaN, 2);
    expect(Math.abs(after)).toBeLessThan(Math.abs(before));
    expect(costs.gas).toBeGreaterThan(0);
    const { chainId, contracts } = stage.world.addresses;
    expect(await stage.store.journal.unmeasured(chainId, contracts.vault, 10)).toEqual([]);
  });
});
