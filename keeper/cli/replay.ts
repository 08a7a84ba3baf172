import { Command } from "commander";
import { readAddressBook } from "../chain/addressBook.ts";
import { MICRO, unpackSeries } from "../chain/seriesId.ts";
import { ConfigError, InvalidInputError } from "../errors.ts";
import { numberText, signedText, sizeText, timeText } from "../report/numberText.ts";
import type { Decision } from "../service/decide.ts";
import type { Take } from "../service/decideTake.ts";
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
  .option("--json", "print the decisions as an array with the recorded and the new plan")
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
    const answers = entries.map((entry) => {
      const { chainId, vault } = entry.decision;
      const book = books.find((each) => each.chainId === chainId && each.contracts.vault === vault);
      if (book === undefined)
        throw new ConfigError(
          `Decision ${entry.decision.id} is about vault ${vault} on chain ${chainId}: name its address book with --addresses`,
        );
      return { entry, answer: entry.decision.snapshot === null ? undefined : replay(entry, book) };
    });
    process.stdout.write(
      json
        ? `${JSON.stringify(answers.map(record), decimal, 2)}\n`
        : answers.map(({ entry, answer }) => (answer === undefined ? heading(entry) : page(entry, answer))).join(""),
    );
    if (answers.some(({ answer }) => answer?.same === false)) process.exitCode = 1;
  });

/** An errand, or a block that could not be read, has nothing to be made again from. */
function record({ entry: { decision, transaction }, answer }: { entry: JournalEntry; answer: Replay | undefined }) {
  const { id, verdict, blockNumber, timestamp, plan, reason } = decision;
  const made = answer ?? { recorded: { plan, reason } };
  return { id, verdict, block: Number(blockNumber), time: timeText(Number(timestamp)), transaction: transaction?.state, ...made };
}

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
  const { plans, take } = (replayed.plan as Pick<Decision, "plans" | "take"> | null) ?? { plans: [] };
  const table = alignedTable(
    ["", "hedge error", "no-trade region", "target", "trade", "cost", "risk removed"],
    plans.map(({ underlying, hedgeError, region, trade, cost, saves }) => [
      underlying,
      signedText(hedgeError, 3),
      `${sizeText(region.lower)} … ${sizeText(region.upper)}`,
      `${sizeText(region.targetLower)} … ${sizeText(region.targetUpper)}`,
      // A take goes before spot, whose trade then waits for the book that holds the option.
      ...(take === undefined || trade === 0
        ? [signedText(trade, 3), numberText(cost, 2), numberText(saves, 2)]
        : ["waits", "", ""]),
    ]),
    1,
  );
  const verdict = same ? "the same plan" : `DIFFERENT: ${replayed.reason}`;
  return `${heading(entry)}Made again   ${verdict}\n${take === undefined ? "" : takeLine(take)}${plans.length === 0 ? "" : `\n${table}\n`}`;
}

function takeLine({ quote, size, cost, saves }: Take): string {
  const { type, strike, expiry } = unpackSeries(quote.series);
  const option = `${sizeText(Number(size) / MICRO)} ${type} ${sizeText(strike)} of ${timeText(expiry)} UTC`;
  return `Take         ${quote.makerSells ? "buy" : "sell"} ${option}, cost ${numberText(cost, 2)}, risk removed ${numberText(saves, 2)}\n`;
}

function decimal(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
