import { afterAll, beforeAll, describe, it } from "vitest";
import { createRandom } from "../../keeper/simulation/random.ts";
import type { Fault } from "./faultProxy.ts";
import * as faults from "./namedFaults.ts";
import { first, isSend, on, sometimes } from "./namedFaults.ts";
import { openStage, type Pilot, type Stage } from "./stage.ts";
import { expectUpright } from "./verdict.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** From the first block on, or from the moment the hedge is in flight. */
async function through(pilot: Pilot, fault: Fault): Promise<void> {
  for (const { inject } of pilot.proxies) inject(fault);
  await pilot.until(pilot.isUpright, 25);
}

describe("one RPC endpoint that fails now and then", () => {
  const random = createRandom(11, "rpc faults");
  it.each([
    ["resets connections", faults.reset],
    ["resets them mid-body", faults.resetMidBody],
    ["answers 429 with Retry-After", faults.tooMany(0)],
    ["answers a burst of 500", faults.serverError],
    ["answers HTML instead of JSON", faults.html],
    ["answers garbage", faults.garbage],
  ] as const)("%s: the hedge is made once", async (name, fault) => {
    const pilot = await stage.pilot(name);
    await through(
      pilot,
      sometimes(0.15, () => random.uniform(), fault),
    );
    for (const { inject } of pilot.proxies) inject(undefined);
    await pilot.until(pilot.isUpright);
    await expectUpright(stage, pilot);
  });

  it.each([
    ["hangs", faults.hang],
    ["hangs mid-body", faults.hangMidBody],
  ] as const)("%s: the hedge is made once", async (name, fault) => {
    const pilot = await stage.pilot(name, { timeoutMs: 400 });
    await through(pilot, first(3, fault));
    await expectUpright(stage, pilot);
  });

  it.each([
    ["hangs while the hedge is sent", faults.hang],
    ["resets the connection on which it is sent", faults.reset],
    ["resets mid-body when it is sent", faults.resetMidBody],
    ["drops the hedge silently", faults.drop],
    ["says already known", faults.alreadyKnown],
  ] as const)("%s: the hedge is made once", async (name, fault) => {
    const pilot = await stage.pilot(name, { timeoutMs: 400 });
    await through(pilot, on(isSend, first(2, fault)));
    await expectUpright(stage, pilot);
  });

  it.each([
    ["duplicates every call", faults.duplicate],
    ["reorders answers", faults.reorder()],
  ] as const)("%s: the hedge is made once", async (name, fault) => {
    const pilot = await stage.pilot(name);
    await through(pilot, fault);
    await expectUpright(stage, pilot);
  });
});
