import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { InvalidInputError } from "../errors.ts";
import { breaksOfContracts, breaksOfRolls, type Levels } from "../hedging/ratio/hedgeSample.ts";
import { readTime } from "../simulation/models/readTime.ts";
import { type OrderedRows, orderRows, type UnorderedRow } from "./orderRows.ts";

/** Columns by name, or by number from 1 (which is how a file without a header is read). */
export type HedgeColumns = {
  readonly spot: string;
  readonly future: string;
  /** Names the contract of a row. */
  readonly roll?: string | undefined;
  readonly date?: string | undefined;
};

export type BadRow = { readonly line: number; readonly reason: string };

export type HedgeFile = Omit<OrderedRows, "rows"> & {
  readonly levels: Levels;
  /** Line of the file of every level. */
  readonly lines: readonly number[];
  readonly badRows: readonly BadRow[];
  readonly rolls: number;
};

type Line = { readonly record: readonly string[]; readonly info: { readonly lines: number } };
type Indices = { readonly spot: number; readonly future: number; readonly roll: number; readonly date: number };

const DATES = ["date", "time", "timestamp", "datetime"];
/** A larger share of bad rows means the wrong column. */
const MOST_BAD = 0.1;

/**
 * Reads levels of spot and future from a CSV or .csv.gz file: comma, semicolon (then a decimal comma too) or tab, with or without a header or byte-order mark. A row that
 * cannot be used is left out and reported, and the row after it counts as a break: no move is made across the hole. Rows that tell their time are brought into its order.
 * @param positive  whether levels must be positive, as returns need them
 * @param rolls     unix seconds from which a new contract's prices run
 * @throws InvalidInputError naming file, line and cure when a column is missing or more than a tenth of the rows are bad
 */
export function readHedgeFile(file: string, columns: HedgeColumns, positive: boolean, rolls: readonly number[]): HedgeFile {
  const { lines, hasDecimalComma } = readLines(file);
  const { indices, from } = findColumns(file, lines[0], columns);
  const badRows: BadRow[] = [];
  const given: UnorderedRow[] = [];
  const dates = new Map<number, string>();
  for (const { record, info } of lines.slice(from)) {
    const number = (index: number) => Number((hasDecimalComma ? record[index]?.replace(",", ".") : record[index]) || Number.NaN);
    const [spot, future] = [number(indices.spot), number(indices.future)];
    const reason =
      badness("spot", spot, record[indices.spot], positive) ?? badness("future", future, record[indices.future], positive);
    const [contract, date] = [record[indices.roll] ?? "", record[indices.date] ?? ""];
    if (reason !== undefined) badRows.push({ line: info.lines, reason });
    const levels = reason === undefined ? { spot, future, contract } : undefined;
    given.push({ line: info.lines, time: readTime(date), levels });
    dates.set(info.lines, date);
  }
  const listed = badRows.slice(0, 5).map(({ line, reason }) => `line ${line}: ${reason}`);
  if (badRows.length > MOST_BAD * given.length) {
    throw new InvalidInputError(
      `${file} has ${badRows.length} bad rows of ${given.length}, too many to leave out; ${listed.join("; ")}`,
      {
        file,
        badRows,
      },
    );
  }
  const ordered = orderRows(given);
  const { rows } = ordered;
  if (rows.length < 4) throw new InvalidInputError(`${file} has ${rows.length} usable rows: at least four are needed`, { file });
  return toHedgeFile(file, ordered, dates, badRows, columns, rolls);
}

function toHedgeFile(
  file: string,
  { rows, ...order }: OrderedRows,
  dates: ReadonlyMap<number, string>,
  badRows: readonly BadRow[],
  columns: HedgeColumns,
  rolls: readonly number[],
): HedgeFile {
  const dateless = rows.find(({ time }) => time === undefined);
  if (rolls.length > 0 && dateless !== undefined) {
    throw new InvalidInputError(
      `${file} line ${dateless.line}: roll dates need a time in every row, found "${dates.get(dateless.line)}"; name its column with --date`,
      { file },
    );
  }
  const byContract = columns.roll === undefined ? rows.map(() => false) : breaksOfContracts(rows.map(({ contract }) => contract));
  const byDate = breaksOfRolls(
    rows.map(({ time }) => time as number),
    rolls,
  );
  const isRoll = byContract.map((isBreak, t) => isBreak || (byDate[t] as boolean));
  return {
    levels: {
      spot: Float64Array.from(rows, ({ spot }) => spot),
      future: Float64Array.from(rows, ({ future }) => future),
      isBreak: rows.map(({ isAfterGap }, t) => isAfterGap || (isRoll[t] as boolean)),
    },
    lines: rows.map(({ line }) => line),
    badRows,
    rolls: isRoll.filter(Boolean).length,
    ...order,
  };
}

function badness(side: string, value: number, text: string | undefined, positive: boolean): string | undefined {
  if (text === undefined || text === "") return `the ${side} is missing`;
  if (!Number.isFinite(value)) return `the ${side} "${text}" is no number`;
  return positive && value <= 0 ? `the ${side} ${text} is not positive` : undefined;
}

function readLines(file: string): { lines: Line[]; hasDecimalComma: boolean } {
  try {
    const bytes = readFileSync(file);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
    const first = text.slice(0, text.search(/[\r\n]|$/));
    const delimiter = first.includes(";") ? ";" : first.includes("\t") ? "\t" : ",";
    const lines = parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true });
    return { lines: lines as unknown as Line[], hasDecimalComma: delimiter !== "," };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`${file} cannot be read: ${reason}; give a CSV or .csv.gz file`, { file }, { cause });
  }
}

function findColumns(file: string, first: Line | undefined, columns: HedgeColumns): { indices: Indices; from: 0 | 1 } {
  const names = first?.record.map((name) => name.toLowerCase()) ?? [];
  const indexOf = (column: string): number => {
    const named = names.indexOf(column.toLowerCase());
    const numbered = Number.isSafeInteger(Number(column)) ? Number(column) - 1 : -1;
    const index = named >= 0 ? named : numbered;
    if (index >= 0 && index < names.length) return index;
    const message = `${file} has no column "${column}"; choose of ${first?.record.join(", ")}, or give a number from 1 to ${names.length}`;
    throw new InvalidInputError(message, { file, column });
  };
  const optional = (column: string | undefined) => (column === undefined ? -1 : indexOf(column));
  const date = columns.date === undefined ? names.findIndex((name) => DATES.includes(name)) : indexOf(columns.date);
  const indices = { spot: indexOf(columns.spot), future: indexOf(columns.future), roll: optional(columns.roll), date };
  const isHeader = Number.isNaN(Number(names[indices.spot]?.replace(",", ".")));
  return { indices, from: isHeader ? 1 : 0 };
}
