import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import type { Journal, JournalEntry } from "../store/journal.ts";
import { decodeLossless } from "../store/losslessJson.ts";
import { openStore } from "../store/openStore.ts";
import type { Config } from "./config.ts";

/**
 * Asks the journal, wherever it is: the server or the folder, or, while a keeper holds the folder, that keeper by HTTP.
 * @param ask   how to read it
 * @param path  what to ask a running keeper for, "/decisions/12"
 * @throws ConfigError when there is no journal, or its keeper does not answer
 */
export async function readJournal(
  config: Config,
  ask: (journal: Journal) => Promise<readonly JournalEntry[]>,
  path: string,
): Promise<readonly JournalEntry[]> {
  const { DATABASE_URL: url, KEEL_STORE: folder } = config;
  if (url === undefined && !existsSync(join(folder, "journal"))) throw new ConfigError(`no journal in ${folder} yet`);
  try {
    const store = await openStore(url === undefined ? { folder } : { url });
    try {
      return await ask(store.journal);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (url !== undefined || !(error instanceof ConfigError)) throw error;
    const entries = await askKeeper(config, path);
    if (entries === undefined) throw error;
    return entries;
  }
}

async function askKeeper(
  { KEEL_HTTP_HOST: host, KEEL_HTTP_PORT: port }: Config,
  path: string,
): Promise<readonly JournalEntry[] | undefined> {
  try {
    const answer = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
    return answer.ok ? (decodeLossless(await answer.json()) as JournalEntry[]) : undefined;
  } catch {
    // No keeper there: the reason the folder could not be opened says more.
    return undefined;
  }
}
