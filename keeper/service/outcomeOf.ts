import { isAddressEqual, parseEventLogs, type TransactionReceipt } from "viem";
import { vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { MICRO, unpackSeries } from "../chain/seriesId.ts";
import type { Snapshot } from "../chain/snapshot.ts";
import { fromUnits, fromWad } from "../chain/units.ts";
import { StaleDataError } from "../errors.ts";
import { legGreeks } from "../risk/bookGreeks.ts";
import type { Measurement } from "../store/journal.ts";
import type { DecisionSettings } from "./decide.ts";
import { etherPriceOf } from "./etherPrice.ts";

/** An option trade as the vault logs it; `sizeDelta` is what it changes of the vault's leg. */
export type OptionFill = { readonly series: bigint; readonly sizeDelta: bigint; readonly premium: bigint };

/**
 * What a rebalance or a take changed and cost, from its receipt; undefined for a transaction that was neither.
 * @param snapshot  taken before or after it: prices the gas and a take's option, and holds the rest of a take's hedge error
 * @throws StaleDataError when the snapshot lacks the option that was taken
 */
export function outcomeOf(
  receipt: TransactionReceipt,
  snapshot: Snapshot,
  addresses: AddressBook,
  { gasAsset }: Pick<DecisionSettings, "gasAsset">,
): Measurement | undefined {
  const eventName = ["Rebalanced", "HedgeErrorMoved", "OptionFilled"] as const;
  const logs = parseEventLogs({ abi: vaultAbi, logs: receipt.logs, eventName: [...eventName] });
  const gas = fromWad(receipt.gasUsed * receipt.effectiveGasPrice) * (etherPriceOf(snapshot.underlyings, gasAsset) ?? 0);
  const symbolOf = (address: string) => addresses.underlyings.find((each) => each.address === address)?.symbol ?? address;
  const taken = logs.find((log) => log.eventName === "OptionFilled");
  if (taken?.eventName === "OptionFilled") {
    const { symbol, delta, gain } = fillFigures(addresses, snapshot, taken.args);
    const underlying = snapshot.underlyings.find((each) => each.symbol === symbol);
    const seen = underlying === undefined ? 0 : underlying.onChain.delta - underlying.targetDelta;
    const before = snapshot.block.number < receipt.blockNumber ? seen : seen - delta;
    return { hedgeErrors: [{ underlying: symbol, before, after: before + delta }], costs: { execution: 0 - gain, gas } };
  }
  const rebalanced = logs.find((log) => log.eventName === "Rebalanced");
  if (rebalanced?.eventName !== "Rebalanced") return undefined;
  const hedgeErrors = logs.flatMap((log) =>
    log.eventName === "HedgeErrorMoved"
      ? [{ underlying: symbolOf(log.args.underlying), before: fromWad(log.args.beforeWad), after: fromWad(log.args.afterWad) }]
      : [],
  );
  return { hedgeErrors, costs: { execution: -fromWad(rebalanced.args.equityChangeWad), gas } };
}

/**
 * What an option trade was against the marks of a snapshot: the delta it added, and its premium beyond the mark, positive = in the vault's favour.
 * @throws StaleDataError when the snapshot lacks the underlying or a smile of a live series
 */
export function fillFigures(
  addresses: AddressBook,
  { underlyings, block }: Snapshot,
  { series, sizeDelta, premium }: OptionFill,
): { readonly symbol: string; readonly delta: number; readonly gain: number } {
  const { underlying: address, ...option } = unpackSeries(series);
  const underlying = underlyings.find((each) => isAddressEqual(each.address, address));
  if (underlying === undefined) throw new StaleDataError(`The snapshot of block ${block.number} lacks ${address}`, { address });
  const size = Number(sizeDelta) / MICRO;
  const smile = underlying.smiles.find(({ expiry }) => expiry === option.expiry);
  const { price, delta } = legGreeks({ ...option, size }, underlying.price, block.timestamp, smile);
  const gain = Math.sign(-size) * fromUnits(premium, addresses.quote.decimals) + size * price;
  return { symbol: underlying.symbol, delta: size * delta, gain };
}
