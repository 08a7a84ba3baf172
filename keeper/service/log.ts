import pino, { type Logger } from "pino";

export type { Logger };

/** One JSON line an event on stderr, so that stdout stays for answers. */
export function createLog(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
