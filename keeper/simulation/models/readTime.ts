/** A date with or without a time, with or without a zone. */
const isoPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * Unix seconds from what price files write: seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by size, which is
 * unambiguous from 1973 to 5138), or an ISO date, taken as UTC where it names no zone. Undefined when it is none of these.
 */
export function readTime(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const value = Number(text);
    if (value < 1e8) return undefined;
    const divisor = value < 1e11 ? 1 : value < 1e14 ? 1e3 : value < 1e17 ? 1e6 : 1e9;
    return value / divisor;
  }
  const match = isoPattern.exec(text);
  if (match === null) return undefined;
  const [, day, time = "00:00", zone = "Z"] = match;
  const milliseconds = Date.parse(`${day}T${time}${zone === "UTC" ? "Z" : zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
