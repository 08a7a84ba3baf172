import { type Address, erc20Abi, type PublicClient } from "viem";
import { ChainError, ConfigError } from "../errors.ts";
import { uniswapPoolAbi } from "./abi.ts";
import type { AddressBook, MarketBook } from "./addressBook.ts";

/** Every address of a market, named as a person would. */
function marketAddresses(book: MarketBook): readonly (readonly [string, Address])[] {
  const { quote, underlyings } = book;
  return [
    [`token ${quote.symbol}`, quote.address],
    [`${quote.symbol} feed`, quote.feed],
    ...underlyings.flatMap(
      ({ symbol, address, feed, pools }) =>
        [
          [`token ${symbol}`, address],
          [`${symbol} feed`, feed],
          ...pools.map((pool) => [`${symbol} pool`, pool.address] as const),
        ] as const,
    ),
    ["multicall3", book.multicall3],
    ["uniswapFactory", book.uniswapFactory],
    ["aavePool", book.aavePool],
    ["aaveAddressesProvider", book.aaveAddressesProvider],
  ];
}

/** @throws ChainError when the node does not answer */
export async function chainIdOf(client: PublicClient): Promise<number> {
  try {
    return await client.getChainId();
  } catch {
    // The cause is not chained: it quotes the URL, which may carry an API key.
    throw new ChainError("The chain does not answer: start it, or check KEEL_RPC_URL or --rpc");
  }
}

/**
 * Checks that a chain is the one an address book was written for and that every address has code there.
 * @throws ConfigError naming the first thing that is wrong and its cure
 */
export async function checkAddresses(client: PublicClient, book: AddressBook): Promise<void> {
  const chainId = await chainIdOf(client);
  if (chainId !== book.chainId)
    throw new ConfigError(
      `The endpoint serves chain ${chainId} and the address book is of chain ${book.chainId}: point --rpc at that chain, or --addresses at the book of this one`,
      { chainId, expected: book.chainId },
    );
  const cure = "deploy Keel there with `npm run keel -- deploy`, or name the right address book with --addresses";
  await checkCode(client, chainId, [...Object.entries(book.contracts), ...marketAddresses(book)], cure);
}

/**
 * Checks a market to deploy on: code everywhere, decimals as said, liquidity in the pools.
 * @throws ConfigError naming the first thing that is wrong and its cure
 */
export async function checkMarket(client: PublicClient, book: MarketBook): Promise<void> {
  const cure = "correct it in the market file, or let --create-missing make a market";
  await checkCode(client, await chainIdOf(client), marketAddresses(book), cure);
  for (const { symbol, address, decimals } of [book.quote, ...book.underlyings]) {
    const found = await client.readContract({ address, abi: erc20Abi, functionName: "decimals" });
    if (found !== decimals)
      throw new ConfigError(`Token ${symbol} ${address} has ${found} decimals, not ${decimals}: correct the market file`);
  }
  await checkLiquidity(client, book);
}

/** @throws ConfigError when an underlying's first pool has no liquidity at its price */
export async function checkLiquidity(client: PublicClient, book: MarketBook): Promise<void> {
  for (const { symbol, pools } of book.underlyings) {
    const { address } = pools[0];
    const liquidity = await client.readContract({ address, abi: uniswapPoolAbi, functionName: "liquidity" });
    if (liquidity === 0n)
      throw new ConfigError(
        `The ${symbol} pool ${address} has no liquidity at its price, a hedge could not be traded: add liquidity, or name another pool in the address book`,
        { pool: address },
      );
  }
}

async function checkCode(
  client: PublicClient,
  chainId: number,
  addresses: readonly (readonly [string, Address])[],
  cure: string,
): Promise<void> {
  const codes = await Promise.all(addresses.map(([, address]) => client.getCode({ address })));
  const missing = addresses.find((_, index) => (codes[index] ?? "0x") === "0x");
  if (missing !== undefined)
    throw new ConfigError(`${missing[0]} ${missing[1]} has no code on chain ${chainId}: ${cure}`, { address: missing[1] });
}
