import { type Address, encodeAbiParameters, type Hex } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { toUnits, toWad } from "../chain/units.ts";
import { largestLoan } from "./borrowCost.ts";
import type { GasCosts } from "./costCurve.ts";
import { type Route, routeTrade } from "./routeTrade.ts";

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

/** Venue calls, and what is expected of them. */
export type HedgeBundle = {
  readonly actions: readonly VenueAction[];
  /** One for each underlying traded, largest sale first. */
  readonly routes: readonly Route[];
  /** Aave health factor once all is done, collateral other than quote not counted; Infinity without debt. */
  readonly health: number;
};

/** What a bundle wants of one underlying: units traded on the pools, and units made ready in hand as collateral for calls to be written. */
export type HoldingChange = { readonly underlying: UnderlyingSnapshot; readonly trade: number; readonly provision: number };

/** A balance read as a double is off by up to this share. */
const READING_ERROR = 1e-12;

/** Quote as the bundle goes along: each action sees what the ones before it left. */
type Purse = { cash: number; lent: number; debtValue: number; readonly liquidationThreshold: number };

/**
 * The venue calls that bring about the wanted changes of holdings, sales first so that they pay for the purchases. Selling and provisioning
 * use what the vault has in hand, then what Aave holds or lends, supplying quote to keep the target health; buying pays from cash, then from
 * quote lent out, and repays debt with what it bought. A trade is cut to what the pools hold within the price band, what can be paid, and what
 * can be borrowed below the highest rate.
 */
export function hedgeBundle(
  addresses: AddressBook,
  snapshot: Snapshot,
  changes: readonly HoldingChange[],
  policy: BundlePolicy,
  gas: GasCosts,
): HedgeBundle {
  const purse: Purse = {
    cash: snapshot.quoteCash,
    lent: snapshot.quoteLent,
    liquidationThreshold: snapshot.quoteLiquidationThreshold,
    debtValue: snapshot.underlyings.reduce((sum, { lent, price }) => sum + Math.max(0, -lent) * price, 0),
  };
  const ordered = [...changes].sort((a, b) => a.trade * a.underlying.price - b.trade * b.underlying.price);
  const parts = ordered.map((change) => {
    const route = routeTrade(change.underlying, tradable(change, purse, policy), policy.priceBand, gas);
    const fund = route.trade > 0 ? buy : sellAndProvision;
    return { route, actions: fund(addresses, change, route, purse, policy) };
  });
  return {
    actions: parts.flatMap(({ actions }) => actions),
    routes: parts.flatMap(({ route }) => (route.legs.length > 0 ? [route] : [])),
    health: purse.debtValue > 0 ? (purse.lent * purse.liquidationThreshold) / purse.debtValue : Number.POSITIVE_INFINITY,
  };
}

/** A purchase goes as far as quote can be paid; a sale as far as units can be found: in hand, lent out, or borrowed below the highest rate. */
function tradable({ underlying, trade }: HoldingChange, purse: Purse, policy: BundlePolicy): number {
  const { cash, lent, price, reserve } = underlying;
  if (trade > 0) {
    const payable = purse.cash - policy.minimumCash + withdrawable(purse, policy);
    return Math.min(trade, Math.max(0, payable) / (price * (1 + policy.priceBand)));
  }
  const inHand = safelyInHand(underlying);
  // Selling all there is must not ask for the last units that reading the balance as a number may have added.
  if (-trade > inHand && -trade <= cash) return -inHand;
  return Math.max(trade, -(inHand + Math.max(0, lent) + largestLoan(reserve, policy.maxBorrowRate)));
}

function safelyInHand({ cash }: UnderlyingSnapshot): number {
  return cash * (1 - READING_ERROR);
}

function sellAndProvision(
  addresses: AddressBook,
  { underlying, provision }: HoldingChange,
  route: Route,
  purse: Purse,
  policy: BundlePolicy,
): readonly VenueAction[] {
  const inHand = safelyInHand(underlying);
  const sold = Math.max(0, -route.trade - inHand);
  const wanted = Math.max(0, provision - route.trade - underlying.cash);
  // A hedge is never cut short for collateral; collateral for options not sold yet is made ready only as far as the vault can secure the loan.
  const missing = Math.max(sold, Math.min(wanted, affordableLoan(underlying, purse, policy)));
  purse.debtValue += Math.max(0, missing - Math.max(0, underlying.lent)) * underlying.price;
  const topUp = missing > 0 ? collateralTopUp(purse, policy) : 0;
  // The sales below must find all they sell, to the last unit.
  const sales = route.legs.reduce((sum, { quantity }) => sum - quantity, 0n);
  const short = sales - toUnits(inHand, underlying.decimals);
  const borrowed = toUnits(missing, underlying.decimals);
  purse.cash += route.quote - topUp;
  purse.lent += topUp;
  return [
    ...lend(addresses, policy, addresses.quote.address, -toUnits(topUp, addresses.quote.decimals)),
    ...lend(addresses, policy, underlying.address, missing > 0 && short > borrowed ? short : borrowed),
    ...swaps(addresses, underlying, route),
  ];
}

/** Units that can be withdrawn or borrowed with the account at its target health, all spare cash supplied. */
function affordableLoan({ lent, price }: UnderlyingSnapshot, purse: Purse, policy: BundlePolicy): number {
  const supply = purse.lent + Math.max(0, purse.cash - policy.minimumCash);
  const room = (supply * purse.liquidationThreshold) / policy.targetHealth - purse.debtValue;
  return Math.max(0, lent) + Math.max(0, room) / price;
}

function buy(
  addresses: AddressBook,
  { underlying, provision }: HoldingChange,
  route: Route,
  purse: Purse,
  policy: BundlePolicy,
): readonly VenueAction[] {
  const shortfall = route.trade * route.limitPrice + policy.minimumCash - purse.cash;
  const withdrawn = Math.min(Math.max(0, shortfall), withdrawable(purse, policy));
  // What is in hand and what is bought add up to a unit more than there is, now and then.
  const inHand = underlying.cash > 0 ? (underlying.cash + route.trade) * (1 - READING_ERROR) : route.trade;
  const repaid = Math.min(Math.max(0, inHand - provision), Math.max(0, -underlying.lent));
  purse.cash += withdrawn + route.quote;
  purse.lent -= withdrawn;
  purse.debtValue -= repaid * underlying.price;
  return [
    ...lend(addresses, policy, addresses.quote.address, toUnits(withdrawn, addresses.quote.decimals)),
    ...swaps(addresses, underlying, route),
    ...lend(addresses, policy, underlying.address, -toUnits(repaid, underlying.decimals)),
  ];
}

/** Quote to supply so that the account stands at its target health with the debt it is about to have; bounded by the cash in hand. */
function collateralTopUp(purse: Purse, policy: BundlePolicy): number {
  return Math.max(0, Math.min(requiredSupply(purse, policy) - purse.lent, purse.cash - policy.minimumCash));
}

/** Quote that Aave gives back with the account still at its target health. */
function withdrawable(purse: Purse, policy: BundlePolicy): number {
  return Math.max(0, purse.lent - requiredSupply(purse, policy));
}

function requiredSupply({ debtValue, liquidationThreshold }: Purse, { targetHealth }: BundlePolicy): number {
  return (targetHealth * debtValue) / liquidationThreshold;
}

function swaps(addresses: AddressBook, underlying: UnderlyingSnapshot, { legs, limitPrice }: Route): readonly VenueAction[] {
  return legs.map(({ fee, quantity }) => ({
    venue: addresses.contracts.uniswapVenue,
    asset: underlying.address,
    quantity,
    limitWad: toWad(limitPrice),
    data: encodeAbiParameters([{ type: "uint24" }], [fee]),
  }));
}

function lend(addresses: AddressBook, policy: BundlePolicy, asset: Address, quantity: bigint): readonly VenueAction[] {
  if (quantity === 0n) return [];
  return [{ venue: addresses.contracts.aaveVenue, asset, quantity, limitWad: toWad(policy.maxBorrowRate), data: "0x" }];
}
