import { availableParallelism } from "node:os";
import type { PublicClient } from "viem";
import { toHead } from "../../keeper/chain/blockSource.ts";
import { createMarketMemory } from "../../keeper/chain/marketMemory.ts";
import { readSnapshot } from "../../keeper/chain/readSnapshot.ts";
import type { Snapshot } from "../../keeper/chain/snapshot.ts";
import { decide, regionRequests } from "../../keeper/service/decide.ts";
import { createLog } from "../../keeper/service/log.ts";
import { createRegionSolver } from "../../keeper/service/regionSolver.ts";
import { planOf } from "../../keeper/service/replay.ts";
import { createRegions } from "../../keeper/service/solveRegions.ts";
import { settingsFor } from "../../keeper/simulation/demoSettings.ts";
import { openStore } from "../../keeper/store/openStore.ts";
import { options } from "../../test/contracts/deployWorld.ts";
import { vaultWithBook } from "../../test/contracts/vaultWithBook.ts";
import { worldBook } from "../../test/keeper/service/worldBook.ts";

/**
 * 500 vaults of 32 positions, once a block: what one process needs to read them, decide on them and write the decisions down. One vault stands
 * for all: 500 readers that share nothing each read it anew, whole, from a node in this very process, which therefore pays for the node too.
 */
const VAULTS = 500;
const LEGS = 32;
const BLOCK_SECONDS = 12;
/** Vaults under way at once. */
const AT_ONCE = 16;

const world = await vaultWithBook();
for (let i = 8; i < LEGS; ++i) await world.trade(world.put(2000 + i, world.expiries[i % 2]), true, options(1));
const client = world.client as unknown as PublicClient;
const addresses = worldBook(world);
const settings = settingsFor({
  policy: "optimal",
  events: [],
  riskAversion: 0.0005,
  belief: { kind: "sticky-strike" },
  blockSeconds: BLOCK_SECONDS,
});
const regions = createRegions({ wait: true, log: createLog("fatal") });
const store = await openStore({ memory: true });
const memories = Array.from({ length: VAULTS }, () => createMarketMemory());

/** One block of all vaults. @returns seconds of wall clock by stage; reading overlaps itself, the others are sums */
async function block(): Promise<{ read: number; decide: number; journal: number; legs: number }> {
  const head = toHead((await client.getBlock()) as Parameters<typeof toHead>[0]);
  const snapshots: Snapshot[] = [];
  const started = performance.now();
  let next = 0;
  const reader = async () => {
    for (let index = next++; index < VAULTS; index = next++)
      snapshots.push(await readSnapshot(client, addresses, head, undefined, memories[index]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  const readAt = performance.now();
  const [first] = snapshots;
  if (first !== undefined && decided === 0) await regions.prepare(regionRequests(first, settings));
  const preparedAt = performance.now();
  const decisions = snapshots.map((snapshot) => ({
    snapshot,
    ...decide(snapshot, addresses, settings, new Map(), regions.lookUp),
  }));
  const decidedAt = performance.now();
  for (const decision of decisions) {
    const { snapshot, verdict, reason } = decision;
    await store.journal.addHold({
      chainId: addresses.chainId,
      vault: snapshot.vault,
      underlying: null,
      blockNumber: head.number,
      blockHash: head.hash,
      timestamp: BigInt(head.timestamp),
      snapshot,
      plan: planOf(decision),
      verdict,
      reason,
    });
  }
  await store.journal.flush();
  decided += decisions.length;
  const seconds = (from: number, to: number) => (to - from) / 1000;
  return {
    read: seconds(started, readAt),
    decide: seconds(preparedAt, decidedAt),
    journal: seconds(decidedAt, performance.now()),
    legs: first?.underlyings[0]?.legs.length ?? 0,
  };
}

let decided = 0;
const row = (name: string, figures: readonly number[]) =>
  process.stdout.write(`${name.padEnd(34)}${figures.map((figure) => figure.toFixed(2).padStart(9)).join("")}\n`);
process.stdout.write(`${VAULTS} vaults of ${LEGS} positions, ${availableParallelism()} cores, node in the same process\n\n`);
process.stdout.write(`${"seconds".padEnd(34)}${["read", "decide", "journal", "all"].map((text) => text.padStart(9)).join("")}\n`);
let slowest = 0;
for (const name of ["first block (nothing known)", "second block", "third block"]) {
  const { read, decide: deciding, journal, legs } = await block();
  if (legs !== LEGS) throw new RangeError(`the vault has ${legs} legs`);
  const all = read + deciding + journal;
  slowest = Math.max(slowest, all);
  row(name, [read, deciding, journal, all]);
  await world.helpers.mine(1);
}

const head = toHead((await client.getBlock()) as Parameters<typeof toHead>[0]);
const requests = regionRequests(await readSnapshot(client, addresses, head), settings);
const solves = 20;
const solver = createRegionSolver(createLog("fatal"));
let before = 0;
for (let index = 0; index <= solves; ++index) {
  // The first one starts the thread.
  if (index === 1) before = performance.now();
  await createRegions({ wait: true, log: createLog("fatal"), solver }).prepare(requests);
}
const solve = (performance.now() - before) / solves / 1000;
await solver.close();
await regions.close();
await store.close();
process.stdout.write(
  `\nOne region solved anew: ${(solve * 1000).toFixed(0)} ms; all ${VAULTS}, one after the other: ${(solve * VAULTS).toFixed(0)} s,\n`,
);
process.stdout.write(
  "which is the greatest age a region has when every book moves at once; until then each is carried over to its spot and time.\n",
);
const fits = slowest <= BLOCK_SECONDS;
process.stdout.write(`\n${fits ? "fits" : "DOES NOT FIT"} into one block of ${BLOCK_SECONDS} s\n`);
process.exitCode = fits ? 0 : 1;
await world.connection?.close();
