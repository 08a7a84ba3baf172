import { Command } from "commander";
import { mountRoom } from "../room/mountRoom.ts";
import { disableCoreDumps } from "../service/coreDumps.ts";
import { serveDesks } from "../service/deskServer.ts";
import { requireHealthy } from "../service/doctor.ts";
import { httpApp } from "../service/httpServer.ts";
import { listen } from "../service/listen.ts";
import { createLog } from "../service/log.ts";
import { createServiceState } from "../service/serviceState.ts";
import { openStore } from "../store/openStore.ts";
import { type Config, HEDGE_DELTAS, readConfig } from "./config.ts";
import { bookPaths, patientOf } from "./doctor.ts";
import { positiveWhole } from "./numberOption.ts";
import { type OpenedVaults, openVaults, type Parts } from "./openVaults.ts";
import { openWebhook } from "./openWebhook.ts";

type RunFlags = {
  rpc?: string;
  addresses?: string;
  store?: string;
  deskPort?: string;
  http?: string;
  marks?: string;
  dealers?: string;
  block?: string;
  policy?: string;
  events?: string;
  programme?: string;
  hedgeDelta?: string;
  deltaCoefficients?: string;
  blocks?: number;
  dryRun?: true;
  acceptForeign?: true;
};

/** `keel run`: the keeper on a live chain. */
export const runCommand = new Command("run")
  .description("watch every block of a chain and hedge the vault when the risk removed is worth more than it costs")
  .option("--rpc <url>", "JSON-RPC endpoint (KEEL_RPC_URL)")
  .option("--addresses <files>", "address books of the deployments, separated by commas (KEEL_ADDRESSES)")
  .option("--store <folder>", "journal folder (KEEL_STORE); DATABASE_URL takes its place")
  .option("--desk-port <port>", "port the quote desk answers buyers on (KEEL_DESK_PORT)")
  .option("--http <port>", "port of metrics, health checks and status (KEEL_HTTP_PORT)")
  .option("--marks <url>", "server of option marks (KEEL_MARKS_URL); without one the desk prices from realised vol")
  .option("--dealers <urls>", "servers of dealers' option quotes, separated by commas (KEEL_DEALERS)")
  .option("--block <seconds>", "seconds between two blocks (KEEL_BLOCK_SECONDS)")
  .option("--policy <name>", "which no-trade region decides: optimal or closed-form (KEEL_POLICY)")
  .option("--events <file>", "JSON list of {name, start, end, volFactor, riskAversionFactor} (KEEL_EVENTS)")
  .option("--programme <sizes>", "options sold of each leg a week (KEEL_PROGRAMME)")
  .option("--hedge-delta <belief>", `delta that is hedged: ${HEDGE_DELTAS.join(", ")} (KEEL_HEDGE_DELTA)`)
  .option("--delta-coefficients <a,b,c>", "of minimum-variance, from keel fit-delta (KEEL_DELTA_COEFFICIENTS)")
  .option("--blocks <n>", "stop after so many blocks", positiveWhole)
  .option("--dry-run", "decide, simulate and journal everything, send nothing")
  .option("--accept-foreign", "go on although a transaction that is not the keeper's used the nonce of one that is")
  .addHelpText("after", "\nEvery setting can stand in .env: see .env.example. Keys are only read from there, never from flags.")
  .action(async (flags: RunFlags) => runWith(readRunConfig(flags), flags));

function readRunConfig(flags: RunFlags): Config {
  return readConfig({
    KEEL_RPC_URL: flags.rpc,
    KEEL_ADDRESSES: flags.addresses,
    KEEL_STORE: flags.store,
    KEEL_DESK_PORT: flags.deskPort,
    KEEL_HTTP_PORT: flags.http,
    KEEL_MARKS_URL: flags.marks,
    KEEL_DEALERS: flags.dealers,
    KEEL_BLOCK_SECONDS: flags.block,
    KEEL_POLICY: flags.policy,
    KEEL_EVENTS: flags.events,
    KEEL_PROGRAMME: flags.programme,
    KEEL_HEDGE_DELTA: flags.hedgeDelta,
    KEEL_DELTA_COEFFICIENTS: flags.deltaCoefficients,
  });
}

async function runWith(config: Config, flags: RunFlags): Promise<void> {
  const webhook = config.KEEL_ALERT_URL && openWebhook(config.KEEL_ALERT_URL);
  const log = createLog(config.KEEL_LOG_LEVEL, webhook && { alerts: webhook });
  const coreDumps = disableCoreDumps();
  if (coreDumps !== undefined) log.warn(coreDumps);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const patients = [];
    const onProblem = (error: Error) => log.error(error.message);
    for (const path of bookPaths(config)) patients.push(await patientOf(config, path, async () => "opened next", onProblem));
    for (const patient of patients) await requireHealthy(patient);
    const { DATABASE_URL: url, KEEL_STORE: folder } = config;
    const store = await openStore(url === undefined ? { folder } : { url });
    try {
      const vaults = patients.map(({ book }) => ({ chainId: book.chainId, vault: book.contracts.vault }));
      const state = createServiceState(vaults, Date.now);
      const asked = { blocks: flags.blocks, dryRun: flags.dryRun ?? false, acceptForeign: flags.acceptForeign ?? false };
      const parts = { config, store, state, log, ...asked, signal: stop.signal };
      await runVaults(await openVaults(parts, patients), parts);
    } finally {
      await store.close();
    }
  } catch (error) {
    // The alert is the one thing a keeper that ends can still say to a person.
    if (webhook !== undefined) log.fatal(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await webhook?.flush();
  }
}

async function runVaults(vaults: OpenedVaults, { config, store, state, log, signal }: Parts): Promise<void> {
  const silenceMs = Math.max(60_000, 5_000 * config.KEEL_BLOCK_SECONDS);
  const app = httpApp({ state, silenceMs, now: Date.now, journal: store.journal });
  mountRoom(app, { state, staleMs: silenceMs, now: Date.now });
  const http = await listen(app, config.KEEL_HTTP_PORT, "KEEL_HTTP_PORT", config.KEEL_HTTP_HOST);
  try {
    const desks = await serveDesks(vaults.desks, config.KEEL_DESK_PORT);
    try {
      for (const { key } of state.current()) log.info({ desk: desks.url, http: http.url }, `watching vault ${key}`);
      await vaults.run(signal);
      log.info({ blocks: vaults.seen() }, "stopped");
    } finally {
      desks.close();
    }
  } finally {
    http.close();
  }
}
