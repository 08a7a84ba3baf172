import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { type HDAccount, toHex } from "viem";
import { castOf } from "../../keeper/simulation/openWorld.ts";
import type { LogLine } from "./stage.ts";

export type KeeperProcess = {
  readonly child: ChildProcess;
  readonly lines: readonly LogLine[];
  /** What it said that is not a log line: its last words. */
  readonly words: readonly string[];
  /** Code or signal it ended with. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** Waits for the next line, or the end. */
  next(): Promise<void>;
};

const program = ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts", "run"];
/** What an operator's keeper is given, heap and all. */
const unit = readFileSync(new URL("../../docs/operations/keel.service", import.meta.url), "utf8");
const [, nodeOptions = ""] = /NODE_OPTIONS=([^"]+)/.exec(unit) ?? [];
/** Worth nothing anywhere: every development node knows it. */
export const keyOfKeeper = toHex(castOf().keeper.getHdKey().privateKey ?? new Uint8Array());
const keyOf = (account: HDAccount) => toHex(account.getHdKey().privateKey ?? new Uint8Array());

/** `keel run` as a process of its own, with a journal in a folder, behind the given endpoints. */
export function startKeeper(
  urls: readonly string[],
  addresses: string,
  store: string,
  changes: Readonly<Record<string, string>> = {},
): KeeperProcess {
  const [url = "", ...backups] = urls;
  const cast = castOf();
  const env = {
    PATH: process.env.PATH ?? "",
    NODE_OPTIONS: nodeOptions,
    KEEL_RPC_URL: url,
    KEEL_RPC_BACKUPS: backups.join(","),
    KEEL_ADDRESSES: addresses,
    KEEL_STORE: store,
    KEEL_PRIVATE_KEY: keyOfKeeper,
    KEEL_QUOTER_PRIVATE_KEY: keyOf(cast.quoter),
    KEEL_OPERATOR_PRIVATE_KEY: keyOf(cast.operator),
    KEEL_KEYSTORE: "",
    DATABASE_URL: "",
    KEEL_POLICY: "closed-form",
    KEEL_PROGRAMME: "WETH=0",
    KEEL_POLL_MS: "5",
    KEEL_DESK_PORT: "0",
    KEEL_HTTP_PORT: "0",
    KEEL_RPC_TIMEOUT_MS: "2000",
    ...changes,
  };
  const child = spawn(process.execPath, program, { env, stdio: ["ignore", "ignore", "pipe"] });
  const lines: LogLine[] = [];
  const words: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("{")) lines.push(JSON.parse(line) as LogLine);
    else words.push(line);
    child.emit("said");
  });
  let isOver = false;
  const ended = once(child, "close").then(([code, signal]) => {
    isOver = true;
    child.emit("said");
    return String(code ?? signal);
  });
  return {
    child,
    lines,
    words,
    ended,
    hasEnded: () => isOver,
    async next() {
      if (!isOver) await once(child, "said");
    },
  };
}
