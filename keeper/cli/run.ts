import { Command } from "commander";
import { readAddressBook } from "../chain/addressBook.ts";
import { createChainClient } from "../chain/endpoints.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { createDesk } from "../desk/desk.ts";
import { observedMarks } from "../desk/realisedMarks.ts";
import { checkStart } from "../service/checkStart.ts";
import { serveDesk } from "../service/deskServer.ts";
import { createLog } from "../service/log.ts";
import { marksFromUrl } from "../service/marksFromUrl.ts";
import { createOutlook } from "../service/outlook.ts";
import { run } from "../service/run.ts";
import { deskPolicy, executionPolicy, outlookSettings, settingsFor, weeklyStraddles } from "../simulation/demoSettings.ts";
import { openStore } from "../store/openStore.ts";
import { type Config, HEDGE_DELTAS, readConfig, readHedgeBelief, readProgrammeSizes } from "./config.ts";
import { positiveWhole } from "./numberOption.ts";
import { openAccount } from "./openAccount.ts";
import { readEvents } from "./readEvents.ts";

type RunFlags = {
  rpc?: string;
  addresses?: string;
  store?: string;
  deskPort?: string;
  marks?: string;
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
  .option("--addresses <file>", "address book of the deployment (KEEL_ADDRESSES)")
  .option("--store <folder>", "journal folder (KEEL_STORE); DATABASE_URL takes its place")
  .option("--desk-port <port>", "port the quote desk answers buyers on (KEEL_DESK_PORT)")
  .option("--marks <url>", "server of option marks (KEEL_MARKS_URL); without one the desk prices from realised vol")
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
    KEEL_MARKS_URL: flags.marks,
    KEEL_BLOCK_SECONDS: flags.block,
    KEEL_POLICY: flags.policy,
    KEEL_EVENTS: flags.events,
    KEEL_PROGRAMME: flags.programme,
    KEEL_HEDGE_DELTA: flags.hedgeDelta,
    KEEL_DELTA_COEFFICIENTS: flags.deltaCoefficients,
  });
}

async function runWith(config: Config, flags: RunFlags): Promise<void> {
  const { blocks } = flags;
  const [dryRun, acceptForeign] = [flags.dryRun === true, flags.acceptForeign === true];
  const events = await readEvents(config.KEEL_EVENTS, "run");
  const programmes = weeklyStraddles(readProgrammeSizes(config.KEEL_PROGRAMME));
  const belief = readHedgeBelief(config.KEEL_HEDGE_DELTA, config.KEEL_DELTA_COEFFICIENTS);
  const addresses = readAddressBook(config.KEEL_ADDRESSES);
  const [keeper, quoter, operator] = [
    await openAccount(config, ""),
    await openAccount(config, "QUOTER_"),
    await openAccount(config, "OPERATOR_"),
  ];
  const log = createLog(config.KEEL_LOG_LEVEL);
  const shared = {
    chainId: addresses.chainId,
    timeoutMs: config.KEEL_RPC_TIMEOUT_MS,
    onProblem: (error: Error) => log.error(error.message),
  };
  const client = createChainClient({ ...shared, urls: [config.KEEL_RPC_URL, ...config.KEEL_RPC_BACKUPS] });
  const relay = config.KEEL_RELAY_URL && {
    client: createChainClient({ timeoutMs: shared.timeoutMs, urls: [config.KEEL_RELAY_URL] }),
    blocks: config.KEEL_RELAY_BLOCKS,
  };
  await checkStart(client, addresses, { keeper: keeper.address, quoter: quoter.address, operator: operator.address });

  const observed = observedMarks();
  const marks = config.KEEL_MARKS_URL === undefined ? observed.marks : marksFromUrl(config.KEEL_MARKS_URL);
  const outlooks = createOutlook(outlookSettings);
  const { isWorthSelling } = outlooks;
  const desk = createDesk({ addresses, quoter, programmes, marks, policy: deskPolicy, isWorthSelling });
  let latest: Snapshot | undefined;
  let etherPrice = 1;
  const onSnapshot = (snapshot: Snapshot) => {
    latest = snapshot;
    for (const { symbol, price } of snapshot.underlyings) {
      observed.observe(symbol, price, snapshot.block.timestamp);
      if (symbol === "WETH") etherPrice = price;
    }
  };
  const store = await openStore(config.DATABASE_URL === undefined ? { folder: config.KEEL_STORE } : { url: config.DATABASE_URL });
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const server = await serveDesk(desk, () => latest, config.KEEL_DESK_PORT);
    try {
      log.info(
        { keeper: keeper.address, desk: server.url, chain: addresses.chainId, dryRun },
        `watching vault ${addresses.contracts.vault}`,
      );
      const settings = settingsFor({
        policy: config.KEEL_POLICY,
        events,
        riskAversion: config.KEEL_RISK_AVERSION,
        belief,
        blockSeconds: config.KEEL_BLOCK_SECONDS,
      });
      const policy = executionPolicy(config.KEEL_CONFIRMATIONS, () => etherPrice);
      const parts = {
        client,
        addresses,
        keeper,
        operator,
        store,
        desk,
        settings,
        policy,
        dryRun,
        acceptForeign,
        blocks,
        log,
        onSnapshot,
      };
      const silenceMs = 1_000 * config.KEEL_SILENCE_SECONDS;
      const timing = { pollMs: config.KEEL_POLL_MS, silenceMs, signal: stop.signal };
      const seen = await run({ ...parts, ...timing, outlooks, ...(relay && { relay }) });
      log.info({ blocks: seen }, "stopped");
    } finally {
      server.close();
    }
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await store.close();
  }
}
