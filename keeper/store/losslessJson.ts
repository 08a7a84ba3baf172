import { customType } from "drizzle-orm/pg-core";
import { InvalidInputError } from "../errors.ts";

// What JSON or jsonb would lose travels as an object with a single "$…" key; a real key that begins with "$" gets one more "$".
type Tagged = { $bigint: string } | { $number: string } | { $text: string };

const isSafe = (text: string) => text.isWellFormed() && !text.includes("\0");

/**
 * JSON text that gives the same value back after a stay in a jsonb column: bigints, NaN, ±Infinity, −0, and text jsonb refuses
 * (NUL, lone surrogates) are tagged. Undefined properties are left out, as in JSON.
 * @throws InvalidInputError for what has no faithful form: functions, symbols, class instances, undefined in an array
 */
export function encodeLossless(value: unknown): string {
  return JSON.stringify(encode(value, "value"));
}

/** The inverse of `encodeLossless`, from its parsed JSON: both drivers parse jsonb themselves. */
export function decodeLossless(stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null) return stored;
  if (Array.isArray(stored)) return stored.map(decodeLossless);
  const { $bigint, $number, $text } = stored as Partial<Record<"$bigint" | "$number" | "$text", string>>;
  if ($bigint !== undefined) return BigInt($bigint);
  if ($number !== undefined) return Number($number);
  if ($text !== undefined) return JSON.parse($text);
  const entries = Object.entries(stored).map(([key, item]) => [key.startsWith("$") ? key.slice(1) : key, decodeLossless(item)]);
  return Object.fromEntries(entries);
}

/** A jsonb column of lossless values. */
export const losslessJson = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "jsonb",
  toDriver: encodeLossless,
  fromDriver: decodeLossless,
});

function encode(value: unknown, path: string): unknown {
  switch (typeof value) {
    case "bigint":
      return { $bigint: value.toString() } satisfies Tagged;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $number: Object.is(value, -0) ? "-0" : String(value) } satisfies Tagged;
    case "string":
      // Escaped twice, so that jsonb sees no escape sequence at all.
      return isSafe(value) ? value : ({ $text: JSON.stringify(value) } satisfies Tagged);
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item, index) => encode(item, `${path}[${index}]`));
      if (isPlain(value)) {
        const kept = Object.entries(value).filter(([, item]) => item !== undefined);
        return Object.fromEntries(kept.map(([key, item]) => [encodeKey(key, path), encode(item, `${path}.${key}`)]));
      }
  }
  throw new InvalidInputError(`${path} cannot be written to the journal: only plain objects, arrays and primitives can`, {
    path,
  });
}

function encodeKey(key: string, path: string): string {
  if (!isSafe(key)) throw new InvalidInputError(`A key in ${path} cannot be written to the journal`, { path });
  return key.startsWith("$") ? `$${key}` : key;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
