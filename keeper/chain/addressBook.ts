import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getAddress, isAddress } from "viem";
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { FEE_TIERS } from "./feeTiers.ts";

const address = z
  .string()
  .refine((value) => isAddress(value), "is not an address")
  .transform((value) => getAddress(value));

const pool = z.object({ address, fee: z.int().refine((fee) => FEE_TIERS.includes(fee), "is not a fee tier of Uniswap v3") });

const underlying = z.object({
  address,
  symbol: z.string(),
  decimals: z.int().min(6).max(18),
  /** Chainlink proxy of underlying/USD. */
  feed: address,
  /** Uniswap v3 pools against quote and their fees, 1e-6; the oracle's second opinion comes from the first, which should be the deepest. */
  pools: z.tuple([pool], pool),
});

const marketSchema = z.object({
  quote: z.object({ address, symbol: z.string(), decimals: z.int().min(6).max(18), feed: address }),
  underlyings: z.array(underlying).min(1),
  multicall3: address,
  uniswapFactory: address,
  aavePool: address,
  aaveAddressesProvider: address,
});

const bookSchema = marketSchema.extend({
  chainId: z.int().positive(),
  deployBlock: z.int().nonnegative(),
  contracts: z.object({
    accessManager: address,
    priceOracle: address,
    volSurface: address,
    riskEngine: address,
    optionMarket: address,
    vault: address,
    shareQueue: address,
    uniswapVenue: address,
    aaveVenue: address,
  }),
});

/** The market a deployment stands on: tokens, feeds, pools, Aave. */
export type MarketBook = z.infer<typeof marketSchema>;
/** Where one deployment of Keel lives: its own contracts and the market's that it stands on. */
export type AddressBook = z.infer<typeof bookSchema>;
export type UnderlyingAddresses = AddressBook["underlyings"][number];

/**
 * Reads an address book written by `keel deploy` or `keel devnet`.
 * @throws ConfigError when the file is missing, is not JSON or has a field that does not fit
 */
export function readAddressBook(path: string): AddressBook {
  return readJson(path, bookSchema, "write it with `npm run keel -- deploy`, or name another with --addresses FILE");
}

/**
 * Reads the addresses of a market to deploy on; an address book will do, it contains them.
 * @throws ConfigError as `readAddressBook`
 */
export function readMarketBook(path: string): MarketBook {
  return readJson(
    path,
    marketSchema,
    "name a JSON file with quote, underlyings, multicall3, uniswapFactory, aavePool, aaveAddressesProvider",
  );
}

export function writeAddressBook(path: string, book: AddressBook): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(book, null, 2)}\n`);
}

function readJson<T extends z.ZodType>(path: string, schema: T, cure: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const what = cause instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new ConfigError(`${path} ${what}: ${cure}`, { path }, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`${path}: ${issue?.path.join(".")} ${issue?.message}; ${cure}`, { path });
}
