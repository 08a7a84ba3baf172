import { inspect } from "node:util";

const redacted = "[redacted]";

// Every text that must never leave the process: what is written out goes through `redact`, whoever put it together.
const hidden = new Set<string>();
/** Anything shorter could be part of an ordinary word. */
const SHORTEST_HIDDEN = 8;

/** A text that prints as "[redacted]" wherever it is logged, joined, serialised or inspected. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    hide(text);
    hide(text.trim().replace(/^0x/i, ""));
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

/** Hides what a URL may carry besides its host: user, password, API key in path or query. A URL without any of it stays readable. */
export function hideUrl(text: string): void {
  const url = URL.parse(text);
  if (url === null) return;
  const { username, password, pathname, search } = url;
  const segments = pathname.split("/").filter((each) => each.length >= 16);
  for (const part of [password, username.length >= 16 ? username : "", ...segments, ...url.searchParams.values()]) {
    hide(part);
    if (!/%(?![0-9a-f]{2})/i.test(part)) hide(decodeURIComponent(part));
  }
  if (segments.length > 0 || search !== "" || password !== "") hide(text);
}

function hide(text: string): void {
  if (text.length >= SHORTEST_HIDDEN) hidden.add(text);
}

/** A text with every secret of this process blotted out, however it got there; for whatever writes to logs, files, database or network. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of hidden) if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted);
  return clean;
}
