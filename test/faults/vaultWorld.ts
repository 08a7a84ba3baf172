import { network } from "hardhat";
import {
  type Abi,
  type Address,
  createPublicClient,
  encodeFunctionData,
  erc20Abi,
  http,
  type PublicClient,
  parseAbi,
  toHex,
} from "viem";
import { riskEngineAbi, shareQueueAbi, vaultAbi, volSurfaceAbi } from "../../keeper/chain/abi.ts";
import type { AddressBook } from "../../keeper/chain/addressBook.ts";
import { encodeSlice } from "../../keeper/chain/postedSlice.ts";
import { type RfqQuote, signRfqQuote } from "../../keeper/chain/rfqQuote.ts";
import { packSeries } from "../../keeper/chain/seriesId.ts";
import { fromUnits, fromWad, toUnits, toWad } from "../../keeper/chain/units.ts";
import { deployKeel } from "../../keeper/simulation/deployKeel.ts";
import { keelParameters } from "../../keeper/simulation/keelParameters.ts";
import { type ChainDriver, createChainDriver } from "../../keeper/simulation/market/chainDriver.ts";
import { deployMarket, type MarketAddresses } from "../../keeper/simulation/market/deployMarket.ts";
import { httpProvider } from "../../keeper/simulation/market/httpProvider.ts";
import { castOf, marketBook } from "../../keeper/simulation/openWorld.ts";

export const SPOT = 3000;
const CAPITAL = 2_000_000;
const DAY = 86_400;
const DEAR = { maxFeePerGas: toHex(2_000n * 10n ** 9n), maxPriorityFeePerGas: toHex(10n ** 9n) };
const nobody: Address = "0x0000000000000000000000000000000000000000";

const aaveAbi = parseAbi(["function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)"]);
const tokenAbi = parseAbi(["function mint(address,uint256)"]);
const aggregatorAbi = parseAbi(["function updateAnswer(int256)"]);

/** A chain on which a vault of two million has sold puts that nobody has hedged yet. */
export type VaultWorld = {
  readonly url: string;
  readonly client: PublicClient;
  readonly driver: ChainDriver;
  readonly market: MarketAddresses;
  readonly addresses: AddressBook;
  /** Any method of the node, its own ones included. */
  request(method: string, parameters?: readonly unknown[]): Promise<unknown>;
  /** Sends a call from an account the node signs for; the next block has it. */
  write(from: Address, address: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<unknown>;
  /** New rounds of the feeds: ether at `price` USD, the quote asset at 1. */
  report(price: number): Promise<void>;
  /** delta − target as the vault itself measures it, units of ether. */
  hedgeError(): Promise<number>;
  /** What the vault is worth, quote. */
  equity(): Promise<number>;
  /** Moves the target of the hedge, so that as many units of ether are to be traded. */
  setTarget(delta: number): Promise<unknown>;
};

/**
 * Builds market, vault and book on an empty development node that mines only when told: Uniswap, Aave and Chainlink's own bytecode, a deposit
 * struck, 20 short puts over two expiries.
 */
export async function openVaultWorld(url: string): Promise<VaultWorld> {
  const provider = httpProvider(url);
  const request = (method: string, params: readonly unknown[] = []) => provider.request({ method, params: [...params] });
  const client = createPublicClient({ transport: http(url), cacheTime: 0 }) as PublicClient;
  const driver = await createChainDriver(provider);
  const market = await deployMarket(driver, { WETH: SPOT, WBTC: 90_000 });
  const all = marketBook(market);
  const book = { ...all, underlyings: all.underlyings.filter(({ symbol }) => symbol === "WETH") };
  const cast = castOf();
  // Not the driver's own sender: it counts nonces, and a chain that is rewound or reorganised counts them anew.
  const write: VaultWorld["write"] = (from, address, abi, functionName, args) => {
    const data = encodeFunctionData({ abi, functionName, args });
    return request("eth_sendTransaction", [{ from, to: address, data, gas: toHex(3_000_000), ...DEAR }]);
  };
  const { WETH, USDC } = market.tokens;
  const reporter = driver.accounts[7] as Address;
  const report = async (price: number) => {
    for (const [token, answer] of [
      [WETH, price],
      [USDC, 1],
    ] as const)
      await write(reporter, token.feed.aggregator, aggregatorAbi, "updateAnswer", [BigInt(Math.round(answer * 1e8))]);
  };

  await driver.mine((await driver.head()).timestamp + 2 * 3600);
  const firstCutoff = (await driver.head()).timestamp + 3600;
  await request("evm_setAutomine", [true]);
  const connection = await network.create({ network: "remote", override: { url } });
  const roles = { keeper: cast.keeper.address, quoter: cast.quoter.address, volPoster: cast.operator.address };
  const size = { capital: CAPITAL, prices: new Map([["WETH", SPOT]]), firstCutoff, seasoningSeconds: 0 };
  const addresses = await deployKeel(connection, keelParameters(book, { ...roles, guardian: cast.guardian.address }, size), book);
  await connection.close();
  await request("evm_setAutomine", [false]);

  const { vault, shareQueue, optionMarket, volSurface } = addresses.contracts;
  const [lender, depositor, buyer] = [cast.guardian.address, cast.depositor.address, cast.buyer.address];
  const assets = toUnits(CAPITAL, USDC.decimals);
  const mint = (account: Address, amount: bigint) => write(account, USDC.address, tokenAbi, "mint", [account, amount]);
  const ether = { from: lender, to: WETH.address, data: "0xd0e30db0", value: toHex(toWad(2000)), gas: toHex(100_000), ...DEAR };
  await mint(lender, 4n * assets);
  await request("eth_sendTransaction", [ether]);
  for (const [token, amount] of [
    [USDC, 4n * assets],
    [WETH, toWad(2000)],
  ] as const) {
    await write(lender, token.address, erc20Abi, "approve", [addresses.aavePool, amount]);
    await write(lender, addresses.aavePool, aaveAbi, "supply", [token.address, amount, lender, 0]);
  }
  await mint(depositor, assets);
  await write(depositor, USDC.address, erc20Abi, "approve", [shareQueue, assets]);
  await write(depositor, shareQueue, shareQueueAbi, "requestDeposit", [assets, depositor, depositor]);
  await driver.mine();
  await driver.mine(firstCutoff + 1);
  await report(SPOT);
  await driver.mine();
  await write(reporter, shareQueue, shareQueueAbi, "strike", []);
  await driver.mine();

  const { timestamp } = await driver.head();
  const expiries = [timestamp + 30 * DAY, timestamp + 60 * DAY];
  const slice = encodeSlice({ a: 0.36, b: 0.05, rho: -0.3, m: 0, sigma: 0.2, carry: 0 });
  for (const expiry of expiries)
    await write(cast.operator.address, volSurface, volSurfaceAbi, "post", [WETH.address, BigInt(expiry), slice]);
  await mint(buyer, assets);
  await write(buyer, USDC.address, erc20Abi, "approve", [vault, assets]);
  await driver.mine();
  let nonce = 0n;
  for (const expiry of expiries) {
    for (const strike of [2800, 3000]) {
      nonce += 1n;
      const series = packSeries({ underlying: WETH.address, strike, expiry, type: "put" });
      const price = await markOf(client, addresses, series);
      const quote: RfqQuote = {
        maker: vault,
        taker: nobody,
        series,
        makerSells: true,
        price,
        size: 5_000_000n,
        nonce,
        deadline: BigInt(timestamp + DAY),
      };
      const signature = await signRfqQuote(cast.quoter, addresses.chainId, optionMarket, quote);
      await write(buyer, vault, vaultAbi, "fill", [quote, signature, quote.size]);
    }
  }
  await driver.mine();

  const hedgeError = async () => {
    const read = { address: vault, abi: vaultAbi, functionName: "exposureOf", args: [WETH.address] } as const;
    return fromWad((await client.readContract(read)).hedgeError);
  };
  const equity = async () => {
    const units = await client.readContract({ address: vault, abi: vaultAbi, functionName: "equity" });
    return fromUnits(units, USDC.decimals);
  };
  const setTarget = async (delta: number) => {
    const of = { address: vault, abi: vaultAbi, args: [WETH.address] } as const;
    const boundaries = await client.readContract({ ...of, functionName: "boundariesOf" });
    const args = [WETH.address, { ...boundaries, targetDelta: toWad(delta) }];
    return write(driver.accounts[0] as Address, vault, vaultAbi, "setBoundaries", args);
  };
  return { url, client, driver, market, addresses, request, write, report, hedgeError, equity, setTarget };
}

/** Mark of one option, quote units. */
async function markOf(client: PublicClient, { contracts, underlyings }: AddressBook, series: bigint): Promise<bigint> {
  const engine = { address: contracts.riskEngine, abi: riskEngineAbi } as const;
  const leg = await client.readContract({ ...engine, functionName: "leg", args: [series, 1_000_000n] });
  const weth = underlyings[0]?.address ?? nobody;
  const [greeks] = await client.readContract({ ...engine, functionName: "measure", args: [weth, toWad(SPOT), toWad(1), [leg]] });
  return greeks.value / 10n ** 12n;
}
