import { type Address, decodeAbiParameters, isAddressEqual } from "viem";
import type { KeelParameters } from "../../../ignition/modules/Keel.ts";
import type { AddressBook } from "../../chain/addressBook.ts";
import type { RfqQuote } from "../../chain/rfqQuote.ts";
import { MICRO, unpackSeries } from "../../chain/seriesId.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../chain/snapshot.ts";
import { fromUnits, toUnits } from "../../chain/units.ts";
import { StaleDataError } from "../../errors.ts";
import { type OptionLeg, YEAR_SECONDS } from "../../risk/book.ts";
import type { VenueAction } from "../../routing/hedgeBundle.ts";
import type { TwinMarket } from "./twinMarket.ts";

/** What the vault has of one asset, token units: in hand, and lent (negative: borrowed) on Aave. */
type Balance = { cash: bigint; lent: bigint };

/** What the guard refuses, as far as a keeper that decides well can meet it: too little cash left, limit prices far from the oracle's. */
export type TwinLimits = Pick<KeelParameters["limits"], "minCash" | "oracleBandWad">;

export type TwinVault = {
  /** Accrues interest over some seconds, at the rates of the snapshot they began with. */
  readonly accrue: (from: Snapshot, seconds: number) => void;
  readonly deposit: (quote: number) => void;
  /** Writes options against a premium and locks their collateral; nothing where there is too little of it. */
  readonly fill: (quote: RfqQuote) => void;
  /** Takes another maker's quote: what it buys closes its own short first, what it sells it holds. */
  readonly take: (quote: RfqQuote, size: bigint) => void;
  /** Carries out the venue calls of a rebalance in order: all of them, or none where the guard refuses one. */
  readonly rebalance: (actions: readonly VenueAction[], market: TwinMarket) => void;
  /** Takes the expired legs of an underlying off the book at a settlement price: a short gives back its collateral less its payoff, a long is paid. */
  readonly collect: (underlying: UnderlyingSnapshot, expiry: number, price: number) => void;
  readonly cashOf: (asset: Address) => bigint;
  readonly lentOf: (asset: Address) => bigint;
  readonly legsOf: (underlying: Address) => readonly OptionLeg[];
};

const WAD = 10n ** 18n;

type Terms = Pick<OptionLeg, "type" | "strike" | "expiry">;
const isSame = (one: Terms, other: Terms) =>
  one.type === other.type && one.strike === other.strike && one.expiry === other.expiry;

/** The vault's ledger off the chain, from an empty one. */
export function createTwinVault({ quote, underlyings, contracts }: AddressBook, limits: TwinLimits): TwinVault {
  const balances = new Map<string, Balance>();
  const legs = new Map<string, OptionLeg[]>();
  for (const { address } of [quote, ...underlyings]) {
    balances.set(address.toLowerCase(), { cash: 0n, lent: 0n });
    legs.set(address.toLowerCase(), []);
  }
  const balanceOf = (asset: Address): Balance => {
    const found = balances.get(asset.toLowerCase());
    if (found === undefined) throw new StaleDataError(`The twin's vault knows no ${asset}`, { asset });
    return found;
  };
  const bookOf = (underlying: Address) => legs.get(underlying.toLowerCase()) ?? [];
  const cash = balanceOf(quote.address);

  const sizeOf = (underlying: Address, terms: Terms) => bookOf(underlying).find((leg) => isSame(leg, terms))?.size ?? 0;

  /** What so many shorts of a series lock, and where it comes from. */
  function collateralOf(series: bigint, size: number): { backing: Balance; units: bigint } {
    const { underlying, type, strike } = unpackSeries(series);
    if (type === "put") return { backing: cash, units: toUnits(strike * size, quote.decimals) };
    const decimals = underlyings.find(({ address }) => isAddressEqual(address, underlying))?.decimals ?? 0;
    return { backing: balanceOf(underlying), units: toUnits(size, decimals) };
  }

  function changeLeg(underlying: Address, terms: Terms, by: number): void {
    const book = bookOf(underlying);
    const at = book.findIndex((leg) => isSame(leg, terms));
    const size = Math.round(((book[at]?.size ?? 0) + by) * MICRO) / MICRO;
    if (at >= 0) book.splice(at, 1, ...(size === 0 ? [] : [{ ...terms, size }]));
    else if (size !== 0) book.push({ ...terms, size });
  }

  /** @returns whether the guard lets it pass */
  function trade({ asset, quantity, limitWad, data }: VenueAction, { pools, priceWad }: TwinMarket): boolean {
    const underlying = underlyings.find(({ address }) => isAddressEqual(address, asset));
    const [fee] = decodeAbiParameters([{ type: "uint24" }], data);
    const pool = underlying?.pools.find((each) => each.fee === fee);
    if (underlying === undefined || pool === undefined)
      throw new StaleDataError(`The twin has no pool of ${asset} at a fee of ${fee}`, { asset, fee });
    const isToken0 = BigInt(asset) < BigInt(quote.address);
    const { paid, received } = pools.swap(pool.address, { zeroForOne: isToken0 === quantity < 0n, amount: -quantity });
    const [units, quoteUnits] = quantity > 0n ? [received, paid] : [paid, received];
    balanceOf(asset).cash += quantity > 0n ? units : -units;
    cash.cash += quantity > 0n ? -quoteUnits : quoteUnits;
    const gotWad = (quoteUnits * 10n ** BigInt(18 + underlying.decimals - quote.decimals)) / units;
    const worstWad = (priceWad(underlying.symbol) * (WAD + (quantity > 0n ? limits.oracleBandWad : -limits.oracleBandWad))) / WAD;
    return quantity > 0n ? gotWad <= limitWad && limitWad <= worstWad : gotWad >= limitWad && limitWad >= worstWad;
  }

  /** @returns whether the vault has what it gives */
  function move({ asset, quantity }: VenueAction): boolean {
    const balance = balanceOf(asset);
    balance.cash += quantity;
    balance.lent -= quantity;
    return balance.cash >= 0n;
  }

  return {
    accrue({ quoteSupplyRate, underlyings: rates }, seconds) {
      const years = seconds / YEAR_SECONDS;
      const grow = (balance: Balance, rate: number) => {
        balance.lent += BigInt(Math.round(Number(balance.lent) * rate * years));
      };
      grow(cash, quoteSupplyRate);
      for (const { address, supplyRate, borrowRate } of rates) {
        const balance = balanceOf(address);
        grow(balance, balance.lent < 0n ? borrowRate : supplyRate);
      }
    },
    deposit(amount) {
      cash.cash += toUnits(amount, quote.decimals);
    },
    fill({ series, price, size }) {
      const { underlying, type, strike, expiry } = unpackSeries(series);
      const sold = Number(size) / MICRO;
      const held = sizeOf(underlying, { type, strike, expiry });
      const { backing, units: locked } = collateralOf(series, sold - Math.min(Math.max(held, 0), sold));
      const premium = (price * size + BigInt(MICRO) - 1n) / BigInt(MICRO);
      const left = backing.cash - locked + (type === "call" ? 0n : premium);
      if (left < (type === "call" ? 0n : limits.minCash)) return;
      backing.cash -= locked;
      cash.cash += premium;
      changeLeg(underlying, { type, strike, expiry }, -sold);
    },
    take({ series, price, makerSells }, size) {
      const { underlying, ...option } = unpackSeries(series);
      const amount = Number(size) / MICRO;
      const held = sizeOf(underlying, option);
      // The market rounds against the taker.
      const premium = (price * size + (makerSells ? BigInt(MICRO) - 1n : 0n)) / BigInt(MICRO);
      if (makerSells) {
        if (cash.cash - premium < limits.minCash) return;
        cash.cash -= premium;
        const { backing, units } = collateralOf(series, Math.min(Math.max(-held, 0), amount));
        backing.cash += units;
      } else cash.cash += premium;
      changeLeg(underlying, option, makerSells ? amount : -amount);
    },
    rebalance(actions, market) {
      if (actions.length === 0) return;
      const restore = market.pools.mark();
      const kept = [...balances].map(([asset, balance]) => [asset, { ...balance }] as const);
      const isSwap = ({ venue }: VenueAction) => isAddressEqual(venue, contracts.uniswapVenue);
      const passes = actions.every((action) => (isSwap(action) ? trade(action, market) : move(action)));
      if (passes && cash.cash >= limits.minCash) return;
      restore();
      for (const [asset, balance] of kept) Object.assign(balances.get(asset) ?? {}, balance);
    },
    collect({ address, decimals }, expiry, price) {
      const book = bookOf(address);
      for (const { type, strike, size } of book.filter((leg) => leg.expiry === expiry)) {
        const kept = type === "call" ? Math.min(1, strike / price) : Math.min(strike, price);
        const each = size < 0 ? kept : (type === "call" ? 1 : strike) - kept;
        if (type === "call") balanceOf(address).cash += toUnits(Math.abs(size) * each, decimals);
        else cash.cash += toUnits(Math.abs(size) * each, quote.decimals);
      }
      legs.set(
        address.toLowerCase(),
        book.filter((leg) => leg.expiry !== expiry),
      );
    },
    cashOf: (asset) => balanceOf(asset).cash,
    lentOf: (asset) => balanceOf(asset).lent,
    legsOf: (underlying) => [...bookOf(underlying)],
  };
}

/** What the twin's vault makes of one underlying: the market's side is `market`'s, the holdings its own. */
export function holdingsOf(vault: TwinVault, { address, decimals }: UnderlyingSnapshot) {
  const legs = vault.legsOf(address);
  const cash = fromUnits(vault.cashOf(address), decimals);
  const lent = fromUnits(vault.lentOf(address), decimals);
  const locked = legs.reduce((sum, { type, size }) => (type === "call" && size < 0 ? sum - size : sum), 0);
  return { legs, cash, lent, holdings: cash + locked + lent };
}
