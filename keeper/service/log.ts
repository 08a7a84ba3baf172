import pino, { type Logger } from "pino";
import { redact } from "../execution/secret.ts";

export type { Logger };

const LEVELS: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "", 40: "warning", 50: "error", 60: "fatal" };

/** Where lines of level error go besides the log. */
export type AlertSink = { write(line: string): void };

/**
 * One line an event on stderr, so that stdout stays for answers: JSON for machines, plain words for a person at a terminal. Secrets are blotted
 * out of every line, whoever wrote them into it.
 * @param alerts  told every line of level error or fatal: what a person should see
 */
export function createLog(level: string, { readable = process.stderr.isTTY === true, alerts }: LogOptions = {}): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  const write = (line: string) => {
    const clean = redact(line);
    stderr.write(readable ? readableLine(clean) : clean);
    if (alerts !== undefined && isAlert(clean)) alerts.write(clean);
  };
  return pino({ level, base: null }, { write });
}

export type LogOptions = { readonly readable?: boolean; readonly alerts?: AlertSink };

/** Pino writes the level first: 50 is error, 60 fatal. */
const isAlert = (line: string) => /^\{"level":[56]0/.test(line);

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
