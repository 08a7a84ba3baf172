import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAddressBook } from "../../keeper/chain/addressBook.ts";
import { type FaultProxy, openFaultProxy } from "./faultProxy.ts";
import { type KeeperProcess, startKeeper } from "./keeperProcess.ts";
import { openStage, type Stage } from "./stage.ts";

/** A stage on anvil for keepers in processes of their own. */
export type KeeperStage = {
  readonly stage: Stage;
  /** What its keepers take for their nodes. */
  readonly proxies: readonly FaultProxy[];
  /** Everything its keepers write; their journal is in `store`. */
  readonly folder: string;
  readonly store: string;
  /** Starts a keeper behind all proxies; `changes` are to its environment. */
  start(changes?: Readonly<Record<string, string>>): KeeperProcess;
  close(): Promise<void>;
};

/** Puts up a stage with so many fault proxies before its node. */
export async function openKeeperStage(endpoints = 1): Promise<KeeperStage> {
  const folder = mkdtempSync(join(tmpdir(), "keel-faults-"));
  const [addresses, store] = [join(folder, "addresses.json"), join(folder, "store")];
  const stage = await openStage();
  const proxies: FaultProxy[] = [];
  for (let index = 0; index < endpoints; index += 1) proxies.push(await openFaultProxy(stage.world.url));
  writeAddressBook(addresses, stage.world.addresses);
  const urls = proxies.map(({ url }) => url);
  return {
    stage,
    proxies,
    folder,
    store,
    start: (changes) => startKeeper(urls, addresses, store, changes),
    async close() {
      for (const proxy of proxies) await proxy.close();
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
