import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, http, type PublicClient } from "viem";

const node = ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts"];

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs one `keel` command to its end, in an environment that holds nothing of Keel's but what is given. */
export async function keel(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn(process.execPath, [...node, ...parameters], { env: cleanEnvironment(environment) });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

export type RunningDevnet = {
  readonly url: string;
  readonly client: PublicClient;
  /** Path of its address book. */
  readonly addresses: string;
  /** What it printed for .env, with the port its buyers look for a desk on. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it as Ctrl-C would. @returns its exit code */
  stop(): Promise<number | null>;
};

/** Starts `keel devnet` in a process of its own and waits until its market moves. */
export async function startDevnet(parameters: readonly string[]): Promise<RunningDevnet> {
  const folder = await mkdtemp(join(tmpdir(), "devnet-"));
  const addresses = join(folder, "addresses.json");
  const deskPort = await freePort();
  const ports = ["--port", "0", "--marks-port", "0", "--desk", `http://127.0.0.1:${deskPort}`, "--addresses", addresses];
  const child = spawn(process.execPath, [...node, "devnet", ...ports, ...parameters], { env: cleanEnvironment({}) });
  const printed = await readUntil(child, /^block \d/m);
  const env = Object.fromEntries(
    printed.split("\n").flatMap((line) => {
      const [, name, value] = /^(KEEL_\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const url = env.KEEL_RPC_URL ?? "";
  return {
    url,
    client: createPublicClient({ transport: http(url, { retryCount: 0 }), cacheTime: 0 }) as PublicClient,
    addresses,
    env: {
      ...env,
      KEEL_ADDRESSES: addresses,
      KEEL_DESK_PORT: String(deskPort),
      KEEL_STORE: join(folder, "store"),
      KEEL_HTTP_PORT: String(await freePort()),
      KEEL_POLL_MS: "20",
    },
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill("SIGINT");
      const [code] = (await once(child, "exit")) as [number | null];
      return code;
    },
  };
}

/** What a process prints up to the first match; it may go on printing. */
async function readUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      printed += chunk;
      if (pattern.test(printed)) child.emit("matched");
    });
  await Promise.race([once(child, "matched"), once(child, "exit")]);
  if (!pattern.test(printed)) throw new Error(`the process ended early and said: ${printed}`);
  return printed;
}

/** Starts `keel run` or another command that goes on; `said` collects what it prints. */
export function startKeel(parameters: readonly string[], environment: Readonly<Record<string, string>>): RunningKeel {
  const child = spawn(process.execPath, [...node, ...parameters], { env: cleanEnvironment(environment) });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
      child.emit("said");
    });
  const ended = once(child, "close") as Promise<[number | null]>;
  return {
    pid: child.pid ?? 0,
    said: () => said,
    async hears(pattern) {
      while (!pattern.test(said)) {
        const hasEnded = await Promise.race([once(child, "said").then(() => false), ended.then(() => true)]);
        if (hasEnded && !pattern.test(said)) throw new Error(`the process ended early and said: ${said}`);
      }
    },
    async end(signal) {
      child.kill(signal); // No harm to one that has ended.
      const [code] = await ended;
      return code;
    },
  };
}

export type RunningKeel = {
  readonly pid: number;
  said(): string;
  /** Waits until it has printed something that matches. */
  hears(pattern: RegExp): Promise<void>;
  /** Sends a signal and waits for the end. @returns its exit code */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function cleanEnvironment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith("KEEL_") && name !== "DATABASE_URL");
  // An empty value keeps a developer's own .env out of the tests.
  const empty = ["KEEL_PRIVATE_KEY", "KEEL_KEYSTORE", "DATABASE_URL"].map((name) => [name, ""]);
  return { ...Object.fromEntries([...foreign, ...empty]), ...own };
}
