import pino, { type Logger } from "pino";

export type { Logger };

const LEVELS: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "", 40: "warning", 50: "error", 60: "fatal" };

/**
 * One line an event on stderr, so that stdout stays for answers: JSON for machines, plain words for a person at a terminal.
 */
export function createLog(level: string, readable = process.stderr.isTTY === true): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  return pino({ level, base: null }, readable ? { write: (line: string) => stderr.write(readableLine(line)) } : stderr);
}

/** "08:00:12  block 312  buy 0.512: …" with what else is known in brackets. */
function readableLine(line: string): string {
  const { level, time, msg = "", block, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const known = Object.entries(facts).map(
    ([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  const parts = [clock, block === undefined ? "" : `block ${block}`, LEVELS[Number(level)] ?? "", String(msg)];
  return `${parts.filter((part) => part !== "").join("  ")}${known.length > 0 ? `  (${known.join(", ")})` : ""}\n`;
}
