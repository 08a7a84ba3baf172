import { Command } from "commander";
import { readAddressBook } from "../chain/addressBook.ts";
import { ConfigError, InvalidInputError } from "../errors.ts";
import type { HedgePlan } from "../hedging/planHedge.ts";
import { numberText, signedText, sizeText, timeText } from "../report/numberText.ts";
import { type Replay, replay } from "../service/replay.ts";
import type { JournalEntry } from "../store/journal.ts";
import { alignedTable } from "./alignedTable.ts";
import { readConfig } from "./config.ts";
import { bookPaths } from "./doctor.ts";
import { positiveWhole } from "./numberOption.ts";
import { readJournal } from "./readJournal.ts";

type ReplayFlags = { addresses?: string; store?: string; block?: number; json?: true };

/** `keel replay`: why we traded, or why we did not, and the proof that it follows from what was recorded. */
export const replayCommand = new Command("replay")
  .description("make a recorded decision again from its snapshot: why it was taken, and whether it comes out the same")
  .argument("[id]", "number of the decision, as keel status shows it; the newest when absent", positiveWhole)
  .option("--block <number>", "the decisions taken at a block instead", positiveWhole)
  .option("--addresses <files>", "address books of the deployments (KEEL_ADDRESSES)")
  .option("--store <folder>", "journal folder (KEEL_STORE); DATABASE_URL takes its place")
  .option("--json", "print the recorded and the new plan as JSON")
  .action(async (id: number | undefined, { addresses, store, block, json }: ReplayFlags) => {
    const config = readConfig({ KEEL_ADDRESSES: addresses, KEEL_STORE: store });
    const books = bookPaths(config).map(readAddressBook);
    const query = id === undefined ? (block === undefined ? "?limit=1" : `?block=${block}`) : `/${id}`;
    const entries = await readJournal(
      config,
      async (journal) => {
        if (id !== undefined) return [await journal.find(id)].flatMap((entry) => entry ?? []);
        return block === undefined ? journal.latest(1) : journal.atBlock(BigInt(block));
      },
      `/decisions${query}`,
    );
    if (entries.length === 0) throw new InvalidInputError(`The journal has no such decision: keel status shows the latest`);
    for (const entry of entries) {
      const { chainId, vault } = entry.decision;
      const book = books.find((each) => each.chainId === chainId && each.contracts.vault === vault);
      if (book === undefined)
        throw new ConfigError(
          `Decision ${entry.decision.id} is about vault ${vault} on chain ${chainId}: name its address book with --addresses`,
        );
      if (entry.decision.snapshot === null) process.stdout.write(heading(entry));
      else {
        const answer = replay(entry, book);
        process.stdout.write(json ? `${JSON.stringify(answer, decimal, 2)}\n` : page(entry, answer));
        if (!answer.same) process.exitCode = 1;
      }
    }
  });

function heading({ decision, transaction, outcome }: JournalEntry): string {
  const { id, verdict, blockNumber, timestamp, reason } = decision;
  const facts = [
    ["Decision", `${id}, ${verdict} at block ${numberText(Number(blockNumber))}, ${timeText(Number(timestamp))} UTC`],
    ["Because", reason],
    [
      "Transaction",
      transaction === null ? "none" : `${transaction.state} ${outcome?.hash ?? transaction.minedHash ?? ""}`.trim(),
    ],
  ];
  return `${facts.map(([name, text]) => `${name?.padEnd(13)}${text}`).join("\n")}\n`;
}

function page(entry: JournalEntry, { same, replayed }: Replay): string {
  const plans = (replayed.plan as { plans: readonly HedgePlan[] } | null)?.plans ?? [];
  const table = alignedTable(
    ["", "hedge error", "no-trade region", "target", "trade", "cost", "risk removed"],
    plans.map(({ underlying, hedgeError, region, trade, cost, saves }) => [
      underlying,
      signedText(hedgeError, 3),
      `${sizeText(region.lower)} … ${sizeText(region.upper)}`,
      `${sizeText(region.targetLower)} … ${sizeText(region.targetUpper)}`,
      signedText(trade, 3),
      numberText(cost, 2),
      numberText(saves, 2),
    ]),
    1,
  );
  const verdict = same ? "the same plan" : `DIFFERENT: ${replayed.reason}`;
  return `${heading(entry)}Made again   ${verdict}\n${plans.length === 0 ? "" : `\n${table}\n`}`;
}

function decimal(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
