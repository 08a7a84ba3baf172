import { describe, expect, it } from "vitest";
import type { PostedSmile, Snapshot } from "../../../keeper/chain/snapshot.ts";
import { createOutlook, type Outlook } from "../../../keeper/service/outlook.ts";
import { outlookSettings } from "../../../keeper/simulation/demoSettings.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";
import { underlyingAt } from "../simulation/syntheticDemo.ts";

const start = Date.UTC(2026, 0, 2) / 1000;
const HOUR = 3600;

type Hour = { price?: number; equity?: number; fee?: number; struck?: number; vol?: number; seconds?: number };

/** A snapshot an hour, each with what is told of it. */
function watch(hours: readonly Hour[]): readonly Outlook[] {
  const outlooks = createOutlook(outlookSettings);
  return hours.map(({ price = 3000, equity = 1e6, fee = 1e9, struck = 0, vol, seconds }, i) => {
    const timestamp = start + (seconds ?? i * HOUR);
    const slice = { a: (vol ?? 0) ** 2, b: 0, rho: 0, m: 0, sigma: 0.1 };
    const smile: PostedSmile = { expiry: start + 9e6, postedAt: timestamp, tradableFrom: 0, carry: 0, slice };
    const snapshot = {
      block: { number: BigInt(i), timestamp, baseFeeWei: BigInt(Math.round(fee)) },
      equity,
      queue: { struckDeposits: struck, struckRedemptions: 0 },
      underlyings: [underlyingAt("WETH", price, [], 0, vol === undefined ? [] : [smile])],
    };
    return outlooks.observe(snapshot as unknown as Snapshot);
  });
}

/** Prices of a walk with a vol an hour. */
function walk(vols: readonly number[]): number[] {
  const random = createRandom(7, "outlook");
  let price = 3000;
  return vols.map((vol) => {
    price *= Math.exp(vol * random.normal());
    return price;
  });
}

describe("regimes", () => {
  it("are known after a hundred hours, turn turbulent in a storm and calm again after it", () => {
    const vols = [...Array(200).fill(0.003), ...Array(40).fill(0.03), ...Array(100).fill(0.003)];
    const outlooks = watch(walk(vols).map((price) => ({ price })));
    const regime = (hour: number) => outlooks[hour]?.underlyings.WETH;
    expect(regime(90)?.turbulence).toBeUndefined();
    expect(regime(90)?.regime).toBe("calm");
    expect(regime(239)?.regime).toBe("turbulent");
    expect(regime(239)?.turbulence).toBeGreaterThan(0.8);
    expect(regime(339)?.regime).toBe("calm");
  });
});

describe("the fall of the equity", () => {
  it("is counted from the peak, and tightens from the soft limit on", () => {
    const [, , third] = watch([{ equity: 1e6 }, { equity: 1.1e6 }, { equity: 0.99e6 }]);
    expect(third?.drawdown?.drawdown).toBeCloseTo(0.1, 12);
    // half way from the soft limit of 5 % to the hard one of 15 %: times 1 + ½·4, cover ½ + ½·½
    expect(third?.drawdown?.riskAversionTimes).toBeCloseTo(3, 12);
    expect(third?.drawdown?.coverRatio).toBeCloseTo(0.75, 12);
  });

  it("does not count what leaves with redemptions, nor hides behind deposits", () => {
    const [, redeemed, later] = watch([{ equity: 1e6 }, { equity: 4e5, struck: 1 }, { equity: 3.8e5, struck: 1 }]);
    expect(redeemed?.drawdown?.drawdown).toBe(0);
    expect(later?.drawdown?.drawdown).toBeCloseTo(0.05, 12);
    const [, , deposited] = watch([{ equity: 1e6 }, { equity: 0.9e6 }, { equity: 1.8e6, struck: 1 }]);
    expect(deposited?.drawdown?.drawdown).toBeCloseTo(0.1, 12);
  });

  it("begins when there is something to lose", () => {
    const [empty, first] = watch([{ equity: 0 }, { equity: 2e6 }]);
    expect(empty?.drawdown).toBeUndefined();
    expect(first?.drawdown?.drawdown).toBe(0);
  });
});

describe("gas", () => {
  /** Cheap nights, dear days, a little noise. */
  const fees = (count: number) => {
    const random = createRandom(3, "fees");
    return Array.from({ length: count }, (_, i) => ({
      fee: 1e10 * Math.exp(Math.sin((2 * Math.PI * i) / 24) + 0.05 * random.normal()),
    }));
  };

  it("has a profile of the day after two days, and none before", () => {
    const outlooks = watch(fees(100));
    expect(outlooks[40]?.gas).toBeUndefined();
    const profile = outlooks[99]?.gas?.profile ?? [];
    expect((profile[6] ?? 0) - (profile[18] ?? 0)).toBeGreaterThan(1.5);
  });

  it("starts anew after a gap, which no fit may bridge", () => {
    const hours = [...fees(40), { ...fees(1)[0], seconds: 60 * HOUR }].concat(
      fees(10).map((each, i) => ({ ...each, seconds: (61 + i) * HOUR })),
    );
    expect(watch(hours).at(-1)?.gas).toBeUndefined();
  });
});

describe("what is on sale", () => {
  it("is worth selling until implied vol stands ten points under the forecast, and again when half of that is made good", () => {
    const storm = walk(Array(48).fill(0.02)).map((price) => ({ price, vol: 0.6 }));
    const outlooks = watch([{ vol: 0.6 }, ...storm]);
    expect(outlooks[0]?.underlyings.WETH?.sale?.stance).toBe("sell");
    const sale = outlooks.at(-1)?.underlyings.WETH;
    expect(sale?.forecastVol).toBeGreaterThan(0.75);
    expect(sale?.sale?.stance).toBe("buy");
    expect(sale?.sale?.reason).toMatch(/implied 60\.0 % against a forecast of/);
  });
});

it("counts a block once, and none from before the last", () => {
  const outlooks = createOutlook(outlookSettings);
  const at = (timestamp: number, equity: number) =>
    ({
      block: { number: 1n, timestamp, baseFeeWei: 1n },
      equity,
      queue: { struckDeposits: 0, struckRedemptions: 0 },
      underlyings: [underlyingAt("WETH", 3000, [], 0, [])],
    }) as unknown as Snapshot;
  const first = outlooks.observe(at(start, 1e6));
  expect(outlooks.observe(at(start, 5e5))).toBe(first);
  expect(outlooks.observe(at(start - 60, 5e5))).toBe(first);
  expect(outlooks.observe(at(start + 60, 5e5)).drawdown?.drawdown).toBeCloseTo(0.5, 12);
});
