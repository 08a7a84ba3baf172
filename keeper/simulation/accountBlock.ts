import { type Address, isAddressEqual, type Log } from "viem";
import { shareQueueAbi, uniswapPoolAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { eventsOf } from "../chain/eventsOf.ts";
import { MICRO, unpackSeries } from "../chain/seriesId.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { fromUnits, fromWad } from "../chain/units.ts";
import { StaleDataError } from "../errors.ts";
import { attribute } from "../risk/attribution.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import { legGreeks } from "../risk/bookGreeks.ts";

/** Where one block's profit came from, quote; the parts sum to `total`, the change of equity less flows and gas. */
export type BlockPnl = {
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly crossVol: number;
  readonly theta: number;
  /** Premium received beyond the mark. */
  readonly spread: number;
  /** Pool fees and distance of hedge prices from the oracle's, negative. */
  readonly fees: number;
  readonly slippage: number;
  /** Gas of the hedges and provisions, negative. */
  readonly gas: number;
  /** Gas of what the vault needs hedged or not: smiles posted, series settled, epochs struck; negative. */
  readonly operations: number;
  /** Interest earned less interest owed. */
  readonly carry: number;
  /** Third-order moves, settlement against the last mark, rounding. */
  readonly residual: number;
  readonly total: number;
};

/** One block's profit, with what the same options would have made had no hedge ever been traded. */
export type BlockAccount = {
  readonly pnl: BlockPnl;
  readonly unhedged: number;
  /** Units of each underlying bought (positive) or sold by hedges in this block, by symbol. */
  readonly traded: ReadonlyMap<string, number>;
  readonly fills: number;
  /** Quote paid in less paid out by the share queue. */
  readonly flow: number;
};

/**
 * Accounts for one block: what moved the vault's equity from one snapshot to the next.
 * @param logs the vault's and the queue's logs of the later block, and the pools' logs of swaps by the vault's venue
 * @param hedgeUnits units held because of hedges before this block, by symbol
 * @param gasQuote what the keeper's and the operator's transactions in this block cost, quote
 */
export function accountBlock(
  addresses: AddressBook,
  before: Snapshot,
  after: Snapshot,
  logs: readonly Log[],
  hedgeUnits: ReadonlyMap<string, number>,
  gasQuote: { readonly hedging: number; readonly operations: number },
): BlockAccount {
  const flow = queueFlow(addresses, logs);
  const traded = new Map<string, number>();
  let execution = 0;
  let fees = 0;
  let spread = 0;
  let fills = 0;
  for (const { args } of eventsOf(vaultAbi, "Rebalanced", logs)) execution += fromWad(args.equityChangeWad);
  for (const { args } of eventsOf(vaultAbi, "HedgeErrorMoved", logs)) {
    const { symbol } = find(after, args.underlying);
    traded.set(symbol, (traded.get(symbol) ?? 0) + fromWad(args.afterWad - args.beforeWad));
  }
  for (const { address, args } of eventsOf(uniswapPoolAbi, "Swap", logs)) fees -= feeOf(after, address, args);
  for (const { args } of eventsOf(vaultAbi, "OptionFilled", logs)) {
    spread += fillSpread(addresses, after, args);
    fills += 1;
  }

  const parts = { delta: 0, gamma: 0, vega: 0, crossVol: 0, theta: 0 };
  let hedgeGain = 0;
  for (const earlier of before.underlyings) {
    const later = find(after, earlier.address);
    const moved = attribute(toBook(before, earlier), toBook(after, later));
    parts.delta += moved.delta + moved.holdings;
    parts.gamma += moved.gamma;
    parts.vega += moved.vega;
    parts.crossVol += moved.crossVol;
    parts.theta += moved.theta;
    hedgeGain += (hedgeUnits.get(earlier.symbol) ?? 0) * (later.price - earlier.price);
  }
  const carry = interest(before, after);
  const gas = 0 - gasQuote.hedging;
  const operations = 0 - gasQuote.operations;
  const slippage = execution - fees;
  const total = after.equity - before.equity - flow + gas + operations;
  const explained =
    parts.delta + parts.gamma + parts.vega + parts.crossVol + parts.theta + spread + execution + gas + operations + carry;
  const pnl: BlockPnl = { ...parts, spread, fees, slippage, gas, operations, carry, residual: total - explained, total };
  return { pnl, unhedged: total - hedgeGain - execution - gas, traded, fills, flow };
}

function find(snapshot: Snapshot, address: string): UnderlyingSnapshot {
  const found = snapshot.underlyings.find((each) => each.address === address);
  if (found === undefined)
    throw new StaleDataError(`The snapshot of block ${snapshot.block.number} lacks ${address}`, { address });
  return found;
}

/** A pool takes its fee out of what is paid in; a positive amount is what it took. */
function feeOf(after: Snapshot, address: string, { amount0, amount1 }: { amount0: bigint; amount1: bigint }): number {
  for (const { price, pools } of after.underlyings) {
    const pool = pools.find((each) => isAddressEqual(each.address, address as Address));
    if (pool === undefined) continue;
    const paysUnderlying = pool.underlyingIsToken0 === amount0 > 0n;
    const paid = amount0 > 0n ? amount0 : amount1;
    const value = paysUnderlying ? fromUnits(paid, pool.underlyingDecimals) * price : fromUnits(paid, pool.quoteDecimals);
    return (value * pool.fee) / 1e6;
  }
  throw new StaleDataError(`The snapshot of block ${after.block.number} lacks the pool ${address}`, { address });
}

function fillSpread(
  addresses: AddressBook,
  after: Snapshot,
  fill: { series: bigint; sizeDelta: bigint; premium: bigint },
): number {
  const { underlying, ...series } = unpackSeries(fill.series);
  const { price, smiles } = find(after, underlying);
  const size = Number(fill.sizeDelta) / MICRO;
  const smile = smiles.find(({ expiry }) => expiry === series.expiry);
  const mark = legGreeks({ ...series, size }, price, after.block.timestamp, smile).price;
  return Math.sign(-size) * fromUnits(fill.premium, addresses.quote.decimals) + size * mark;
}

function queueFlow(addresses: AddressBook, logs: readonly Log[]): number {
  return eventsOf(shareQueueAbi, "Struck", logs).reduce(
    (sum, { args }) => sum + fromUnits(args.deposited - args.paid, addresses.quote.decimals),
    0,
  );
}

/** Interest over the block at the rates that stood at its beginning. */
function interest(before: Snapshot, after: Snapshot): number {
  const years = (after.block.timestamp - before.block.timestamp) / YEAR_SECONDS;
  const onUnderlyings = before.underlyings.reduce(
    (sum, { lent, price, supplyRate, borrowRate }) => sum + lent * price * (lent < 0 ? borrowRate : supplyRate),
    0,
  );
  return (before.quoteLent * before.quoteSupplyRate + onUnderlyings) * years;
}
