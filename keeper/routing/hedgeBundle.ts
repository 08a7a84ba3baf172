import { type Address, encodeAbiParameters, type Hex } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { toUnits, toWad } from "../chain/units.ts";

/** One venue call of a rebalance, as the vault's `Action` struct. */
export type VenueAction = {
  readonly venue: Address;
  readonly asset: Address;
  /** Asset units the vault receives; negative = gives. */
  readonly quantity: bigint;
  readonly limitWad: bigint;
  readonly data: Hex;
};

export type BundlePolicy = {
  /** Worst swap price as a distance from the oracle's, fraction. */
  readonly priceBand: number;
  /** Highest variable borrow rate accepted, per year. */
  readonly maxBorrowRate: number;
  /** Health factor the account is brought back to when it borrows. */
  readonly targetHealth: number;
  /** Quote the vault keeps in hand, whole units. */
  readonly minimumCash: number;
};

/** What a bundle wants of one underlying: units traded on the pool, and units made ready in hand as collateral for calls to be written. */
export type HoldingChange = { readonly underlying: UnderlyingSnapshot; readonly trade: number; readonly provision: number };

/** A balance read as a double is off by up to this share. */
const READING_ERROR = 1e-12;

/** Quote as the bundle goes along: each action sees what the ones before it left. */
type Purse = { cash: number; lent: number; debtValue: number; readonly liquidationThreshold: number };

/**
 * The venue calls that bring about the wanted changes of holdings, sales first so that they pay for the purchases. Selling and provisioning
 * use what the vault has in hand, then what Aave holds or lends, supplying quote to keep the target health; buying pays from cash, then from
 * quote lent out, and repays debt with what it bought.
 */
export function hedgeBundle(
  addresses: AddressBook,
  snapshot: Snapshot,
  changes: readonly HoldingChange[],
  policy: BundlePolicy,
): readonly VenueAction[] {
  const purse: Purse = {
    cash: snapshot.quoteCash,
    lent: snapshot.quoteLent,
    liquidationThreshold: snapshot.quoteLiquidationThreshold,
    debtValue: snapshot.underlyings.reduce((sum, { lent, price }) => sum + Math.max(0, -lent) * price, 0),
  };
  const ordered = [...changes].sort((a, b) => a.trade * a.underlying.price - b.trade * b.underlying.price);
  return ordered.flatMap((change) =>
    change.trade > 0 ? buy(addresses, change, purse, policy) : sellAndProvision(addresses, change, purse, policy),
  );
}

function sellAndProvision(
  addresses: AddressBook,
  change: HoldingChange,
  purse: Purse,
  policy: BundlePolicy,
): readonly VenueAction[] {
  const { underlying, provision } = change;
  const inHand = underlying.cash * (1 - READING_ERROR);
  // Selling all there is must not ask for the last units that reading the balance as a number may have added.
  const trade = -change.trade > inHand && -change.trade <= underlying.cash ? -inHand : change.trade;
  const sold = Math.max(0, -trade - inHand);
  const wanted = Math.max(0, provision - trade - inHand);
  // A hedge is never cut short; collateral for options not sold yet is made ready only as far as the vault can secure the loan.
  const missing = Math.max(sold, Math.min(wanted, affordableLoan(underlying, purse, policy)));
  purse.debtValue += Math.max(0, missing - Math.max(0, underlying.lent)) * underlying.price;
  const topUp = missing > 0 ? collateralTopUp(purse, policy) : 0;
  purse.cash += -trade * underlying.price - topUp;
  purse.lent += topUp;
  return [
    ...lend(addresses, policy, addresses.quote.address, -toUnits(topUp, addresses.quote.decimals)),
    // One unit more than the truncated need: the sale below must find all of it.
    ...lend(addresses, policy, underlying.address, missing > 0 ? toUnits(missing, underlying.decimals) + 1n : 0n),
    ...swap(addresses, policy, underlying, trade),
  ];
}

/** Units that can be withdrawn or borrowed with the account at its target health, all spare cash supplied. */
function affordableLoan({ lent, price }: UnderlyingSnapshot, purse: Purse, policy: BundlePolicy): number {
  const supply = purse.lent + Math.max(0, purse.cash - policy.minimumCash);
  const room = (supply * purse.liquidationThreshold) / policy.targetHealth - purse.debtValue;
  return Math.max(0, lent) + Math.max(0, room) / price;
}

function buy(addresses: AddressBook, change: HoldingChange, purse: Purse, policy: BundlePolicy): readonly VenueAction[] {
  const { underlying, trade, provision } = change;
  const shortfall = trade * underlying.price * (1 + policy.priceBand) + policy.minimumCash - purse.cash;
  const withdrawn = Math.min(Math.max(0, shortfall), Math.max(0, purse.lent - requiredSupply(purse, policy)));
  const repaid = Math.min(Math.max(0, underlying.cash + trade - provision), Math.max(0, -underlying.lent));
  purse.cash += withdrawn - trade * underlying.price;
  purse.lent -= withdrawn;
  purse.debtValue -= repaid * underlying.price;
  return [
    ...lend(addresses, policy, addresses.quote.address, toUnits(withdrawn, addresses.quote.decimals)),
    ...swap(addresses, policy, underlying, trade),
    ...lend(addresses, policy, underlying.address, -toUnits(repaid, underlying.decimals)),
  ];
}

/** Quote to supply so that the account stands at its target health with the debt it is about to have; bounded by the cash in hand. */
function collateralTopUp(purse: Purse, policy: BundlePolicy): number {
  return Math.max(0, Math.min(requiredSupply(purse, policy) - purse.lent, purse.cash - policy.minimumCash));
}

function requiredSupply({ debtValue, liquidationThreshold }: Purse, { targetHealth }: BundlePolicy): number {
  return (targetHealth * debtValue) / liquidationThreshold;
}

function swap(
  addresses: AddressBook,
  policy: BundlePolicy,
  underlying: UnderlyingSnapshot,
  trade: number,
): readonly VenueAction[] {
  const quantity = toUnits(trade, underlying.decimals);
  if (quantity === 0n) return [];
  const limitWad = toWad(underlying.price * (1 + Math.sign(trade) * policy.priceBand));
  const data = encodeAbiParameters([{ type: "uint24" }], [underlying.poolFee]);
  return [{ venue: addresses.contracts.uniswapVenue, asset: underlying.address, quantity, limitWad, data }];
}

function lend(addresses: AddressBook, policy: BundlePolicy, asset: Address, quantity: bigint): readonly VenueAction[] {
  if (quantity === 0n) return [];
  return [{ venue: addresses.contracts.aaveVenue, asset, quantity, limitWad: toWad(policy.maxBorrowRate), data: "0x" }];
}
