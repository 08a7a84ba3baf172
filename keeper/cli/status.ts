import { Command } from "commander";
import { createPublicClient, http, type PublicClient } from "viem";
import { type AddressBook, readAddressBook } from "../chain/addressBook.ts";
import { checkAddresses } from "../chain/checkMarket.ts";
import type { WindDownState } from "../chain/snapshot.ts";
import { ConfigError } from "../errors.ts";
import { numberText, signedText, sizeText, timeText } from "../report/numberText.ts";
import { MOST_ENTRIES } from "../service/httpServer.ts";
import { createLog } from "../service/log.ts";
import { readStatus } from "../service/readStatus.ts";
import { createRegions } from "../service/solveRegions.ts";
import type { Limited, VaultView } from "../service/vaultView.ts";
import { settingsFor } from "../simulation/demoSettings.ts";
import type { JournalEntry } from "../store/journal.ts";
import { alignedTable } from "./alignedTable.ts";
import { type Config, readConfig, readHedgeBelief } from "./config.ts";
import { wholeUpTo } from "./numberOption.ts";
import { readEvents } from "./readEvents.ts";
import { readJournal } from "./readJournal.ts";

type StatusFlags = { rpc?: string; addresses?: string; store?: string; entries: number; json?: true };

/** The last journal entries, or why they cannot be read now. */
type JournalView = { readonly entries: readonly JournalEntry[] } | { readonly unreadable: string };

/** `keel status`: how a vault stands now. */
export const statusCommand = new Command("status")
  .description(
    "how the vault stands: oracles, equity, Greeks against their limits, no-trade region, budget, queue, last decisions",
  )
  .option("--rpc <url>", "JSON-RPC endpoint (KEEL_RPC_URL)")
  .option("--addresses <file>", "address book of the deployment (KEEL_ADDRESSES)")
  .option("--store <folder>", "journal folder (KEEL_STORE); DATABASE_URL takes its place")
  .option("--entries <n>", "journal entries to show", wholeUpTo(MOST_ENTRIES), 5)
  .option("--json", "print everything as JSON")
  .action(async ({ rpc, addresses: book, store, entries, json }: StatusFlags) => {
    const config = readConfig({ KEEL_RPC_URL: rpc, KEEL_ADDRESSES: book, KEEL_STORE: store });
    const addresses = readAddressBook(config.KEEL_ADDRESSES);
    const client = createPublicClient({ transport: http(config.KEEL_RPC_URL), cacheTime: 0 }) as PublicClient;
    await checkAddresses(client, addresses);
    const settings = settingsFor({
      policy: config.KEEL_POLICY,
      events: await readEvents(config.KEEL_EVENTS, "run"),
      riskAversion: config.KEEL_RISK_AVERSION,
      belief: readHedgeBelief(config.KEEL_HEDGE_DELTA, config.KEEL_DELTA_COEFFICIENTS),
      blockSeconds: config.KEEL_BLOCK_SECONDS,
    });
    const regions = createRegions({ wait: true, log: createLog("error") });
    const status = await readStatus(client, addresses, settings, regions).finally(regions.close);
    const journal = await latest(config, entries);
    process.stdout.write(
      json ? `${JSON.stringify({ ...status, journal: summaries(journal) }, null, 2)}\n` : page(addresses, status, journal),
    );
  });

async function latest(config: Config, limit: number): Promise<JournalView> {
  try {
    return { entries: await readJournal(config, (journal) => journal.latest(limit), `/decisions?limit=${limit}`) };
  } catch (error) {
    // The chain's side of the answer stands all the same.
    if (error instanceof ConfigError) return { unreadable: error.message };
    throw error;
  }
}

function page({ chainId, contracts, quote }: AddressBook, status: VaultView, journal: JournalView): string {
  const { block, equity, quoteCash, health, healthFloor, budget, queue, windDown, paused, underlyings, decision } = status;
  const struck = Math.min(queue.struckDeposits, queue.struckRedemptions);
  const healthText = Number.isFinite(health) ? numberText(health, 2) : "no debt";
  const facts = [
    ["Vault", `${contracts.vault} on chain ${chainId}${paused ? ", PAUSED" : ""}${ending(windDown)}`],
    ["Block", `${numberText(block.number)}, ${timeText(block.timestamp)} UTC`],
    ["Equity", `${numberText(equity, 2)} ${quote.symbol}, of it ${numberText(quoteCash, 2)} in cash`],
    ["Aave health", `${healthText} (floor ${numberText(healthFloor, 2)})`],
    ["Budget left", `${numberText(budget.left, 2)} of ${numberText(budget.limit, 2)} ${quote.symbol}`],
    ["Epoch", `${queue.openEpoch} takes requests until ${timeText(queue.cutoff)} UTC, struck up to ${struck}`],
  ] as const;
  const table = alignedTable(
    [
      "",
      "price",
      "oracle age",
      "holdings",
      "legs",
      "hedge error",
      "no-trade region",
      "error limit",
      "gamma / limit",
      "vega / limit",
    ],
    underlyings.map((each) => [
      each.symbol,
      numberText(each.price, 2),
      `${numberText(each.oracleAgeSeconds)} s`,
      sizeText(each.holdings),
      String(each.legs.length),
      signedText(each.hedgeError.value, 3),
      each.plan === undefined ? "not decided" : regionText(each.plan.region),
      `±${sizeText(each.hedgeError.limit)}`,
      against(each.gamma, 4),
      against(each.vega, 0),
    ]),
    1,
  );
  const lines = facts.map(([name, text]) => `${name.padEnd(14)}${text}`);
  return `${[...lines, "", table, "", `Now           ${decision.reason}`, "", ...journalLines(journal)].join("\n")}\n`;
}

function ending({ startedAt, closed }: WindDownState): string {
  if (startedAt === 0) return "";
  return closed ? ", CLOSED: shares are redeemed in kind" : `, WINDING DOWN since ${timeText(startedAt)} UTC`;
}

function regionText({ lower, upper }: { lower: number; upper: number }): string {
  return `${sizeText(lower)} … ${sizeText(upper)}`;
}

function against({ value, limit }: Limited, digits: number): string {
  return `${signedText(value, digits)} / ${numberText(limit, digits)}`;
}

function journalLines(journal: JournalView): readonly string[] {
  if ("unreadable" in journal) return [`Journal       ${journal.unreadable}`];
  if (journal.entries.length === 0) return ["Journal       empty"];
  return [
    "Last decisions",
    ...summaries(journal).map(
      ({ id, time, verdict, transaction, reason }) =>
        `  ${String(id).padStart(6)}  ${time}  ${verdict.padEnd(9)} ${transaction.padEnd(9)} ${reason}`,
    ),
  ];
}

function summaries(journal: JournalView) {
  if ("unreadable" in journal) return [];
  return journal.entries.map(({ decision, transaction }) => ({
    id: decision.id,
    block: Number(decision.blockNumber),
    time: timeText(Number(decision.timestamp)),
    verdict: decision.verdict,
    transaction: transaction?.state ?? "",
    reason: decision.reason,
  }));
}
