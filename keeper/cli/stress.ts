import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { InvalidInputError } from "../errors.ts";
import { timeText } from "../report/numberText.ts";
import { renderPage } from "../report/page.ts";
import { stressPage } from "../report/stressPage.ts";
import { checkRiskBudget } from "../risk/checkRiskBudget.ts";
import { windowFrom } from "../risk/crashWindows.ts";
import { stressReport } from "../risk/stressReport.ts";
import { type PriceHistory, pricesFromFile } from "../simulation/models/pricesFromFile.ts";
import { readTime } from "../simulation/models/readTime.ts";
import { positive } from "./numberOption.ts";
import { BOOK_FORMAT, readBook } from "./readBook.ts";
import { requireWritable } from "./requireWritable.ts";
import { stressTable } from "./stressTable.ts";

type StressOptions = {
  book: string;
  prices?: string;
  replay?: readonly number[];
  horizon: number;
  confidence: number;
  json?: true;
  html?: string;
};

/** Crashes worth replaying from any file that reaches them. */
const CRASHES = ["2020-03-12", "2021-05-19", "2022-06-17", "2026-02-05"];
/** Days from now at which the scenario matrices are drawn. */
const DAYS = [0, 1, 7];

/** `keel stress`: a book in, what it loses when markets break out. */
export const stressCommand = new Command("stress")
  .description("Greeks, scenario matrix, named stresses, crash replays and expected shortfall of a book of options")
  .requiredOption("--book <file>", "book as JSON, see below")
  .option("--prices <file>", "CSV or .csv.gz of prices to replay crashes from and take historical tails from")
  .addOption(
    new Option(
      "--replay <time...>",
      `replay from these times of the prices too, besides ${CRASHES.join(", ")} where they reach`,
    ).argParser(collectTimes),
  )
  .option("--horizon <hours>", "time of one standard deviation, of the tails and of a replay", positive, 24)
  .option("--confidence <c>", "of value at risk and expected shortfall", probability, 0.975)
  .option("--json", "print everything as JSON instead of a table")
  .option("--html <file>", "write heat maps and tables as one page that opens offline")
  .addHelpText("after", BOOK_FORMAT)
  .action(async ({ book, prices, replay = [], horizon, confidence, json, html }: StressOptions) => {
    const { books, riskBudget } = await readBook(book, Math.floor(Date.now() / 1000));
    const series = prices === undefined ? undefined : pricesFromFile(prices);
    const horizonSeconds = horizon * 3600;
    for (const time of replay) checkReplay(time, series, horizonSeconds);
    if (html !== undefined) await requireWritable(html, "--html");
    const report = stressReport(books, {
      horizonSeconds,
      confidence,
      times: DAYS.map((days) => days * 86_400),
      prices: series,
      replayFrom: [...new Set([...CRASHES.map(toTime), ...replay])],
    });
    const budget = checkRiskBudget(report, riskBudget);
    if (html !== undefined) await writeFile(html, await renderPage(stressPage(report, budget)));
    process.stdout.write(json ? `${JSON.stringify({ ...report, budget }, plainArrays, 2)}\n` : stressTable(report, budget));
    if (html !== undefined && !json) process.stdout.write(`\nwritten: ${html}\n`);
    if (budget.some(({ found, allowed }) => found > allowed)) process.exitCode = 1;
  });

function checkReplay(time: number, prices: PriceHistory | undefined, seconds: number): void {
  const asked = timeText(time);
  if (prices === undefined) {
    throw new InvalidInputError(`There is nothing to replay ${asked} from: name a file of prices with --prices`, { time });
  }
  if (windowFrom(prices, time, seconds) !== undefined) return;
  const { file, times } = prices;
  const reach = `${timeText(times[0] as number)} to ${timeText(times[times.length - 1] as number)} UTC`;
  throw new InvalidInputError(`${file} holds prices of ${reach}: nothing to replay from ${asked}; choose a time within`, {
    time,
  });
}

/** JSON knows no typed arrays. An open end, the last tenor's, becomes null. */
function plainArrays(_: string, value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value;
}

function collectTimes(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, toTime(text)];
}

function toTime(text: string): number {
  const time = readTime(text);
  if (time === undefined) throw new InvalidArgumentError("Give an ISO date, such as 2020-03-12 or 2020-03-12T06:00Z.");
  return time;
}

function probability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("Give a number between 0 and 1, such as 0.975.");
  return value;
}
