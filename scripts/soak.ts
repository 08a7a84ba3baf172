// npm run soak -- --blocks 4000 --first 1 --seeds 5 --kill 0.004: a keeper process through random faults, reorgs and kills; what it prints must be zeros and small fractions.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { castOf } from "../keeper/simulation/openWorld.ts";
import { createRandom, type Random } from "../keeper/simulation/random.ts";
import { openStore } from "../keeper/store/openStore.ts";
import { doubleHedges } from "../test/faults/doubleHedges.ts";
import type { Fault, FaultProxy } from "../test/faults/faultProxy.ts";
import type { KeeperProcess } from "../test/faults/keeperProcess.ts";
import { openKeeperStage } from "../test/faults/keeperStage.ts";
import * as faults from "../test/faults/namedFaults.ts";
import type { Stage } from "../test/faults/stage.ts";
import { SPOT } from "../test/faults/vaultWorld.ts";

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "4000" },
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "5" },
    kill: { type: "string", default: "0.004" },
    minutes: { type: "string", default: "600" },
  },
});
const [blocks, first, seeds] = [Number(values.blocks), Number(values.first), Number(values.seeds)];
const deadline = performance.now() + Number(values.minutes) * 60_000;

const ENDPOINTS = 3;
/** Of a block. Without kills one keeper lives through all of it, which shows what its memory does. */
const CHANCES = { fault: 0.02, reorg: 0.01, kill: Number(values.kill) };
/** Standard deviation of what the hedge error moves by in a block, units of ether: six times that of this book at 80 % vol. */
const DRIFT = 0.1;
const ROUND_EVERY = 100;
/** Exit code with which a keeper asks to be started again, as when it finds no honest endpoint: what an operator's supervisor does is done here. */
const RETRY_ME = "75";
/** Of a keeper's memory, from the first quarter of a soak to the last. */
const MOST_GROWTH = 0.1;

const modes: readonly { readonly name: string; readonly fault: Fault; readonly isHonest?: true }[] = [
  { name: "hang", fault: faults.hang },
  { name: "reset", fault: faults.reset },
  { name: "reset mid-body", fault: faults.resetMidBody },
  { name: "429", fault: faults.tooMany(1) },
  { name: "500", fault: faults.serverError },
  { name: "html", fault: faults.html },
  { name: "garbage", fault: faults.garbage },
  { name: "lag", fault: faults.lag(3) },
  { name: "drop", fault: faults.drop },
  { name: "already known", fault: faults.alreadyKnown, isHonest: true },
  { name: "duplicate", fault: faults.duplicate, isHonest: true },
  { name: "reorder", fault: faults.reorder(), isHonest: true },
];

type Tally = { blocks: number; honest: number; outside: number; reorgs: number; kills: number; rss: number[] };

for (let seed = first; seed < first + seeds && performance.now() < deadline; seed += 1) await soak(seed);

async function soak(seed: number): Promise<void> {
  const random = createRandom(seed, "soak");
  const { stage, proxies, store, start, close } = await openKeeperStage(ENDPOINTS);
  const tally: Tally = { blocks: 0, honest: 0, outside: 0, reorgs: 0, kills: 0, rss: [] };
  const seen = new Set<string>();
  let keeper = start();
  try {
    await live(
      stage,
      proxies,
      random,
      tally,
      seen,
      () => keeper,
      async () => {
        keeper.child.kill("SIGKILL");
        await keeper.ended;
        keeper = start();
      },
    );
    keeper.child.kill("SIGTERM");
    const code = await keeper.ended;
    await judge(seed, stage, store, tally, seen, code);
  } finally {
    keeper.child.kill("SIGKILL");
    await close();
  }
}

async function live(
  stage: Stage,
  proxies: readonly FaultProxy[],
  random: Random,
  tally: Tally,
  seen: Set<string>,
  current: () => KeeperProcess,
  restart: () => Promise<void>,
): Promise<void> {
  const ends = proxies.map(() => 0);
  const honest = proxies.map(() => true);
  let drift = 0;
  let trigger = Number.POSITIVE_INFINITY;
  for (; tally.blocks < blocks && performance.now() < deadline; tally.blocks += 1) {
    for (const [index, proxy] of proxies.entries()) {
      if (tally.blocks < (ends[index] ?? 0)) continue;
      const mode = random.uniform() < CHANCES.fault ? modes[Math.floor(random.uniform() * modes.length)] : undefined;
      proxy.inject(mode?.fault);
      honest[index] = mode === undefined || mode.isHonest === true;
      if (mode !== undefined) ends[index] = tally.blocks + 1 + Math.floor(random.uniform() * 8);
    }
    drift += DRIFT * random.normal();
    await stage.world.setTarget(drift);
    if (tally.blocks % ROUND_EVERY === 0) await stage.world.report(SPOT);
    if (random.uniform() < CHANCES.reorg) {
      tally.reorgs += 1;
      await stage.world.request("anvil_reorg", [1 + Math.floor(random.uniform() * 4), []]);
    }
    await stage.mine();
    if (random.uniform() < CHANCES.kill) {
      tally.kills += 1;
      await restart();
    }
    const number = String(await stage.world.client.getBlockNumber());
    let keeper = current();
    while (honest.includes(true) && !keeper.lines.slice(-20).some(({ block }) => block === number)) {
      if (!keeper.hasEnded()) await keeper.next();
      else if ((await keeper.ended) !== RETRY_ME)
        throw new Error(`the keeper ended at block ${number}: ${keeper.words.join(" ")}`);
      else await restart();
      keeper = current();
    }
    for (const { block } of keeper.lines.slice(-20)) if (block !== undefined) seen.add(block);
    const [, upper] = /side \[-?[\d.]+, ([\d.]+)\]/.exec(keeper.lines.at(-1)?.msg ?? "") ?? [];
    if (upper !== undefined) trigger = Number(upper);
    if (honest.includes(true)) {
      tally.honest += 1;
      if (Math.abs(await stage.world.hedgeError()) > trigger) tally.outside += 1;
    }
    if (tally.blocks % 50 === 0) tally.rss.push(residentMegabytes(keeper.child.pid));
  }
  for (const proxy of proxies) proxy.inject(undefined);
}

/** Compares the chain with the journal and prints one line. */
async function judge(seed: number, stage: Stage, folder: string, tally: Tally, seen: Set<string>, code: string): Promise<void> {
  const store = await openStore({ folder });
  const entries = await store.journal.latest(1_000_000);
  const flying = await store.transactions.inFlight(stage.world.addresses.chainId, castOf().keeper.address);
  await store.close();
  const settled = entries.flatMap(({ transaction }) => transaction?.minedHash ?? []);
  const known = new Set([...settled, ...(flying?.attempts ?? []).map(({ hash }) => hash)]);
  const hedges = await stage.rebalances();
  const rows = new Set(entries.map(({ decision }) => String(decision.blockNumber)));
  const lostHedges = hedges.filter(({ transactionHash }) => !known.has(transactionHash)).length;
  const lostRows = [...seen].filter((block) => !rows.has(block)).length;
  const double = doubleHedges(hedges, entries);
  const quarter = Math.max(1, Math.floor(tally.rss.length / 4));
  const mean = (numbers: readonly number[]) => Math.round(numbers.reduce((sum, each) => sum + each, 0) / numbers.length);
  const [early, late] = [mean(tally.rss.slice(0, quarter)), mean(tally.rss.slice(-quarter))];
  process.stdout.write(
    `${[
      `seed ${seed}: ${tally.blocks} blocks, ${hedges.length} hedges, ${tally.reorgs} reorgs, ${tally.kills} kills`,
      `${double} double hedges`,
      `${lostHedges + lostRows} lost rows`,
      `outside in ${((100 * tally.outside) / Math.max(1, tally.honest)).toFixed(2)} % of ${tally.honest} blocks with an honest RPC`,
      `memory ${early} MB in the first quarter, ${late} MB in the last`,
      `exit ${code}`,
    ].join("; ")}\n`,
  );
  if (double + lostHedges + lostRows > 0 || code !== "0" || late > (1 + MOST_GROWTH) * early) process.exitCode = 1;
}

function residentMegabytes(pid: number | undefined): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return (pages * 4096) / 2 ** 20;
}
