import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { RfqQuote, SignedRfqQuote } from "../../../keeper/chain/rfqQuote.ts";
import { packSeries } from "../../../keeper/chain/seriesId.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { toBook } from "../../../keeper/chain/toBook.ts";
import type { OptionLeg } from "../../../keeper/risk/book.ts";
import { bookGreeks, legGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { type Decision, decide } from "../../../keeper/service/decide.ts";
import { settingsFor } from "../../../keeper/simulation/demoSettings.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

const address = (digit: string) => `0x${digit.repeat(40)}` as const;
const addresses = {
  quote: { address: address("1"), symbol: "USDC", decimals: 6, feed: address("5") },
  contracts: { vault: address("2"), uniswapVenue: address("3"), aaveVenue: address("4") },
} as unknown as AddressBook;
const now = 1_770_000_000;
const expiry = now + 7 * 86_400;
const smile = { expiry, postedAt: now - 600, tradableFrom: 0, carry: 0, slice: { a: 0.49, b: 0.1, rho: -0.3, m: 0, sigma: 0.2 } };
const straddles: readonly OptionLeg[] = [
  { type: "call", strike: 3000, expiry, size: -40 },
  { type: "put", strike: 3000, expiry, size: -40 },
];

/** A vault with some legs, delta hedged, that the guard and the keeper see alike. */
function vaultWith(
  legs: readonly OptionLeg[],
  changes: Partial<UnderlyingSnapshot> = {},
  vault: Partial<Snapshot> = {},
): Snapshot {
  const base = { ...snapshotAt(now, 2e6, []), ...vault };
  const bare = underlyingAt("WETH", 3000, legs, 0, [smile]);
  const held = -bookGreeks(toBook(base, bare)).optionDelta;
  const underlying = { ...underlyingAt("WETH", 3000, legs, held, [smile]), ...changes };
  const { delta, gamma, vega, value } = bookGreeks(toBook(base, underlying));
  return { ...base, underlyings: [{ ...underlying, onChain: { delta, gamma, vega, value } }] };
}

const markOf = (type: "call" | "put", strike: number) => legGreeks({ type, strike, expiry, size: 1 }, 3000, now, smile).price;

/** A dealer's quote at so many times the mark. */
function quoteOf(type: "call" | "put", strike: number, times: number, change: Partial<RfqQuote> = {}): SignedRfqQuote {
  const series = packSeries({ underlying: underlyingAt("WETH", 3000).address, type, strike, expiry });
  const price = BigInt(Math.round(markOf(type, strike) * times * 1e6));
  const terms = { series, makerSells: true, price, size: 20_000_000n, nonce: 1n, deadline: BigInt(now + 600), ...change };
  return { quote: { maker: address("a"), taker: zeroAddress, ...terms }, signature: "0x01" };
}

const settings = settingsFor({
  policy: "closed-form",
  events: [],
  riskAversion: 5e-4,
  belief: { kind: "sticky-strike" },
  blockSeconds: 600,
});
const decideOn = (snapshot: Snapshot, quotes: readonly SignedRfqQuote[], given = settings): Decision =>
  decide(snapshot, addresses, given, new Map(), () => ({ missing: "never asked" }), { WETH: quotes });

describe("a decision with a dealer's quotes", () => {
  it("takes one that removes more risk than it costs, before spot, and says whose, what, why and at what cost", () => {
    const quote = quoteOf("call", 3100, 1.02);
    const { verdict, take, actions, reason } = decideOn(vaultWith(straddles), [quote]);
    expect(verdict).toBe("take");
    expect(take?.signature).toBe(quote.signature);
    expect(take?.quote).toEqual(quote.quote);
    expect(actions).toEqual([]);
    expect(take?.saves).toBeGreaterThan(take?.cost ?? Number.NaN);
    expect(reason).toMatch(/^WETH take at [\d.]+ of 0xa{40}: .*buy [\d.]+ call 3100 .*gamma .* → .*costs .*removes risk worth/);
  });

  it("never takes more than is quoted, nor past the guard's delta limit", () => {
    const quote = quoteOf("call", 3000, 1.01);
    const free = decideOn(vaultWith(straddles), [quote]).take?.size ?? 0n;
    expect(free).toBeGreaterThan(0n);
    expect(free).toBeLessThanOrEqual(quote.quote.size);
    const limits = { delta: 2, gamma: 1, vega: 1e6 };
    const held = decideOn(vaultWith(straddles, { limits }), [quote]);
    const { delta } = legGreeks({ type: "call", strike: 3000, expiry, size: 1 }, 3000, now, smile);
    expect((Number(held.take?.size ?? 0n) / 1e6) * delta).toBeLessThanOrEqual(2);
    expect(held.take?.size).toBeLessThan(free);
    expect(held.reason).toContain("the guard admits");
  });

  it("takes the cheaper of two dealers", () => {
    const cheap = quoteOf("call", 3100, 1.01, { maker: address("b"), nonce: 2n });
    const { take } = decideOn(vaultWith(straddles), [quoteOf("call", 3100, 1.02), cheap]);
    expect(take?.quote.maker).toBe(address("b"));
  });

  it("counts no quote as better than the mark: who sells below it knows more than the posted smile", () => {
    const at = (times: number) => decideOn(vaultWith(straddles), [quoteOf("call", 3100, times)]).take;
    expect(at(0.8)?.size).toBe(at(1)?.size);
    expect(at(0.8)?.cost).toBeCloseTo(at(1)?.cost ?? Number.NaN, 6);
  });

  it("holds where the spread eats what the option would save, and says what is missing", () => {
    const { verdict, reason } = decideOn(vaultWith(straddles), [quoteOf("call", 3100, 1.6)]);
    expect(verdict).toBe("hold");
    expect(reason).toMatch(/WETH options: hold: /);
  });

  it("sells to a bid what it holds and no more", () => {
    const long: readonly OptionLeg[] = [{ type: "call", strike: 3100, expiry, size: 40 }];
    const bid = quoteOf("call", 3100, 0.99, { makerSells: false, size: 60_000_000n });
    const { take } = decideOn(vaultWith(long), [bid]);
    expect(take?.quote.makerSells).toBe(false);
    expect(take?.size).toBeGreaterThan(0n);
    expect(take?.size).toBeLessThanOrEqual(40_000_000n);
    const shorted: readonly OptionLeg[] = [{ type: "put", strike: 2900, expiry, size: 30 }];
    expect(decideOn(vaultWith(shorted), [bid]).take).toBeUndefined();
  });

  it.each<[string, Snapshot]>([
    ["paused", vaultWith(straddles, {}, { paused: true })],
    ["winding down", vaultWith(straddles, {}, { windDown: { startedAt: now - 60, closed: false } })],
    ["on a stale surface", vaultWith(straddles, {}, { maxSurfaceAge: 60 })],
  ])("takes nothing while %s", (_, snapshot) => {
    expect(decideOn(snapshot, [quoteOf("call", 3100, 1.01)]).take).toBeUndefined();
  });

  it("hedges spot first while delta is beyond the guard's limit, and while a deep fall asks for cover", () => {
    const quotes = [quoteOf("call", 3100, 1.01)];
    const out = vaultWith(straddles, { holdings: 60, cash: 60, limits: { delta: 20, gamma: 1, vega: 1e6 } });
    expect(decideOn(out, quotes).verdict).toBe("hedge");
    const puts: readonly OptionLeg[] = [{ type: "put", strike: 3000, expiry, size: -40 }];
    const drawdown = { peak: 1e6, drawdown: 0.2, isEmergency: true, riskAversionTimes: 1.5, coverRatio: 1 };
    const outlook = { drawdown, turbulentTimes: 2, gas: undefined, underlyings: {} };
    const half = vaultWith(puts, { holdings: -8, cash: 0, lent: -8 });
    expect(decideOn(half, quotes).verdict).toBe("take");
    expect(decideOn(half, quotes, { ...settings, outlook }).verdict).toBe("hedge");
  });

  it("pays from free cash only", () => {
    const size = (freeLiquidity: number) =>
      Number(decideOn(vaultWith(straddles, {}, { freeLiquidity }), [quoteOf("call", 3100, 1.01)]).take?.size ?? 0n) / 1e6;
    const reserve = 20_000;
    expect(size(reserve + 300) * markOf("call", 3100) * 1.01).toBeLessThanOrEqual(300);
    expect(size(reserve - 1)).toBe(0);
  });
});
