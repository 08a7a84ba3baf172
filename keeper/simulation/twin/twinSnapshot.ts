import type { AddressBook } from "../../chain/addressBook.ts";
import { encodeSlice } from "../../chain/postedSlice.ts";
import { lockedQuote, type PostedSmile, type QueueState, type Snapshot, type UnderlyingSnapshot } from "../../chain/snapshot.ts";
import { toBook } from "../../chain/toBook.ts";
import { fromUnits, fromWad } from "../../chain/units.ts";
import type { Posting } from "../../desk/desk.ts";
import { bookGreeks } from "../../risk/bookGreeks.ts";
import type { TwinMarket, TwinTick } from "./twinMarket.ts";
import { holdingsOf, type TwinLimits, type TwinVault } from "./twinVault.ts";

export type TwinSituation = {
  readonly addresses: AddressBook;
  readonly before: Snapshot;
  readonly queue: QueueState;
  readonly tick: TwinTick;
  readonly market: TwinMarket;
  readonly vault: TwinVault;
  readonly surface: TwinSurface;
  /** Expiries whose smiles are wanted besides those of the book. */
  readonly expiries: readonly number[];
  /** Whose reserves and rates of Aave hold. */
  readonly lending: Snapshot;
  readonly limits: TwinLimits;
};

/** Posted smiles as the contract keeps them. */
export type TwinSurface = Map<string, PostedSmile>;

/** Puts smiles on the surface at a block, on the contract's own grid. @param seasoning  seconds an expiry waits after its first post */
export function post(surface: TwinSurface, postings: readonly Posting[], timestamp: number, seasoning: number): void {
  for (const { underlying, expiry, smile } of postings) {
    const { a, b, rho, m, sigma, carry } = encodeSlice({ ...smile.slice, carry: smile.carry });
    const nano = (field: bigint) => Number(field / 10n ** 9n) / 1e9;
    const slice = { a: Number(a / 10n ** 6n) / 1e12, b: nano(b), rho: nano(rho), m: nano(m), sigma: nano(sigma) };
    const key = `${underlying.symbol} ${expiry}`;
    const tradableFrom = surface.get(key)?.tradableFrom ?? timestamp + seasoning;
    surface.set(key, { expiry, slice, carry: nano(carry), postedAt: timestamp, tradableFrom });
  }
}

/** What the keeper would read at this block. */
export function twinSnapshot(situation: TwinSituation): Snapshot {
  const { addresses, before, queue, tick, market, vault, surface, expiries, lending, limits } = situation;
  const { timestamp, baseFeeWei } = tick;
  const { quote } = addresses;
  const block = { ...before.block, number: before.block.number + 1n, timestamp, baseFeeWei };
  const quoteCash = fromUnits(vault.cashOf(quote.address), quote.decimals);
  const quoteLent = fromUnits(vault.lentOf(quote.address), quote.decimals);
  const underlyings = before.underlyings.map((earlier, index): UnderlyingSnapshot => {
    const { reserve, supplyRate, borrowRate } = lending.underlyings[index] ?? earlier;
    const price = fromWad(market.priceWad(earlier.symbol));
    const own = holdingsOf(vault, earlier);
    const wanted = [...new Set([...own.legs.map(({ expiry }) => expiry), ...expiries])].sort((a, b) => a - b);
    const smiles = wanted.flatMap((expiry) => (expiry > timestamp ? (surface.get(`${earlier.symbol} ${expiry}`) ?? []) : []));
    const now = { ...earlier, ...own, price, smiles, pools: market.pools.of(earlier), reserve, supplyRate, borrowRate };
    const { delta, gamma, vega, value } = bookGreeks(toBook({ ...before, block }, now));
    return { ...now, onChain: { delta, gamma, vega, value: value + own.holdings * price } };
  });
  const equity = underlyings.reduce((sum, { legs, onChain }) => sum + lockedQuote(legs) + onChain.value, quoteCash + quoteLent);
  const freeLiquidity = Math.max(0, quoteCash - fromUnits(limits.minCash, quote.decimals));
  const { quoteSupplyRate } = lending;
  return { ...before, block, queue, equity, quoteCash, quoteLent, quoteSupplyRate, freeLiquidity, underlyings };
}
