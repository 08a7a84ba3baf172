import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { toBook } from "../../../keeper/chain/toBook.ts";
import type { RegionRequest } from "../../../keeper/hedging/regionRequest.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { type HedgeBelief, hedgeErrorUnder } from "../../../keeper/risk/hedgeBelief.ts";
import { surfaceHeston } from "../../../keeper/risk/surfaceHeston.ts";
import { decide, regionRequests } from "../../../keeper/service/decide.ts";
import { settingsFor } from "../../../keeper/simulation/demoSettings.ts";
import { underlyingAt } from "../simulation/syntheticDemo.ts";

const address = (digit: string) => `0x${digit.repeat(40)}` as const;
const addresses = {
  quote: { address: address("1"), symbol: "USDC", decimals: 6, feed: address("5") },
  contracts: { uniswapVenue: address("3"), aaveVenue: address("4") },
} as unknown as AddressBook;
const now = 1_770_000_000;
const expiry = now + 14 * 86_400;
const smile = {
  expiry,
  postedAt: now - 600,
  carry: 0,
  slice: { a: 0.2, b: 0.6, rho: -0.6, m: 0.02, sigma: 0.2 },
};

/** A vault short 40 puts and neutral under sticky strike, as the guard measures it. */
function snapshotOf(changes: Partial<UnderlyingSnapshot> = {}, vault: Partial<Snapshot> = {}): Snapshot {
  const legs = [{ type: "put" as const, strike: 2900, expiry, size: -40 }];
  const base = {
    block: { number: 1n, hash: `0x${"0".repeat(64)}`, timestamp: now, baseFeeWei: 10n ** 9n },
    quoteCash: 1e6,
    quoteLent: 1e6,
    quoteSupplyRate: 0.02,
    quoteLiquidationThreshold: 0.8,
    paused: false,
    maxSurfaceAge: 43_200,
    windDown: { startedAt: 0, closed: false },
    ...vault,
  };
  const bare = underlyingAt("WETH", 3000, legs, 0, [smile]);
  const { optionDelta } = bookGreeks(toBook(base as unknown as Snapshot, bare));
  const underlying = { ...underlyingAt("WETH", 3000, legs, -optionDelta, [smile]), cash: 0, lent: -optionDelta, ...changes };
  const { delta, gamma, vega, value } = bookGreeks(toBook(base as unknown as Snapshot, underlying));
  const measured = { ...underlying, onChain: { delta, gamma, vega, value } };
  return { ...base, underlyings: [measured] } as unknown as Snapshot;
}

function planUnder(belief: HedgeBelief, snapshot = snapshotOf()) {
  const settings = settingsFor({ policy: "closed-form", events: [], riskAversion: 0.02, belief, blockSeconds: 600 });
  const decision = decide(snapshot, addresses, settings, new Map(), () => ({ missing: "never asked" }));
  const [plan] = decision.plans;
  if (plan === undefined) return expect.unreachable();
  return { ...plan, decision };
}

describe("a decision under a belief", () => {
  it("holds a book that is neutral under sticky strike", () => {
    const { verdict, hedgeError, reason } = planUnder({ kind: "sticky-strike" });
    expect(verdict).toBe("hold");
    expect(hedgeError).toBeCloseTo(0, 12);
    expect(reason).toMatch(/^hold: sticky-strike error -?0\.000 inside/);
  });

  it.each<HedgeBelief>([
    { kind: "sticky-moneyness" },
    { kind: "minimum-variance", a: -0.4, b: 0.2, c: 0.1 },
    { kind: "heston" },
    { kind: "heston-minimum-variance" },
  ])("trades the same book to the target of $kind", (belief) => {
    const snapshot = snapshotOf();
    const [underlying] = snapshot.underlyings;
    if (underlying === undefined) return expect.unreachable();
    const error = hedgeErrorUnder(belief, toBook(snapshot, underlying), () => surfaceHeston([smile]));
    const { trade, hedgeError, region, decision } = planUnder(belief, snapshot);
    expect(hedgeError).toBe(error);
    expect(Math.abs(error)).toBeGreaterThan(region.upper);
    expect(error + trade).toBeCloseTo(error > 0 ? region.targetUpper : region.targetLower, 12);
    expect(decision.reason).toContain(`WETH ${trade > 0 ? "buy" : "sell"} ${Math.abs(trade).toFixed(3)}: ${belief.kind} error`);
    expect(decision.actions.length).toBeGreaterThan(0);
  });

  it("stops short of the guard's delta limit, and says so", () => {
    const wanted = planUnder({ kind: "sticky-moneyness" }).trade;
    const limit = Math.abs(wanted) / 2;
    const { trade, reason } = planUnder(
      { kind: "sticky-moneyness" },
      snapshotOf({ limits: { delta: limit, gamma: 1, vega: 1e6 } }),
    );
    expect(Math.sign(trade)).toBe(Math.sign(wanted));
    expect(Math.abs(trade)).toBeCloseTo(0.98 * limit, 9);
    expect(reason).toMatch(/the guard admits .* within ±/);
  });

  it.each([
    { name: "paused", vault: { paused: true } },
    { name: "winding down", vault: { windDown: { startedAt: now - 60, closed: false } } },
    { name: "on a stale surface", vault: { maxSurfaceAge: 60 } },
  ])("does not move away from the guard's target while $name", ({ vault }) => {
    const { trade, reason, decision } = planUnder({ kind: "sticky-moneyness" }, snapshotOf({}, vault));
    expect(trade).toBe(0);
    expect(reason).toMatch(
      /^hold: sticky-moneyness error .* outside .*; the guard admits nothing of .*paused, winding down or on a stale surface/,
    );
    expect(decision.actions).toEqual([]);
  });
});

describe("a decision on an optimal region", () => {
  const settings = settingsFor({
    policy: "optimal",
    events: [{ name: "upgrade", start: now - 60, end: now + 60, volFactor: 1.5, riskAversionFactor: 2 }],
    riskAversion: 0.02,
    belief: { kind: "sticky-strike" },
    blockSeconds: 600,
  });
  const region = { lower: 1, targetLower: 2, targetUpper: 3, upper: 4 };

  it("acts on the region that was solved for its book, with the events under way counted in", () => {
    const asked: RegionRequest[] = [];
    const { plans } = decide(snapshotOf(), addresses, settings, new Map(), (request) => {
      asked.push(request);
      return { region };
    });
    expect(plans[0]?.region).toEqual(region);
    expect(plans[0]?.reason).not.toMatch("closed form");
    expect(asked[0]?.legs).toEqual([{ type: "put", strike: 2900, expiry, size: -40 }]);
    expect(asked[0]?.problem.riskAversion).toBeCloseTo(0.04, 12);
    const calm = { ...settings, events: [] };
    expect(asked[0]?.problem.vol).toBeCloseTo(1.5 * (regionRequests(snapshotOf(), calm)[0]?.problem.vol ?? NaN), 12);
  });

  it("says why the closed form decides in its place", () => {
    const missing = () => ({ missing: "the region of this book is still being solved" });
    const { plans } = decide(snapshotOf(), addresses, settings, new Map(), missing);
    expect(plans[0]?.reason).toMatch(/; closed form: the region of this book is still being solved$/);
  });
});
