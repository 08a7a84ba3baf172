import { type Address, encodeFunctionData, erc20Abi, type Log, maxUint256 } from "viem";
import { optionMarketAbi, shareQueueAbi, vaultAbi } from "../chain/abi.ts";
import { eventsOf } from "../chain/eventsOf.ts";
import { unpackSeries } from "../chain/seriesId.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { toUnits } from "../chain/units.ts";
import type { Desk, SignedQuote } from "../desk/desk.ts";
import type { TokenSymbol } from "./market/deployTokens.ts";
import { fundAccount } from "./market/fundAccount.ts";
import type { AskQuote, OfferedSeries, QuoteRequest } from "./market/optionBuyers.ts";
import type { World } from "./openWorld.ts";

const GAS = 1_500_000n;

/** What people need to act on a chain that somebody drives. */
export type Stage = Pick<World, "client" | "addresses" | "cast"> & { readonly market: Pick<World["market"], "driver"> };

/** Gives the depositor its capital and the buyer its spending money, with the allowances they need, and requests the deposit. */
export async function fundParticipants(world: World, depositQuote: number): Promise<void> {
  const { market, addresses, cast } = world;
  const assets = toUnits(depositQuote, addresses.quote.decimals);
  for (const { address } of [cast.depositor, cast.buyer])
    await fundAccount(market.driver, cast.guardian.address, market.addresses.tokens.USDC, address, assets);
  await requestDeposit(world, assets);
}

/** How a local market gives. */
export function giveIn({ market, cast }: World): Give {
  return (symbol, to, amount) =>
    fundAccount(market.driver, cast.guardian.address, market.addresses.tokens[symbol as TokenSymbol], to, amount);
}

/** Gives somebody tokens of a market, in token units. */
export type Give = (symbol: string, to: Address, amount: bigint) => Promise<void>;

/** Gives the dealer what it writes options against and pays with, and lets the market take it. @param worth  of each asset, quote */
export async function fundDealer(
  { market, addresses, cast }: Stage,
  give: Give,
  worth: number,
  prices: Readonly<Record<string, number>>,
): Promise<void> {
  const dealer = cast.dealer.address;
  for (const { symbol, address, decimals } of [addresses.quote, ...addresses.underlyings]) {
    await give(symbol, dealer, toUnits(worth / (prices[symbol] ?? 1), decimals));
    const args = [addresses.contracts.optionMarket, maxUint256];
    await market.driver.write({ from: dealer }, { address, abi: erc20Abi }, "approve", args);
  }
  await market.driver.settle();
}

/** Of some series, those whose price was fixed among these logs. */
export function settledAmong(series: Iterable<bigint>, logs: readonly Log[]): readonly bigint[] {
  const settled = eventsOf(optionMarketAbi, "Settled", logs);
  return [...series].filter((id) => {
    const { underlying, expiry } = unpackSeries(id);
    return settled.some(({ args }) => args.underlying === underlying && Number(args.expiry) === expiry);
  });
}

/** Series that options of this dealer were traded in. */
export function tradedWith(dealer: Address, logs: readonly Log[]): readonly bigint[] {
  return eventsOf(optionMarketAbi, "Filled", logs).flatMap(({ args }) => (args.maker === dealer ? [args.series] : []));
}

/** The depositor asks to put its quote into the vault, the buyer allows the vault to take premiums. @param assets quote units */
export async function requestDeposit({ market, addresses, cast }: Stage, assets: bigint): Promise<void> {
  const { driver } = market;
  const { quote, contracts } = addresses;
  const usdc = { address: quote.address, abi: erc20Abi } as const;
  const [depositor, buyer] = [cast.depositor.address, cast.buyer.address];
  await driver.settle();
  await driver.write({ from: depositor }, usdc, "approve", [contracts.shareQueue, assets]);
  await driver.write({ from: buyer }, usdc, "approve", [contracts.vault, maxUint256]);
  await driver.write({ from: depositor }, { address: contracts.shareQueue, abi: shareQueueAbi }, "requestDeposit", [
    assets,
    depositor,
    depositor,
  ]);
  await driver.settle();
}

/** What the desk has on sale, as buyers see it. */
export function onSale(desk: Desk, snapshot: Snapshot): readonly OfferedSeries[] {
  return [...desk.offers(snapshot)].flatMap(([symbol, offers]) =>
    offers.map((offer) => ({ ...offer, underlying: symbol as OfferedSeries["underlying"] })),
  );
}

/** The buyer's way to the desk: ask for a signed quote, take it by filling it at the vault in the next block. */
export function askDesk({ market, addresses, cast }: World, desk: Desk, snapshot: Snapshot): AskQuote {
  return async ({ underlying, ...series }: QuoteRequest) => {
    const signed = await desk.quote(snapshot, { ...series, symbol: underlying });
    if (signed === undefined) return undefined;
    const data = fillData(signed);
    const sender = { from: cast.buyer.address, gas: GAS, mayRevert: true };
    return {
      price: signed.price,
      async take() {
        await market.driver.send(
          sender,
          addresses.contracts.vault,
          data,
          `fill of ${underlying} ${series.strike} ${series.type}`,
        );
      },
    };
  };
}

/** Calldata that fills the whole of a signed quote at its vault. */
export function fillData({ quote, signature }: Pick<SignedQuote, "quote" | "signature">) {
  return encodeFunctionData({ abi: vaultAbi, functionName: "fill", args: [quote, signature, quote.size] });
}

/** The buyer redeems longs of these series that have been settled. */
export function redeemLongs(stage: Stage, settled: readonly bigint[]): Promise<void> {
  return redeemFor(stage, stage.cast.buyer.address, settled);
}

/** The dealer takes back what its shorts of settled series left, and redeems its longs. */
export async function closeDealer(stage: Stage, settled: readonly bigint[]): Promise<void> {
  const { client, market, addresses, cast } = stage;
  const dealer = cast.dealer.address;
  const options = { address: addresses.contracts.optionMarket, abi: optionMarketAbi } as const;
  for (const series of settled) {
    const size = await client.readContract({ ...options, functionName: "shortOf", args: [dealer, series] });
    if (size > 0n) await market.driver.write({ from: dealer }, options, "release", [series, dealer]);
  }
  await redeemFor(stage, dealer, settled);
}

async function redeemFor({ client, market, addresses }: Stage, holder: Address, settled: readonly bigint[]): Promise<void> {
  const options = { address: addresses.contracts.optionMarket, abi: optionMarketAbi } as const;
  for (const series of settled) {
    const size = await client.readContract({ ...options, functionName: "balanceOf", args: [holder, series] });
    if (size > 0n) await market.driver.write({ from: holder }, options, "redeem", [series, size, holder]);
  }
}

/** The depositor takes the shares of a struck deposit. @param assets quote units deposited */
export async function claimShares({ market, addresses, cast }: Stage, assets: bigint): Promise<void> {
  const owner = cast.depositor.address;
  const queue = { address: addresses.contracts.shareQueue, abi: shareQueueAbi };
  await market.driver.write({ from: owner }, queue, "deposit", [assets, owner]);
}
