import { Command } from "commander";
import { readAddressBook } from "../chain/addressBook.ts";
import { latestBlocks } from "../chain/blockSource.ts";
import { checkAddresses } from "../chain/checkMarket.ts";
import { createChainClient } from "../chain/endpoints.ts";
import { ConfigError } from "../errors.ts";
import { createExecutor } from "../execution/executor.ts";
import { loadAccount } from "../execution/loadAccount.ts";
import { disableCoreDumps } from "../service/coreDumps.ts";
import { createLog } from "../service/log.ts";
import { watchVault } from "../service/watchVault.ts";
import { executionPolicy } from "../simulation/demoSettings.ts";
import { openStore } from "../store/openStore.ts";
import { readConfig, rpcUrlsOf } from "./config.ts";
import { positiveWhole } from "./numberOption.ts";
import { accountSource, openAccount } from "./openAccount.ts";
import { openWebhook } from "./openWebhook.ts";

type WatchFlags = { rpc?: string; addresses?: string; store?: string; hedges?: number };

/** Used for the fee ceiling alone: the vault refunds in quote what a useful call cost. */
const ETHER_PRICE = 3_000;

/** `keel watch`: hedges a vault whose keeper is dead. */
export const watchCommand = new Command("watch")
  .description(
    "watch a vault from another machine and call emergencyHedge when its keeper leaves too large an error for too long",
  )
  .option("--rpc <url>", "JSON-RPC endpoint, better not the keeper's (KEEL_RPC_URL)")
  .option("--addresses <file>", "address book of the deployment (KEEL_ADDRESSES)")
  .option("--store <folder>", "folder of its own journal (KEEL_WATCH_STORE)")
  .option("--hedges <n>", "stop after so many emergency hedges", positiveWhole)
  .addHelpText(
    "after",
    "\nSigns with KEEL_WATCH_PRIVATE_KEY or KEEL_WATCH_KEYSTORE: any account with gas money, no role needed, not the keeper's.",
  )
  .action(async ({ rpc, addresses: path, store: folder, hedges }: WatchFlags) => {
    const config = readConfig({ KEEL_RPC_URL: rpc, KEEL_ADDRESSES: path, KEEL_WATCH_STORE: folder });
    const addresses = readAddressBook(config.KEEL_ADDRESSES);
    if (config.KEEL_WATCH_PRIVATE_KEY === undefined && config.KEEL_WATCH_KEYSTORE === undefined)
      throw new ConfigError(
        "No key to watch with: set KEEL_WATCH_PRIVATE_KEY, or KEEL_WATCH_KEYSTORE and its password; not the keeper's key",
      );
    const account = await loadAccount(accountSource(config, "WATCH_"));
    const hasKeeper = config.KEEL_PRIVATE_KEY !== undefined || config.KEEL_KEYSTORE !== undefined;
    if (hasKeeper && (await openAccount(config, "")).address === account.address)
      throw new ConfigError(
        `${account.address} is the keeper's: a transaction of the watch would halt it, give the watch a key of its own`,
      );
    const urls = rpcUrlsOf(config, addresses.chainId);
    const client = createChainClient({ urls, chainId: addresses.chainId, timeoutMs: config.KEEL_RPC_TIMEOUT_MS });
    await checkAddresses(client, addresses);

    const webhook = config.KEEL_ALERT_URL && openWebhook(config.KEEL_ALERT_URL);
    const log = createLog(config.KEEL_LOG_LEVEL, webhook && { alerts: webhook });
    const coreDumps = disableCoreDumps();
    if (coreDumps !== undefined) log.warn(coreDumps);
    const store = await openStore({ folder: config.KEEL_WATCH_STORE });
    const stop = new AbortController();
    const onSignal = () => stop.abort();
    process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
    try {
      const policy = executionPolicy(config.KEEL_CONFIRMATIONS, () => ETHER_PRICE);
      const executor = createExecutor({ publicClient: client, account, store, policy, chainId: addresses.chainId, log });
      const onProblem = (error: Error, inARow: number) => log.warn({ inARow }, error.message);
      const heads = latestBlocks({ client, pollMs: config.KEEL_POLL_MS, signal: stop.signal, onProblem });
      log.info({ watch: account.address }, `watching over vault ${addresses.contracts.vault}`);
      const confirmed = await watchVault({ client, addresses, executor, store, heads, log, hedges });
      log.info({ hedges: confirmed }, "stopped");
    } finally {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      await store.close();
      await webhook?.flush();
    }
  });
