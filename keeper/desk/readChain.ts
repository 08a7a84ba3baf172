import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { median } from "simple-statistics";
import { z } from "zod";
import { InvalidInputError } from "../errors.ts";
import { forwardFromParity, type ParityPair } from "../pricing/forward.ts";
import type { OptionQuote } from "../pricing/smileQuote.ts";

/** The options of one expiry with its forward and where that came from. */
export type ChainExpiry = {
  /** Unix seconds. */
  readonly expiry: number;
  readonly years: number;
  readonly forward: number;
  readonly forwardSource: "future" | "parity" | "underlying";
  readonly options: readonly OptionQuote[];
};

/** All options of one currency at one moment, by increasing expiry; prices in quote per unit of underlying, undiscounted. */
export type OptionChain = {
  readonly currency: string;
  /** Unix seconds. */
  readonly observedAt: number;
  readonly spot: number;
  readonly expiries: readonly ChainExpiry[];
};

const YEAR_SECONDS = 365 * 86_400;

const absent = z.literal("").transform(() => undefined);
const positive = z.coerce.number("must be a number").positive("must be positive");
const price = z.union([absent, z.coerce.number("must be a number, or empty").min(0, "must not be negative")]).optional();
const moment = z.iso
  .datetime({ offset: true, error: "must be a date and time such as 2026-04-30T08:00:00+00:00" })
  .transform((text) => Date.parse(text) / 1000);

const rowSchema = z.object({
  timestamp: moment,
  currency: z.string().min(1, "must not be empty"),
  option_type: z.enum(["call", "put"], "must be call or put"),
  strike: positive,
  expiry_datetime: moment,
  index_price: positive,
  /** Forward or index the venue prices this option against; it also turns coin prices into quote. */
  underlying: positive,
  futures_price: price,
  bid_price: price,
  ask_price: price,
  mark_price: price,
  implied_volatility: price,
});
type Row = z.infer<typeof rowSchema>;

const REQUIRED = ["timestamp", "currency", "option_type", "strike", "expiry_datetime", "index_price", "underlying"] as const;

/**
 * A Deribit-style option chain: one option a line, prices in coin, `implied_volatility` that of the mark as a decimal.
 * @param path a .csv or .csv.gz file
 * @throws InvalidInputError when the file cannot be read, a line makes no sense, or the currency is not in it
 */
export async function readChain(path: string, currency: string): Promise<OptionChain> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InvalidInputError(`${path}: cannot be read; check the path`, { path }, { cause });
  }
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return parseChain((isGzip ? gunzipSync(bytes) : bytes).toString("utf8"), currency);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw new InvalidInputError(`${path}: ${cause.message}`, cause.facts, { cause });
    if (isGzip) throw new InvalidInputError(`${path}: is a damaged gzip file; download it again`, { path }, { cause });
    throw cause;
  }
}

/** `readChain` for text already in memory. */
export function parseChain(csv: string, currency: string): OptionChain {
  const rows = readRows(csv);
  const wanted = rows.filter((row) => row.currency.toUpperCase() === currency.toUpperCase());
  if (wanted.length === 0) {
    const present = [...new Set(rows.map((row) => row.currency))].sort();
    throw new InvalidInputError(`holds no options on ${currency}; it holds ${present.join(" and ") || "none at all"}`, {
      currency,
      present,
    });
  }
  const observedAt = median(wanted.map((row) => row.timestamp));
  const byExpiry = Map.groupBy(wanted, (row) => row.expiry_datetime);
  const expiries = [...byExpiry]
    .filter(([expiry]) => expiry > observedAt)
    .sort(([x], [y]) => x - y)
    .map(([expiry, group]) => toExpiry(expiry, (expiry - observedAt) / YEAR_SECONDS, group));
  if (expiries.length === 0)
    throw new InvalidInputError(`every option on ${currency} in it has expired`, { currency, observedAt });
  return { currency: wanted[0]?.currency ?? currency, observedAt, spot: median(wanted.map((row) => row.index_price)), expiries };
}

function readRows(csv: string): Row[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(csv, { columns: true, info: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new InvalidInputError(`${cause.message}; correct that line or remove it`, {}, { cause });
  }
  const header = Object.keys(records[0]?.record ?? {});
  const missing = REQUIRED.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const reason = records.length === 0 ? "has no options" : `has no column ${missing.join(", ")}`;
    throw new InvalidInputError(`${reason}; its first line must name the columns, among them ${REQUIRED.join(", ")}`, {
      missing,
    });
  }
  return records.map(({ record, info }) => {
    const parsed = rowSchema.safeParse(record);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const column = String(issue?.path[0] ?? "");
    const reason = issue?.code === "invalid_union" ? "must be a number that is not negative, or empty" : issue?.message;
    throw new InvalidInputError(
      `line ${info.lines}: ${column} is "${record[column]}" but ${reason}; correct that line or remove it`,
      {
        line: info.lines,
        column,
      },
    );
  });
}

function toExpiry(expiry: number, years: number, rows: readonly Row[]): ChainExpiry {
  const options = rows.map((row): OptionQuote => {
    const inQuote = (coin: number | undefined) => (coin ? coin * row.underlying : undefined);
    return {
      strike: row.strike,
      type: row.option_type,
      bid: inQuote(row.bid_price),
      ask: inQuote(row.ask_price),
      mark: inQuote(row.mark_price),
      markVol: row.implied_volatility || undefined,
      forward: row.futures_price || undefined,
    };
  });
  const futures = rows.flatMap((row) => row.futures_price || []);
  if (futures.length > 0) return { expiry, years, forward: median(futures), forwardSource: "future", options };
  const pairs = parityPairs(options);
  if (pairs.length >= 2) return { expiry, years, forward: forwardFromParity(pairs).forward, forwardSource: "parity", options };
  return { expiry, years, forward: median(rows.map((row) => row.underlying)), forwardSource: "underlying", options };
}

/** Strikes with both sides of both the call and the put quoted. */
function parityPairs(options: readonly OptionQuote[]): ParityPair[] {
  const puts = new Map(options.filter((option) => option.type === "put").map((put) => [put.strike, put]));
  return options.flatMap((call) => {
    const put = puts.get(call.strike);
    if (call.type !== "call" || !call.bid || !call.ask || !put?.bid || !put.ask) return [];
    const callMinusPut = (call.bid + call.ask - put.bid - put.ask) / 2;
    const uncertainty = Math.max((call.ask - call.bid + put.ask - put.bid) / 2, 1e-9 * call.strike);
    return [{ strike: call.strike, callMinusPut, uncertainty }];
  });
}
