import { type Address, decodeAbiParameters, isAddressEqual } from "viem";
import type { AddressBook } from "../../chain/addressBook.ts";
import type { RfqQuote } from "../../chain/rfqQuote.ts";
import { MICRO, unpackSeries } from "../../chain/seriesId.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../chain/snapshot.ts";
import { fromUnits, toUnits } from "../../chain/units.ts";
import { StaleDataError } from "../../errors.ts";
import { type OptionLeg, YEAR_SECONDS } from "../../risk/book.ts";
import type { VenueAction } from "../../routing/hedgeBundle.ts";
import type { TwinPools } from "./twinPools.ts";

/** What the vault has of one asset, token units: in hand, and lent (negative: borrowed) on Aave. */
type Balance = { cash: bigint; lent: bigint };

export type TwinVault = {
  /** Accrues interest over some seconds, at the rates of the snapshot they began with. */
  readonly accrue: (from: Snapshot, seconds: number) => void;
  readonly deposit: (quote: number) => void;
  /** Writes options against a premium and locks their collateral. */
  readonly fill: (quote: RfqQuote) => void;
  /** Carries out the venue calls of a rebalance in order. */
  readonly rebalance: (actions: readonly VenueAction[], pools: TwinPools) => void;
  /** Takes the expired legs of an underlying off the book at a settlement price: each gives back its collateral less its payoff. */
  readonly collect: (underlying: UnderlyingSnapshot, expiry: number, price: number) => void;
  readonly cashOf: (asset: Address) => bigint;
  readonly lentOf: (asset: Address) => bigint;
  readonly legsOf: (underlying: Address) => readonly OptionLeg[];
};

/** The vault's ledger off the chain, from an empty one. */
export function createTwinVault({ quote, underlyings, contracts }: AddressBook): TwinVault {
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

  function trade(action: VenueAction, pools: TwinPools): void {
    const { asset, quantity, data } = action;
    const underlying = underlyings.find(({ address }) => isAddressEqual(address, asset));
    const [fee] = decodeAbiParameters([{ type: "uint24" }], data);
    const pool = underlying?.pools.find((each) => each.fee === fee);
    if (pool === undefined) throw new StaleDataError(`The twin has no pool of ${asset} at a fee of ${fee}`, { asset, fee });
    const isToken0 = BigInt(asset) < BigInt(quote.address);
    const { paid, received } = pools.swap(pool.address, { zeroForOne: isToken0 === quantity < 0n, amount: -quantity });
    balanceOf(asset).cash += quantity > 0n ? received : -paid;
    cash.cash += quantity > 0n ? -paid : received;
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
      const micro = BigInt(MICRO);
      cash.cash += (price * size + micro - 1n) / micro;
      const decimals = underlyings.find(({ address }) => isAddressEqual(address, underlying))?.decimals ?? 0;
      if (type === "call") balanceOf(underlying).cash -= (size * 10n ** BigInt(decimals)) / micro;
      else cash.cash -= toUnits(strike * (Number(size) / MICRO), quote.decimals);
      const book = bookOf(underlying);
      const at = book.findIndex((leg) => leg.type === type && leg.strike === strike && leg.expiry === expiry);
      const sold = Number(size) / MICRO;
      const before = book[at];
      if (before === undefined) book.push({ type, strike, expiry, size: -sold });
      else book[at] = { ...before, size: Math.round((before.size - sold) * MICRO) / MICRO };
    },
    rebalance(actions, pools) {
      for (const action of actions) {
        if (isAddressEqual(action.venue, contracts.uniswapVenue)) trade(action, pools);
        else {
          const balance = balanceOf(action.asset);
          balance.cash += action.quantity;
          balance.lent -= action.quantity;
        }
      }
    },
    collect({ address, decimals }, expiry, price) {
      const book = bookOf(address);
      for (const { type, strike, size } of book.filter((leg) => leg.expiry === expiry)) {
        const kept = type === "call" ? Math.min(1, strike / price) : Math.min(strike, price);
        if (type === "call") balanceOf(address).cash += toUnits(-size * kept, decimals);
        else cash.cash += toUnits(-size * kept, quote.decimals);
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
