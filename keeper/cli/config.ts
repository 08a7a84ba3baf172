import { config as loadDotenv } from "dotenv";
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { hideUrl, Secret } from "../execution/secret.ts";
import type { HedgeBelief } from "../risk/hedgeBelief.ts";

/** The deltas one can choose to hedge. */
export const HEDGE_DELTAS = [
  "sticky-strike",
  "sticky-moneyness",
  "minimum-variance",
  "heston",
  "heston-minimum-variance",
] as const satisfies readonly HedgeBelief["kind"][];

const positive = z.coerce.number().positive();

const secret = z
  .string()
  .transform((text) => new Secret(text))
  .optional();

const urls = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()])))
  .pipe(z.array(z.url({ protocol: /^https?$/ })));

const schema = z.object({
  /** JSON-RPC endpoint of the chain. */
  KEEL_RPC_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:8545"),
  /** Further endpoints of the chain of KEEL_RPC_URL, separated by commas: two or more must agree on what is decided on. */
  KEEL_RPC_BACKUPS: urls,
  /** Longest wait for one answer of an endpoint. */
  KEEL_RPC_TIMEOUT_MS: z.coerce.number().int().positive().default(5_000),
  /** Private relay that hedges go to first, and for how many blocks before they go to the public pool. */
  KEEL_RELAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  KEEL_RELAY_BLOCKS: z.coerce.number().int().positive().default(5),
  /** Seconds without a new block after which the keeper raises an alert. */
  KEEL_SILENCE_SECONDS: positive.default(120),
  /** Address book written by `keel deploy` and `keel devnet`; `keel run` takes several, separated by commas: a vault each. */
  KEEL_ADDRESSES: z.string().min(1).default(".keel/addresses.json"),
  /** Endpoints of chains other than KEEL_RPC_URL's: 10=https://…,8453=https://… */
  KEEL_CHAINS: z.string().default(""),
  /** The keeper's key, or an encrypted JSON keystore instead; the other people's keys default to it. */
  KEEL_PRIVATE_KEY: secret,
  KEEL_KEYSTORE: z.string().optional(),
  KEEL_KEYSTORE_PASSWORD: secret,
  /** Signs RFQ quotes. */
  KEEL_QUOTER_PRIVATE_KEY: secret,
  KEEL_QUOTER_KEYSTORE: z.string().optional(),
  KEEL_QUOTER_KEYSTORE_PASSWORD: secret,
  /** Posts smiles, settles, collects and strikes. */
  KEEL_OPERATOR_PRIVATE_KEY: secret,
  KEEL_OPERATOR_KEYSTORE: z.string().optional(),
  KEEL_OPERATOR_KEYSTORE_PASSWORD: secret,
  /** Deploys. */
  KEEL_DEPLOYER_PRIVATE_KEY: secret,
  KEEL_DEPLOYER_KEYSTORE: z.string().optional(),
  KEEL_DEPLOYER_KEYSTORE_PASSWORD: secret,
  /** Signs emergency hedges for `keel watch`; never defaults to the keeper's. */
  KEEL_WATCH_PRIVATE_KEY: secret,
  KEEL_WATCH_KEYSTORE: z.string().optional(),
  KEEL_WATCH_KEYSTORE_PASSWORD: secret,
  KEEL_WATCH_STORE: z.string().min(1).default(".keel/watch"),
  /** Folder of the embedded store; DATABASE_URL takes its place when set. */
  KEEL_STORE: z.string().min(1).default(".keel/store"),
  DATABASE_URL: z.string().optional(),
  /** Which no-trade region decides. */
  KEEL_POLICY: z.enum(["optimal", "closed-form"], { error: 'must be "optimal" or "closed-form"' }).default("optimal"),
  /** Calendar of known events, a JSON file. */
  KEEL_EVENTS: z.string().optional(),
  /** Absolute risk aversion, 1 / quote. */
  KEEL_RISK_AVERSION: positive.default(0.0005),
  /** Longest a hedge waits for cheaper gas or deeper pools, seconds; 0 = never. */
  KEEL_PATIENCE_SECONDS: z.coerce.number().min(0).default(7200),
  /** Implied less forecast vol (0.05 = five points) from which the programme sells; below 0 it sells that far under the forecast. */
  KEEL_VOL_PREMIUM: z.coerce.number().min(-5).max(5).default(-0.1),
  /** Delta that is hedged: how vol is taken to follow spot. */
  KEEL_HEDGE_DELTA: z.enum(HEDGE_DELTAS).default("sticky-strike"),
  /** a,b,c of the minimum-variance delta, as `keel fit-delta` answers them. */
  KEEL_DELTA_COEFFICIENTS: z.string().optional(),
  /** Seconds between two blocks the keeper looks at. */
  KEEL_BLOCK_SECONDS: positive.default(12),
  /** Blocks that must hold a transaction, its own included, before it counts as settled. */
  KEEL_CONFIRMATIONS: z.coerce.number().int().positive().default(2),
  /** Milliseconds between two looks for a new block. */
  KEEL_POLL_MS: z.coerce.number().int().positive().default(250),
  /** Port of the quote desk; buyers POST /rfq there. */
  KEEL_DESK_PORT: z.coerce.number().int().min(0).max(65_535).default(8547),
  /** Where option marks come from: http(s) URL answering JSON. Without one the desk prices from realised vol. */
  KEEL_MARKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Dealers that quote options to the keeper, separated by commas: http(s) URLs answering GET /quotes. */
  KEEL_DEALERS: urls,
  /** Options sold of each leg a week, whole options, for every underlying: WETH=60,WBTC=3. */
  KEEL_PROGRAMME: z.string().default("WETH=60,WBTC=3"),
  /** Port and address of metrics, health checks and status; this machine only unless the address is changed. */
  KEEL_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8548),
  KEEL_HTTP_HOST: z.string().min(1).default("127.0.0.1"),
  /** Gets a POST of every alert. */
  KEEL_ALERT_URL: secret,
  /** Seconds after which a standby takes over from a keeper that was killed (with DATABASE_URL). */
  KEEL_LEASE_SECONDS: positive.default(20),
  KEEL_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"),
});

export type Config = z.infer<typeof schema>;

/**
 * Settings from the environment and `.env`, flags before both.
 * @throws ConfigError naming the variable and what it must be; a value is never repeated, it may be a secret
 */
export function readConfig(flags: Readonly<Partial<Record<keyof Config, string | undefined>>> = {}): Config {
  loadDotenv({ quiet: true });
  const given = Object.fromEntries(
    Object.entries({ ...process.env, ...dropUndefined(flags) }).filter(([, value]) => value !== ""),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    const { KEEL_RPC_URL, KEEL_RPC_BACKUPS, KEEL_RELAY_URL, DATABASE_URL, KEEL_MARKS_URL, KEEL_DEALERS } = parsed.data;
    const single = [KEEL_RPC_URL, KEEL_RELAY_URL, DATABASE_URL, KEEL_MARKS_URL];
    for (const url of [...single, ...KEEL_RPC_BACKUPS, ...KEEL_DEALERS]) hideUrl(url ?? "");
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? "");
  throw new ConfigError(`${name}: ${issue?.message ?? "is not valid"}; set it in .env, in the environment or by its flag`, {
    name,
  });
}

/**
 * Sizes by symbol from "WETH=60,WBTC=3".
 * @param symbols  of the market; without them any name will do
 * @throws ConfigError when a part is malformed or names another asset
 */
export function readProgrammeSizes<Name extends string = string>(
  text: string,
  symbols?: readonly Name[],
): ReadonlyMap<Name, number> {
  return new Map(
    text.split(",").map((part) => {
      const [symbol = "", size = ""] = part.split("=").map((each) => each.trim());
      if (symbol === "" || size === "" || !(Number(size) >= 0)) {
        throw new ConfigError(`KEEL_PROGRAMME: "${part}" is not SYMBOL=SIZE, for example WETH=60,WBTC=3`, { part });
      }
      if (symbols !== undefined && !symbols.includes(symbol as Name)) {
        throw new ConfigError(`--programme: the market has no ${symbol}; choose of ${symbols.join(", ")}`, { symbol });
      }
      return [symbol as Name, Number(size)] as const;
    }),
  );
}

/**
 * Where a chain is asked: KEEL_CHAINS names it, else KEEL_RPC_URL.
 * @throws ConfigError when KEEL_CHAINS is malformed; never repeats it, it may hold API keys
 */
export function rpcUrlsOf({ KEEL_CHAINS, KEEL_RPC_URL, KEEL_RPC_BACKUPS }: Config, chainId: number): readonly string[] {
  const chains = new Map(
    KEEL_CHAINS.split(",").flatMap((part) => {
      if (part.trim() === "") return [];
      const [, id, url = ""] = /^\s*(\d+)=(https?:\/\/\S+)\s*$/.exec(part) ?? [];
      if (!URL.canParse(url))
        throw new ConfigError("KEEL_CHAINS: give CHAINID=URL, separated by commas, for example 10=https://…");
      hideUrl(url);
      return [[Number(id), url] as const];
    }),
  );
  const own = chains.get(chainId);
  return own === undefined ? [KEEL_RPC_URL, ...KEEL_RPC_BACKUPS] : [own];
}

/**
 * The delta to hedge from its name and, for minimum-variance, its coefficients "a,b,c".
 * @throws ConfigError when the coefficients are missing, malformed or given for another delta
 */
export function readHedgeBelief(kind: HedgeBelief["kind"], coefficients: string | undefined): HedgeBelief {
  if (kind !== "minimum-variance") {
    if (coefficients === undefined) return { kind };
    throw new ConfigError(
      `KEEL_DELTA_COEFFICIENTS belong to minimum-variance, not to ${kind}: leave them out or set KEEL_HEDGE_DELTA`,
      {
        kind,
      },
    );
  }
  const numbers = (coefficients ?? "").split(",").map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  const [a = 0, b = 0, c = 0] = numbers;
  if (numbers.length !== 3 || !Number.isFinite(a + b + c)) {
    throw new ConfigError(
      `KEEL_DELTA_COEFFICIENTS: minimum-variance needs three numbers a,b,c, for example -0.2,0.3,-0.1; fit yours with keel fit-delta`,
      { coefficients },
    );
  }
  return { kind, a, b, c };
}

function dropUndefined(flags: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(flags).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
