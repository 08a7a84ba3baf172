import { expect } from "vitest";
import type { Pilot, Stage } from "./stage.ts";

/**
 * The verdict on a keeper that came through a fault: so many hedges on the chain, each of them one settled intent of the journal in the same
 * block, no nonce unaccounted for, the hedge error inside its no-trade region.
 */
export async function expectUpright(stage: Stage, pilot: Pilot, hedges = 1): Promise<void> {
  expect(await pilot.isUpright()).toBe(true);
  await expectAgreement(stage, pilot);
  expect(await stage.rebalances()).toHaveLength(hedges);
}

/** Chain and journal tell the same story. */
export async function expectAgreement(stage: Stage, pilot: Pilot): Promise<void> {
  const entries = await pilot.journal();
  const confirmed = entries.flatMap(({ transaction }) => (transaction?.state === "confirmed" ? [transaction] : []));
  const onChain = await stage.rebalances();
  expect(confirmed.map(({ minedHash, minedBlockHash }) => [minedHash, minedBlockHash])).toEqual(
    onChain.map(({ transactionHash, blockHash }) => [transactionHash, blockHash]),
  );
  const used = entries.filter(({ transaction }) => transaction?.nonce !== null && transaction !== null);
  expect(await stage.world.client.getTransactionCount({ address: pilot.account.address })).toBe(used.length);
  expect(new Set(used.map(({ transaction }) => transaction?.nonce)).size).toBe(used.length);
}

/** It stands still, hedges nothing it should not, and an error in its log says why. */
export async function expectAlert(pilot: Pilot, why: RegExp): Promise<void> {
  expect(pilot.lines.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toContainEqual(expect.stringMatching(why));
}
