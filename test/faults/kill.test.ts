import { spawnSync } from "node:child_process";
import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { castOf } from "../../keeper/simulation/openWorld.ts";
import { createRandom } from "../../keeper/simulation/random.ts";
import { openStore } from "../../keeper/store/openStore.ts";
import { doubleHedges } from "./doubleHedges.ts";
import type { FaultProxy } from "./faultProxy.ts";
import type { KeeperProcess } from "./keeperProcess.ts";
import { openKeeperStage } from "./keeperStage.ts";
import { isSend } from "./namedFaults.ts";
import { SPOT } from "./vaultWorld.ts";

const keeper = castOf().keeper.address;
const { stage, proxies, store, start, close } = await openKeeperStage();
const [proxy] = proxies as [FaultProxy];
afterAll(close);

/** Mines a block whenever the keeper has dealt with the newest one, until a condition holds or the keeper has ended. */
async function drive(running: KeeperProcess, isDone: (running: KeeperProcess) => boolean): Promise<void> {
  while (!running.hasEnded() && !isDone(running)) {
    const number = await stage.world.client.getBlockNumber();
    if (running.lines.some(({ block }) => block === String(number))) {
      await stage.world.report(SPOT);
      await stage.mine();
    } else await running.next();
  }
}

/** Whether it holds inside the region, on the newest of its blocks. */
const rests = ({ lines }: KeeperProcess) => / inside /.test(lines.filter(({ block }) => block !== undefined).at(-1)?.msg ?? "");

/** Every hedge on the chain is one the journal knows by its hash, no two of one decision, and nothing else used the key. */
async function expectNothingLost(): Promise<void> {
  const opened = await openStore({ folder: store });
  try {
    const entries = await opened.journal.latest(5_000);
    const flying = await opened.transactions.inFlight(stage.world.addresses.chainId, keeper);
    const settled = entries.flatMap(({ transaction }) => transaction?.minedHash ?? []);
    const known = [...settled, ...(flying?.attempts ?? []).map(({ hash }) => hash)];
    const hashes = (await stage.rebalances()).map(({ transactionHash }) => transactionHash);
    expect(known).toEqual(expect.arrayContaining(hashes));
    expect(new Set(hashes).size).toBe(hashes.length);
    const nonces = entries.flatMap(({ transaction }) => transaction?.nonce ?? []);
    expect(new Set(nonces).size).toBe(nonces.length);
    expect(await stage.world.client.getTransactionCount({ address: keeper })).toBeLessThanOrEqual(nonces.length);
  } finally {
    await opened.close();
  }
}

describe("kill -9", () => {
  it("at twenty random instants of a hedge: chain and journal agree after each restart, no hedge is made twice", {
    timeout: 600_000,
  }, async () => {
    const random = createRandom(20, "kills");
    for (let death = 0; death < 20; death += 1) {
      await stage.world.setTarget(death % 2 === 0 ? 4 : -4);
      await stage.mine();
      const [instant, isBefore] = [Math.floor(random.uniform() * 30), random.uniform() < 0.5];
      let count: number | undefined;
      const victim = start();
      proxy.inject(async ({ method, params }, forward) => {
        // Starting up asks for the code at every address; the hedge begins with the first head.
        if (method === "eth_getBlockByNumber") count ??= 0;
        if (count !== undefined) count += 1;
        const dies = count === instant + 1;
        if (dies && isBefore) victim.child.kill("SIGKILL");
        const answer = await forward(method, params);
        if (dies) victim.child.kill("SIGKILL");
        return answer;
      });
      await drive(victim, () => false);
      expect(await victim.ended).toBe("SIGKILL");
      await expectNothingLost();
    }
    proxy.inject(undefined);
    const last = start();
    await drive(last, rests);
    last.child.kill("SIGTERM");
    expect(await last.ended).toBe("0");
    await expectNothingLost();
    const opened = await openStore({ folder: store });
    const entries = await opened.journal.latest(5_000);
    await opened.close();
    expect(doubleHedges(await stage.rebalances(), entries)).toBe(0);
    const states = entries.flatMap(({ transaction }) => transaction?.state ?? []);
    expect(states.filter((state) => state === "confirmed")).toHaveLength((await stage.rebalances()).length);
    expect(states.filter((state) => !["confirmed", "cancelled", "failed"].includes(state))).toEqual([]);
  });
});

describe("the store", () => {
  it("fills its disk: the keeper stops before it acts, and goes on when there is room", async () => {
    const running = start();
    await drive(running, rests);
    const before = (await stage.rebalances()).length;
    // No file may grow from here on.
    expect(spawnSync("prlimit", ["--pid", String(running.child.pid), "--fsize=0"]).status).toBe(0);
    await stage.world.setTarget(8);
    await stage.mine();
    await drive(running, () => false);
    expect(await running.ended).not.toBe("0");
    expect((await stage.rebalances()).length).toBe(before);
    await expectNothingLost();

    const again = start();
    await drive(again, rests);
    again.child.kill("SIGTERM");
    expect(await again.ended).toBe("0");
    expect((await stage.rebalances()).length).toBe(before + 1);
    await expectNothingLost();
  });

  it("is truncated: the keeper says so in one line and sends nothing", async () => {
    const relations = join(store, "journal", "base");
    for (const database of readdirSync(relations)) {
      for (const file of readdirSync(join(relations, database))) {
        const path = join(relations, database, file);
        if (/^\d+$/.test(file) && statSync(path).size > 0) truncateSync(path, 100);
      }
    }
    await stage.world.setTarget(-8);
    await stage.mine();
    const sent = proxy.calls.filter(isSend).length;
    const running = start();
    expect(await running.ended).toBe("1");
    expect(running.words).toEqual([expect.stringMatching(/^keel: The journal in .* cannot be opened: .*Restore it from a copy/)]);
    expect(proxy.calls.filter(isSend)).toHaveLength(sent);
  });
});
