import { readFileSync, writeFileSync } from "node:fs";
import { getAddress, isAddress } from "viem";
import { z } from "zod";
import { ConfigError } from "../errors.ts";

const address = z
  .string()
  .refine((value) => isAddress(value), "is not an address")
  .transform((value) => getAddress(value));

const underlying = z.object({
  address,
  symbol: z.string(),
  decimals: z.int().min(6).max(18),
  /** Chainlink proxy of underlying/USD. */
  feed: address,
  /** Uniswap v3 pool against quote, and its fee in 1e-6. */
  pool: address,
  poolFee: z.int().positive(),
});

const schema = z.object({
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
  quote: z.object({ address, symbol: z.string(), decimals: z.int().min(6).max(18), feed: address }),
  underlyings: z.array(underlying).min(1),
  multicall3: address,
  aavePool: address,
});

/** Where one deployment of Keel lives: its own contracts and the market's that it stands on. */
export type AddressBook = z.infer<typeof schema>;
export type UnderlyingAddresses = AddressBook["underlyings"][number];

/**
 * Reads an address book written by `keel deploy`.
 * @throws ConfigError when the file is missing, is not JSON or has a field that does not fit
 */
export function readAddressBook(path: string): AddressBook {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(
      `No address book at ${path}: run \`npm run keel -- deploy\` first or name one with --addresses FILE`,
      { path },
      { cause },
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${path} is not JSON: write it again with \`npm run keel -- deploy\``, { path }, { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`${path}: ${issue?.path.join(".")} ${issue?.message}; write it again with \`npm run keel -- deploy\``, {
      path,
    });
  }
  return parsed.data;
}

export function writeAddressBook(path: string, book: AddressBook): void {
  writeFileSync(path, `${JSON.stringify(book, null, 2)}\n`);
}
