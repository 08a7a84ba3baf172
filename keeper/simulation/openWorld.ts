import { createPublicClient, custom, type HDAccount, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import type { AddressBook, MarketBook } from "../chain/addressBook.ts";
import { InvalidInputError } from "../errors.ts";
import { type Connection, deployKeel } from "./deployKeel.ts";
import { keelParameters } from "./keelParameters.ts";
import type { MarketAddresses, UnderlyingPrices } from "./market/deployMarket.ts";
import { createLocalMarket, type LocalMarket, type LocalMarketParameters } from "./market/localMarket.ts";
import { plainNetwork } from "./market/plainNetwork.ts";

/** The development mnemonic every local node knows; its accounts are worth nothing anywhere else. */
const DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk";

/** Keel's people on a local chain. */
export type Cast = Readonly<Record<"keeper" | "quoter" | "operator" | "guardian" | "depositor" | "buyer" | "dealer", HDAccount>>;

export type World = {
  readonly connection: Connection;
  readonly client: PublicClient;
  readonly market: LocalMarket;
  readonly addresses: AddressBook;
  readonly cast: Cast;
};

export type WorldParameters = Omit<LocalMarketParameters, "provider" | "start" | "prices"> & {
  /** Unix seconds of the market's first block. */
  readonly start: number;
  readonly prices: UnderlyingPrices;
  /** Quote the vault's limits are made for. */
  readonly capital: number;
};

const WARM_UP_SECONDS = 2 * 3600;
const FIRST_CUTOFF_SECONDS = 3600;

/** Opens an in-process chain, brings the market to life on it and deploys Keel. Same parameters, same chain. */
export async function openWorld(parameters: WorldParameters): Promise<World> {
  const initialDate = new Date((parameters.start - WARM_UP_SECONDS) * 1000);
  const connection = await plainNetwork().create({ network: "local", override: { initialDate } });
  const market = await createLocalMarket({ ...parameters, provider: connection.provider });
  const client = createPublicClient({ transport: custom(connection.provider, { retryCount: 0 }), pollingInterval: 50 });
  const cast = castOf();

  await connection.provider.request({ method: "evm_setAutomine", params: [true] });
  const roles = {
    keeper: cast.keeper.address,
    quoter: cast.quoter.address,
    volPoster: cast.operator.address,
    guardian: cast.guardian.address,
  };
  const book = marketBook(market.addresses);
  const size = {
    capital: parameters.capital,
    prices: new Map(Object.entries(parameters.prices)),
    firstCutoff: parameters.start + FIRST_CUTOFF_SECONDS,
  };
  const restore = secondBySecond(connection.provider, market.latest().timestamp);
  const addresses = await deployKeel(connection, keelParameters(book, roles, size), book);
  restore();
  await connection.provider.request({ method: "evm_setAutomine", params: [false] });
  return { connection, client: client as PublicClient, market, addresses, cast };
}

/**
 * Makes blocks that are mined for a transaction follow the last one second by second: the node would put them by its own clock, later on a
 * slower machine. @returns what undoes that
 */
function secondBySecond(provider: Connection["provider"], last: number): () => void {
  const { request } = provider;
  let time = last;
  provider.request = async (call) => {
    if (call.method === "eth_sendTransaction" || call.method === "eth_sendRawTransaction") {
      time += 1;
      await request.call(provider, { method: "evm_setNextBlockTimestamp", params: [time] });
    }
    return request.call(provider, call);
  };
  return () => {
    provider.request = request;
  };
}

/** Accounts 1 to 7 of the development mnemonic; the market uses the first and the last five. */
export function castOf(): Cast {
  const account = (addressIndex: number) => mnemonicToAccount(DEVELOPMENT_MNEMONIC, { addressIndex });
  return {
    keeper: account(1),
    quoter: account(2),
    operator: account(3),
    guardian: account(4),
    depositor: account(5),
    buyer: account(6),
    dealer: account(7),
  };
}

/** The local market as a market book. */
export function marketBook({ tokens, uniswap, aave, multicall3 }: MarketAddresses): MarketBook {
  const { USDC } = tokens;
  return {
    quote: { address: USDC.address, symbol: USDC.symbol, decimals: USDC.decimals, feed: USDC.feed.proxy },
    underlyings: (["WETH", "WBTC"] as const).map((underlying) => {
      const { address, symbol, decimals, feed } = tokens[underlying];
      const [deepest, ...others] = uniswap.pools.flatMap((pool) =>
        pool.underlying === underlying ? [{ address: pool.address, fee: pool.feePips }] : [],
      );
      if (deepest === undefined) throw new InvalidInputError(`The market has no pool of ${symbol}.`, { symbol });
      return { address, symbol, decimals, feed: feed.proxy, pools: [deepest, ...others] as const };
    }),
    multicall3,
    uniswapFactory: uniswap.factory,
    aavePool: aave.pool,
    aaveAddressesProvider: aave.addressesProvider,
  };
}
