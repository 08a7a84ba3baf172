import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { InvalidInputError } from "../../errors.ts";
import { readTime } from "./readTime.ts";

/** Prices in ascending order of time, as the file has them: nothing is filled in. */
export type PriceHistory = {
  readonly file: string;
  /** Unix seconds. */
  readonly times: Float64Array;
  readonly prices: Float64Array;
  /** The file's most frequent distance between two prices, seconds. */
  readonly stepSeconds: number;
  /** Rows that repeated a time and were dropped; of those that disagreed the newer row was kept. */
  readonly duplicates: number;
  readonly conflictingDuplicates: number;
  /** Places where at least one step is missing, and how many steps in all. */
  readonly gaps: number;
  readonly missingSteps: number;
};

export type PriceColumns = {
  readonly time?: string | undefined;
  readonly price?: string | undefined;
  /** Names a price column may have instead of the usual ones, the best first. */
  readonly prices?: readonly string[] | undefined;
  /** Zero is a price too, as that of gas once was. */
  readonly zero?: boolean | undefined;
};

/** Unix seconds: the first of the prices wanted and the first no longer wanted. */
export type PricePeriod = { readonly from?: number | undefined; readonly to?: number | undefined };

type Row = { readonly time: number; readonly price: number };
type Line = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

const timeNames = [
  "timestamp",
  "time",
  "unix",
  "open_time",
  "opentime",
  "open time",
  "date",
  "datetime",
  "date_utc",
  "unixtimestamp",
];
const priceNames = ["close", "price", "last", "answer", "value"];
/** A header may follow a line or two of advertising. */
const headerWithin = 5;

/**
 * Reads a CSV or .csv.gz file of prices by its header: a column named like a time (timestamp, time, unix, open_time, date) and one like a
 * price (close, price). Times are seconds, milliseconds or microseconds since 1970, or ISO dates (UTC unless they say otherwise), oldest or newest first.
 * @param columns  names to use instead of the recognised ones
 * @param period  what lies outside is read and left out: gaps and duplicates are those of the period
 * @throws InvalidInputError naming file, line and cure when the file or a line cannot be read
 */
export function pricesFromFile(file: string, columns: PriceColumns = {}, period: PricePeriod = {}): PriceHistory {
  const lines = readLines(file);
  const { headerIndex, timeIndex, priceIndex } = findHeader(file, lines, columns);
  const rows = lines.slice(headerIndex + 1).map((line): Row => {
    const refuse = (what: string, text: string | undefined, cure: string): never => {
      const message = `${file} line ${line.info.lines}: ${what} ${text === undefined ? "is missing" : `"${text}" cannot be read`}; ${cure}.`;
      throw new InvalidInputError(message, { file, line: line.info.lines, text });
    };
    const [timeText, priceText] = [line.record[timeIndex], line.record[priceIndex]];
    const time = readTime(timeText ?? "");
    const price = Number(priceText === "" ? Number.NaN : priceText);
    if (time === undefined) refuse("the time", timeText, "write unix seconds or an ISO date, or remove the line");
    if (!((price > 0 || (columns.zero && price === 0)) && price < Number.POSITIVE_INFINITY))
      refuse("the price", priceText, "write a positive number or remove the line");
    return { time: time as number, price };
  });
  if (rows.length < 2) throw new InvalidInputError(`${file} has ${rows.length} prices: at least two are needed.`, { file });
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = period;
  const wanted = rows.filter(({ time }) => time >= from && time < to);
  if (wanted.length < 2)
    throw new InvalidInputError(`No prices between --from and --to in ${file}: widen them`, { file, from, to });
  return toHistory(file, wanted);
}

function readLines(file: string): Line[] {
  try {
    const bytes = readFileSync(file);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Line[];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`${file} cannot be read: ${reason}; give a CSV or .csv.gz file.`, { file }, { cause });
  }
}

function findHeader(file: string, lines: readonly Line[], columns: PriceColumns) {
  const timeWanted = columns.time === undefined ? timeNames : [columns.time.toLowerCase()];
  const priceWanted = columns.price === undefined ? (columns.prices ?? priceNames) : [columns.price.toLowerCase()];
  const indexOfFirst = (wanted: readonly string[], names: readonly string[]) =>
    wanted.map((name) => names.indexOf(name)).find((index) => index >= 0) ?? -1;
  for (let headerIndex = 0; headerIndex < Math.min(headerWithin, lines.length); headerIndex++) {
    const names = (lines[headerIndex] as Line).record.map((name) => name.toLowerCase());
    const timeIndex = indexOfFirst(timeWanted, names);
    const priceIndex = indexOfFirst(priceWanted, names);
    if (timeIndex >= 0 && priceIndex >= 0) return { headerIndex, timeIndex, priceIndex };
  }
  const found = lines[0]?.record.join(",") ?? "nothing";
  throw new InvalidInputError(
    `${file} line 1: no header with a time column (${timeWanted.join(", ")}) and a price column (${priceWanted.join(", ")}), found "${found}"; add a header line such as "timestamp,close".`,
    { file, line: 1 },
  );
}

function toHistory(file: string, rows: readonly Row[]): PriceHistory {
  const isNewestFirst = (rows[0] as Row).time > (rows[rows.length - 1] as Row).time;
  // A stable sort after turning a newest-first file leaves the newer of two rows of one time last.
  const sorted = (isNewestFirst ? [...rows].reverse() : [...rows]).sort((a, b) => a.time - b.time);
  const kept: Row[] = [];
  let conflictingDuplicates = 0;
  for (const row of sorted) {
    const last = kept.at(-1);
    if (last?.time !== row.time) {
      kept.push(row);
      continue;
    }
    if (last.price !== row.price) conflictingDuplicates++;
    kept[kept.length - 1] = row;
  }
  const times = Float64Array.from(kept, (row) => row.time);
  const stepSeconds = mostFrequentStep(times);
  let [gaps, missingSteps] = [0, 0];
  for (let i = 1; i < times.length; i++) {
    const missing = Math.round(((times[i] as number) - (times[i - 1] as number)) / stepSeconds) - 1;
    if (missing > 0) {
      gaps++;
      missingSteps += missing;
    }
  }
  const prices = Float64Array.from(kept, (row) => row.price);
  return { file, times, prices, stepSeconds, duplicates: rows.length - kept.length, conflictingDuplicates, gaps, missingSteps };
}

function mostFrequentStep(times: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const step = (times[i] as number) - (times[i - 1] as number);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  let best = 0;
  for (const [step, count] of counts) if (best === 0 || count > (counts.get(best) ?? 0)) best = step;
  return best;
}
