import { type Address, isAddressEqual, type Log } from "viem";
import { optionMarketAbi, shareQueueAbi, uniswapPoolAbi, vaultAbi } from "../chain/abi.ts";
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
import { fillFigures } from "../service/outcomeOf.ts";

/** Where one block's profit came from, quote; the parts sum to `total`, the change of equity less flows and gas. */
export type BlockPnl = {
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly crossVol: number;
  readonly theta: number;
  /** Premium received beyond the mark. */
  readonly spread: number;
  /** What options taken from dealers as hedges were dearer than their mark, negative. */
  readonly optionSpread: number;
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
  /** Options bought (positive) or sold to hedge, by series, and the delta of those held as hedges after it, by symbol. */
  readonly taken: ReadonlyMap<bigint, number>;
  readonly optionDelta: ReadonlyMap<string, number>;
  /** Units paid by calls held as hedges that were settled in this block, by symbol. */
  readonly delivered: ReadonlyMap<string, number>;
  readonly fills: number;
  /** Quote paid in less paid out by the share queue. */
  readonly flow: number;
};

/**
 * Accounts for one block: what moved the vault's equity from one snapshot to the next.
 * @param logs the vault's and the queue's logs of the later block, and the pools' logs of swaps by the vault's venue
 * @param hedged what was held because of hedges before this block
 * @param gasQuote what the keeper's and the operator's transactions in this block cost, quote
 */
export function accountBlock(
  addresses: AddressBook,
  before: Snapshot,
  after: Snapshot,
  logs: readonly Log[],
  hedged: Hedged,
  gasQuote: { readonly hedging: number; readonly operations: number },
): BlockAccount {
  const flow = queueFlow(addresses, logs);
  const traded = new Map<string, number>();
  const taken = new Map<bigint, number>();
  let execution = 0;
  let fees = 0;
  let spread = 0;
  let optionSpread = 0;
  let fills = 0;
  for (const { args } of eventsOf(vaultAbi, "Rebalanced", logs)) execution += fromWad(args.equityChangeWad);
  for (const { args } of eventsOf(vaultAbi, "HedgeErrorMoved", logs)) {
    const { symbol } = find(after, args.underlying);
    traded.set(symbol, (traded.get(symbol) ?? 0) + fromWad(args.afterWad - args.beforeWad));
  }
  for (const { address, args } of eventsOf(uniswapPoolAbi, "Swap", logs)) fees -= feeOf(after, address, args);
  const takes = takesIn(addresses, logs);
  for (const { args, transactionHash } of eventsOf(vaultAbi, "OptionFilled", logs)) {
    const { gain } = fillFigures(addresses, after, args);
    if (transactionHash !== null && takes.has(transactionHash)) {
      optionSpread += gain;
      taken.set(args.series, (taken.get(args.series) ?? 0) + Number(args.sizeDelta) / MICRO);
    } else {
      spread += gain;
      fills += 1;
    }
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
    hedgeGain += (hedged.units.get(earlier.symbol) ?? 0) * (later.price - earlier.price);
  }
  const settled = settlementsIn(logs);
  for (const [series, size] of hedged.options)
    hedgeGain += size * (optionAt(after, series, settled).price - optionAt(before, series).price);
  const carry = interest(before, after);
  const gas = 0 - gasQuote.hedging;
  const operations = 0 - gasQuote.operations;
  const slippage = execution - fees;
  const total = after.equity - before.equity - flow + gas + operations;
  const explained =
    parts.delta +
    parts.gamma +
    parts.vega +
    parts.crossVol +
    parts.theta +
    spread +
    optionSpread +
    execution +
    gas +
    operations +
    carry;
  const pnl: BlockPnl = {
    ...parts,
    spread,
    optionSpread,
    fees,
    slippage,
    gas,
    operations,
    carry,
    residual: total - explained,
    total,
  };
  const unhedged = total - hedgeGain - optionSpread - execution - gas;
  return { pnl, unhedged, traded, taken, ...hedgeDeltas(after, [...hedged.options, ...taken], settled), fills, flow };
}

/** Units and options held because of hedges: what was traded, with the units instead of the calls that have been settled. */
export type Hedged = { readonly units: Map<string, number>; readonly options: Map<bigint, number> };

/** Carries what is held because of hedges over a block. */
export function holdHedges({ units, options }: Hedged, { traded, taken, delivered }: BlockAccount, logs: readonly Log[]): void {
  for (const [symbol, amount] of [...traded, ...delivered]) units.set(symbol, (units.get(symbol) ?? 0) + amount);
  for (const [series, size] of taken) options.set(series, (options.get(series) ?? 0) + size);
  for (const term of settlementsIn(logs).keys())
    for (const series of options.keys()) if (termOf(series) === term) options.delete(series);
}

/** Transactions in which the vault took another maker's quote. */
function takesIn({ contracts }: AddressBook, logs: readonly Log[]): ReadonlySet<string> {
  const fills = eventsOf(optionMarketAbi, "Filled", logs);
  return new Set(
    fills.flatMap(({ args, transactionHash }) =>
      isAddressEqual(args.maker, contracts.vault) || transactionHash === null ? [] : [transactionHash],
    ),
  );
}

function termOf(series: bigint): string {
  const { underlying, expiry } = unpackSeries(series);
  return `${underlying} ${expiry}`;
}

/** Prices fixed in this block, by underlying and expiry. */
function settlementsIn(logs: readonly Log[]): ReadonlyMap<string, number> {
  return new Map(
    eventsOf(optionMarketAbi, "Settled", logs).map(({ args }) => [`${args.underlying} ${args.expiry}`, fromWad(args.priceWad)]),
  );
}

/** One option of a series as a snapshot values it. */
function optionAt(snapshot: Snapshot, series: bigint, settled: ReadonlyMap<string, number> = new Map()) {
  const { underlying, ...option } = unpackSeries(series);
  const { price, smiles } = find(snapshot, underlying);
  const smile = smiles.find(({ expiry }) => expiry === option.expiry);
  const leg = { ...option, size: 1, settlementPrice: settled.get(termOf(series)) };
  return legGreeks(leg, price, snapshot.block.timestamp, smile);
}

/** Delta of options held as hedges, apart from it what those settled in this block have delivered. */
function hedgeDeltas(
  after: Snapshot,
  options: readonly (readonly [bigint, number])[],
  settled: ReadonlyMap<string, number>,
): Pick<BlockAccount, "optionDelta" | "delivered"> {
  const optionDelta = new Map<string, number>();
  const delivered = new Map<string, number>();
  for (const [series, size] of options) {
    const { symbol } = find(after, unpackSeries(series).underlying);
    const deltas = settled.has(termOf(series)) ? delivered : optionDelta;
    deltas.set(symbol, (deltas.get(symbol) ?? 0) + size * optionAt(after, series, settled).delta);
  }
  return { optionDelta, delivered };
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
