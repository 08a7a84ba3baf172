import { type Address, erc20Abi, type PublicClient } from "viem";
import { optionMarketAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { read, readGroups } from "../chain/reads.ts";
import { packSeries, seriesOf } from "../chain/seriesId.ts";
import { lockedQuote, type Snapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { KeelError } from "../errors.ts";
import { bookGreeks } from "../risk/bookGreeks.ts";

/** Something that must never be false was false. */
class AuditError extends KeelError {
  override readonly name = "AuditError";
}

/** Largest share of the gross position by which the keeper's equity may differ from the vault's: rounding of both sides. */
const EQUITY_TOLERANCE = 1e-6;

/**
 * Checks solvency and accounting at one block: the market holds what it owes as collateral, every series has as many longs as shorts, the
 * vault holds what its ledger says, and its equity is what the keeper makes of the same snapshot.
 * @param knownSeries the series whose longs and shorts to count
 * @param writers who else than the vault may be short
 * @throws AuditError naming the broken rule
 */
export async function auditBlock(
  client: PublicClient,
  addresses: AddressBook,
  snapshot: Snapshot,
  knownSeries: ReadonlySet<bigint>,
  writers: readonly Address[] = [],
): Promise<void> {
  const { contracts, multicall3 } = addresses;
  const { vault, optionMarket } = contracts;
  const assets = [addresses.quote.address, ...addresses.underlyings.map(({ address }) => address)];
  const series = [...knownSeries];
  const { locked, heldByMarket, ledgers, heldByVault } = assetReads(addresses);
  const [owed, held, ledger, inHand, longs, shorts] = await readGroups(client, multicall3, snapshot.block.hash, [
    locked,
    heldByMarket,
    ledgers,
    heldByVault,
    series.map((id) => read(optionMarket, optionMarketAbi, "openInterest", [id])),
    series.flatMap((id) => [vault, ...writers].map((writer) => read(optionMarket, optionMarketAbi, "shortOf", [writer, id]))),
  ]);
  for (const [index, asset] of assets.entries()) {
    if ((held[index] ?? 0n) < (owed[index] ?? 0n))
      fail(snapshot, `the market holds ${held[index]} of ${asset} and has locked ${owed[index]}`);
    if ((inHand[index] ?? 0n) < (ledger[index] ?? 0n)) {
      fail(snapshot, `the vault holds ${inHand[index]} of ${asset} and its ledger says ${ledger[index]}`);
    }
  }
  for (const [index, id] of series.entries()) {
    const perSeries = 1 + writers.length;
    const written = shorts.slice(index * perSeries, (index + 1) * perSeries).reduce((sum, each) => sum + each, 0n);
    if (longs[index] !== written && !isSettled(snapshot, id))
      fail(snapshot, `series ${id} has ${longs[index]} longs and ${written} shorts`);
  }
  checkEquity(snapshot);
}

type AssetReads = ReturnType<typeof encodeAssetReads>;
const known = new WeakMap<AddressBook, AssetReads>();

/** Encoded once: only the block changes. */
function assetReads(addresses: AddressBook): AssetReads {
  const reads = known.get(addresses) ?? encodeAssetReads(addresses);
  known.set(addresses, reads);
  return reads;
}

function encodeAssetReads({ contracts: { vault, optionMarket }, quote, underlyings }: AddressBook) {
  const assets = [quote.address, ...underlyings.map(({ address }) => address)];
  return {
    locked: assets.map((asset) => read(optionMarket, optionMarketAbi, "locked", [asset])),
    heldByMarket: assets.map((asset) => read(asset, erc20Abi, "balanceOf", [optionMarket])),
    ledgers: assets.map((asset) => read(vault, vaultAbi, "cashOf", [asset])),
    heldByVault: assets.map((asset) => read(asset, erc20Abi, "balanceOf", [vault])),
  };
}

/** In this market the vault and its dealers are the only writers; a settled series is redeemed from both sides at different times. */
function isSettled(snapshot: Snapshot, series: bigint): boolean {
  const live = snapshot.underlyings.flatMap(({ address, legs }) =>
    legs.filter((leg) => leg.settlementPrice === undefined).map((leg) => packSeries(seriesOf(address, leg))),
  );
  return !live.includes(series);
}

function checkEquity(snapshot: Snapshot): void {
  const { equity, quoteCash, quoteLent, underlyings } = snapshot;
  let own = quoteCash + quoteLent;
  let gross = Math.abs(own) + 1;
  for (const underlying of underlyings) {
    const { value } = bookGreeks(toBook(snapshot, underlying));
    const locked = lockedQuote(underlying.legs);
    own += value + underlying.holdings * underlying.price + locked;
    gross += Math.abs(value) + Math.abs(underlying.holdings) * underlying.price + locked;
  }
  if (Math.abs(own - equity) > EQUITY_TOLERANCE * gross)
    fail(snapshot, `the vault's equity is ${equity} and the keeper makes it ${own}`);
}

function fail(snapshot: Snapshot, rule: string): never {
  throw new AuditError(`Block ${snapshot.block.number}: ${rule}`, { block: snapshot.block.number });
}
