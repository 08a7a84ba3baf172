import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { toBook } from "../../../keeper/chain/toBook.ts";
import type { RegionRequest } from "../../../keeper/hedging/regionRequest.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { type HedgeBelief, hedgeErrorUnder } from "../../../keeper/risk/hedgeBelief.ts";
import { surfaceHeston } from "../../../keeper/risk/surfaceHeston.ts";
import { decide, regionRequests } from "../../../keeper/service/decide.ts";
import type { Outlook } from "../../../keeper/service/outlook.ts";
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
  tradableFrom: 0,
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
    premiumBand: { oracle: 0.015, vol: 0.1 },
    healthFloor: 1.25,
    maxBorrowRate: 0.5,
    minCash: 10_000,
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

describe("collateral for calls on sale", () => {
  it("is never short of the last one by a rounding", () => {
    const settings = settingsFor({
      policy: "closed-form",
      events: [],
      riskAversion: 0.02,
      belief: { kind: "sticky-strike" },
      blockSeconds: 600,
    });
    // 3.3 less a dust of 230 units is a double that lies 444 units lower.
    const snapshot = snapshotOf({ cash: 230e-18 });
    const { actions } = decide(snapshot, addresses, settings, new Map([["WETH", 3.3]]), () => ({ missing: "" }));
    const weth = snapshot.underlyings[0]?.address;
    const ready = actions.reduce((sum, { asset, quantity }) => (asset === weth ? sum + quantity : sum), 230n);
    expect(ready).toBeGreaterThanOrEqual(3_300_000_000_000_000_000n);
    expect(Number(ready) / 1e18).toBeCloseTo(3.3, 7);
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

describe("a decision with an outlook", () => {
  const base = settingsFor({
    policy: "closed-form",
    events: [],
    riskAversion: 0.02,
    belief: { kind: "sticky-strike" },
    blockSeconds: 600,
  });
  const flat = { cash: 0, lent: 0, holdings: 0 };
  const calm: Outlook = { drawdown: undefined, turbulentTimes: 2, gas: undefined, underlyings: {} };
  const market = { regime: "calm", turbulence: 0.1, forecastVol: 0.5, sale: undefined, depth: 1 } as const;
  const decideWith = (outlook: Outlook, snapshot = snapshotOf()) =>
    decide(snapshot, addresses, { ...base, outlook }, new Map(), () => ({ missing: "never asked" }));
  const planWith = (outlook: Outlook, snapshot = snapshotOf()) => {
    const [plan] = decideWith(outlook, snapshot).plans;
    return plan ?? expect.unreachable();
  };

  it("narrows its region in a turbulent hour as twice the risk aversion does", () => {
    const turbulent = planWith({ ...calm, underlyings: { WETH: { ...market, regime: "turbulent", turbulence: 0.93 } } });
    const [twice] = decide(snapshotOf(), addresses, { ...base, riskAversion: 0.04 }, new Map(), () => ({ missing: "" })).plans;
    expect(turbulent.region).toEqual(twice?.region);
    expect(turbulent.region.upper).toBeLessThan(planWith(calm).region.upper);
    expect(turbulent.reason).toContain("turbulent (93.0 %): risk aversion times 2");
  });

  it("covers what a deep fall asks for inside the region as well, and says why", () => {
    const half = snapshotOf();
    const [underlying] = half.underlyings;
    const delta = bookGreeks(toBook(half, underlying ?? expect.unreachable())).optionDelta;
    const covered = -0.9 * delta;
    const snapshot = snapshotOf({ holdings: covered, cash: 0, lent: covered });
    const deep = { peak: 1e6, drawdown: 0.2, isEmergency: true, riskAversionTimes: 1, coverRatio: 1 };
    const cheap = { ...base, riskAversion: 1e-7 };
    const at = (drawdown: Outlook["drawdown"]) =>
      decide(snapshot, addresses, { ...cheap, outlook: { ...calm, drawdown } }, new Map(), () => ({ missing: "" })).plans[0];
    expect(at(undefined)?.trade).toBe(0);
    expect(at({ ...deep, riskAversionTimes: 1.5 })?.trade).toBeCloseTo(-delta - covered, 9);
    expect(at({ ...deep, riskAversionTimes: 1.5 })?.reason).toMatch(
      /inside .*; equity 20\.0 % below its peak: risk aversion times 1\.50, cover of 100\.0 %/,
    );
  });

  describe("of gas", () => {
    const hour = (now % 86_400) / 3600;
    /** Dear now, a fiftieth in an hour. */
    const profile = Array.from({ length: 24 }, (_, i) => Math.log(Math.abs(i + 0.5 - hour) < 0.75 ? 5e11 : 1e10));
    const gas = { profile, keptPerHour: 0.1, deviation: 0.05 };
    const block = { number: 1n, hash: `0x${"0".repeat(64)}`, timestamp: now, baseFeeWei: 5n * 10n ** 11n } as Snapshot["block"];
    const eager = { ...base, riskAversion: 1e-3 };
    const at = (outlook: Outlook, baseFeeWei = block.baseFeeWei) =>
      decide(snapshotOf(flat, { block: { ...block, baseFeeWei } }), addresses, { ...eager, outlook }, new Map(), () => ({
        missing: "",
      }));

    it("waits for a cheap hour that is near, and says for what", () => {
      expect(at(calm).verdict).toBe("hedge");
      const waits = at({ ...calm, gas });
      expect(waits.verdict).toBe("hold");
      expect(waits.actions).toEqual([]);
      expect(waits.reason).toMatch(/wait: hedging costs .* now, waiting saves .*; hedge when the base fee is/);
    });

    it("does not wait when gas is as cheap as it will be", () => {
      const flatDay = { ...gas, profile: Array(24).fill(Math.log(5e11)), deviation: 1e-4 };
      expect(at({ ...calm, gas: flatDay }).verdict).toBe("hedge");
    });

    it("does not wait while a deep fall asks for cover", () => {
      const drawdown = { peak: 1e6, drawdown: 0.2, isEmergency: true, riskAversionTimes: 5, coverRatio: 1 };
      expect(at({ ...calm, gas, drawdown }).verdict).toBe("hedge");
    });
  });

  it("says which options are not for sale", () => {
    const sale = { stance: "buy", edge: -0.2, reason: "buy options: implied 50.0 % against a forecast of 70.0 %" } as const;
    expect(decideWith({ ...calm, underlyings: { WETH: { ...market, sale } } }).reason).toContain(
      "WETH options are not for sale, buy options: implied 50.0 %",
    );
  });
});
