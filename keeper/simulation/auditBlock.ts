import { erc20Abi, type PublicClient } from "viem";
import { optionMarketAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { packSeries, seriesOf } from "../chain/seriesId.ts";
import { lockedQuote, type Snapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { KeelError } from "../errors.ts";
import { bookGreeks } from "../risk/bookGreeks.ts";

/** Something that must never be false was false. */
export class AuditError extends KeelError {
  override readonly name = "AuditError";
}

/** Largest share of the gross position by which the keeper's equity may differ from the vault's: rounding of both sides. */
const EQUITY_TOLERANCE = 1e-6;

/**
 * Checks solvency and accounting at one block: the market holds what it owes as collateral, every series has as many longs as shorts, the
 * vault holds what its ledger says, and its equity is what the keeper makes of the same snapshot.
 * @param knownSeries every series traded so far
 * @throws AuditError naming the broken rule
 */
export async function auditBlock(
  client: PublicClient,
  addresses: AddressBook,
  snapshot: Snapshot,
  knownSeries: ReadonlySet<bigint>,
): Promise<void> {
  const { contracts } = addresses;
  const assets = [addresses.quote.address, ...addresses.underlyings.map(({ address }) => address)];
  const market = { address: contracts.optionMarket, abi: optionMarketAbi } as const;
  const vault = { address: contracts.vault, abi: vaultAbi } as const;
  const pinned = {
    blockHash: snapshot.block.hash,
    multicallAddress: addresses.multicall3,
    allowFailure: false,
    batchSize: 0,
  } as const;
  const [perAsset, perSeries] = await Promise.all([
    client.multicall({
      ...pinned,
      contracts: assets.flatMap(
        (asset) =>
          [
            { ...market, functionName: "locked", args: [asset] },
            { address: asset, abi: erc20Abi, functionName: "balanceOf", args: [contracts.optionMarket] },
            { ...vault, functionName: "cashOf", args: [asset] },
            { address: asset, abi: erc20Abi, functionName: "balanceOf", args: [contracts.vault] },
          ] as const,
      ),
    }),
    client.multicall({
      ...pinned,
      contracts: [...knownSeries].flatMap(
        (series) =>
          [
            { ...market, functionName: "openInterest", args: [series] },
            { ...market, functionName: "shortOf", args: [contracts.vault, series] },
          ] as const,
      ),
    }),
  ]);
  for (const [index, asset] of assets.entries()) {
    const [locked = 0n, held = 0n, cash = 0n, inHand = 0n] = perAsset.slice(4 * index, 4 * index + 4);
    if (held < locked) fail(snapshot, `the market holds ${held} of ${asset} and has locked ${locked}`);
    if (inHand < cash) fail(snapshot, `the vault holds ${inHand} of ${asset} and its ledger says ${cash}`);
  }
  for (const [index, series] of [...knownSeries].entries()) {
    const [longs = 0n, shorts = 0n] = perSeries.slice(2 * index, 2 * index + 2);
    if (longs !== shorts && !isSettled(snapshot, series))
      fail(snapshot, `series ${series} has ${longs} longs and ${shorts} shorts`);
  }
  checkEquity(snapshot);
}

/** In this market the vault is the only writer; a settled series is redeemed from both sides at different times. */
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
