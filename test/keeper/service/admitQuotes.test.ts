import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { RfqQuote, SignedRfqQuote } from "../../../keeper/chain/rfqQuote.ts";
import { packSeries } from "../../../keeper/chain/seriesId.ts";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { admitQuotes } from "../../../keeper/service/admitQuotes.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

const now = 1_770_000_000;
const DAY = 86_400;
const expiry = now + 7 * DAY;
const vault = "0x00000000000000000000000000000000000000AA";
const maker = "0x00000000000000000000000000000000000000bb";
const addresses = { contracts: { vault }, quote: { decimals: 6 } } as unknown as AddressBook;
const smile = { expiry, postedAt: now - 600, tradableFrom: 0, carry: 0, slice: { a: 0.49, b: 0, rho: 0, m: 0, sigma: 0.1 } };
const legs = [{ type: "call" as const, strike: 3000, expiry, size: -40 }];
const weth = underlyingAt("WETH", 3000, legs, 0, [smile]);
const snapshot = snapshotAt(now, 2e6, [weth]);
const terms = { type: "call", strike: 3100, expiry } as const;
const {
  price: mark,
  delta,
  vega,
} = blackScholes({
  ...terms,
  spot: 3000,
  years: (7 * DAY) / YEAR_SECONDS,
  vol: 0.7,
  rate: 0,
  yield: 0,
});
/** As OptionBook's `_requirePremium`: 1.5 % of delta and ten vol points. */
const band = delta * 3000 * 0.015 + vega * 0.1;
const micro = (price: number) => BigInt(Math.round(price * 1e6));

const quote: RfqQuote = {
  maker,
  taker: zeroAddress,
  series: packSeries({ ...terms, underlying: weth.address }),
  makerSells: true,
  price: micro(mark),
  size: 10_000_000n,
  nonce: 1n,
  deadline: BigInt(now + 600),
};
const admission = { marginSeconds: 60, ownSeries: new Set<bigint>() };
const admitted = (change: Partial<RfqQuote>, own = admission, at = snapshot) => {
  const signed: SignedRfqQuote = { quote: { ...quote, ...change }, signature: "0x" };
  return admitQuotes([signed], at, addresses, own).WETH?.length ?? 0;
};
const series = (change: Partial<Parameters<typeof packSeries>[0]>) =>
  packSeries({ ...terms, underlying: weth.address, ...change });

describe("the quotes a vault could take", () => {
  it.each<[string, Partial<RfqQuote>]>([
    ["for everybody", {}],
    ["for the vault alone", { taker: vault }],
    ["just within the premium band, sold", { price: micro(mark + 0.99 * band) }],
    ["just within the premium band, bought", { makerSells: false, price: micro(mark - 0.99 * band) }],
    ["as dear as it likes where the maker buys", { makerSells: false, price: micro(2 * mark) }],
  ])("are those %s", (_, change) => {
    expect(admitted(change)).toBe(1);
  });

  it.each<[string, Partial<RfqQuote>]>([
    ["of the vault itself", { maker: vault }],
    ["for somebody else", { taker: maker }],
    ["that end before a transaction is mined", { deadline: BigInt(now + 59) }],
    ["of nothing", { size: 0n }],
    ["of an underlying the vault does not list", { series: series({ underlying: maker }) }],
    ["of an expiry without a smile", { series: series({ expiry: expiry + DAY }) }],
    ["without a strike", { series: series({ strike: 0 }) }],
    ["dearer than the guard admits", { price: micro(mark + 1.01 * band) }],
    ["that pay less than the guard admits", { makerSells: false, price: micro(mark - 1.01 * band) }],
  ])("are none %s", (_, change) => {
    expect(admitted(change)).toBe(0);
  });

  it("are none of what the desk itself sells", () => {
    expect(admitted({}, { ...admission, ownSeries: new Set([quote.series]) })).toBe(0);
  });

  it("are none of an expiry the vault does not trade yet", () => {
    const from = (tradableFrom: number) =>
      snapshotAt(now, 2e6, [underlyingAt("WETH", 3000, legs, 0, [{ ...smile, tradableFrom }])]);
    expect(admitted({}, admission, from(now + 1))).toBe(0);
    expect(admitted({}, admission, from(now))).toBe(1);
  });

  it("are none with a day to live or on a smile too old", () => {
    const late = expiry - DAY - 59;
    // Little life is little vega, and the mark is another.
    const cheap = { price: 1n, deadline: BigInt(expiry) };
    const at = (timestamp: number, postedAt: number) =>
      snapshotAt(timestamp, 2e6, [underlyingAt("WETH", 3000, legs, 0, [{ ...smile, postedAt }])]);
    expect(admitted(cheap, admission, at(late - 60, late - 120))).toBe(1);
    expect(admitted(cheap, admission, at(late, late - 60))).toBe(0);
    expect(admitted(cheap, admission, at(late - 60, late - 43_201))).toBe(0);
  });

  it("open no leg that the programme may need room for", () => {
    const many = Array.from({ length: 24 }, (_, i) => ({ type: "put" as const, strike: 2000 + i, expiry, size: 1 }));
    const full = snapshotAt(now, 2e6, [underlyingAt("WETH", 3000, many, 0, [smile])]);
    expect(admitted({}, admission, full)).toBe(0);
    const held = { ...terms, size: 1 };
    const known = snapshotAt(now, 2e6, [underlyingAt("WETH", 3000, [...many.slice(1), held], 0, [smile])]);
    expect(admitted({}, admission, known)).toBe(1);
  });
});
