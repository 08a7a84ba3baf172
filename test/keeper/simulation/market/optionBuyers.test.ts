import { describe, expect, it } from "vitest";
import { blackScholes } from "../../../../keeper/pricing/blackScholes.ts";
import {
  createOptionBuyers,
  defaultOptionBuyers,
  type OfferedSeries,
  visitDesk,
} from "../../../../keeper/simulation/market/optionBuyers.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const expiry = 7 * 86_400;
const offered: OfferedSeries[] = [
  { underlying: "WETH", type: "call", strike: 3200, expiry, size: 5 },
  { underlying: "WETH", type: "put", strike: 2800, expiry, size: 5 },
];
const tick = { timestamp: 0, prices: { WETH: 3000, WBTC: 90_000, USDC: 1 } };
const valueAt = (vol: number) => blackScholes({ type: "call", spot: 3000, strike: 3200, years: 7 / 365, vol }).price;

describe("createOptionBuyers", () => {
  it("arrive as often as they should, never ask for more than is offered", () => {
    const arrive = createOptionBuyers(createRandom(2, "buyers"), 3600, () => 0.6, {
      ...defaultOptionBuyers,
      arrivalsPerDay: 12,
      medianUsd: 1e5,
    });
    const requests = Array.from({ length: 24 * 100 }, () => arrive(tick, offered)).flat();
    expect(Math.abs(requests.length - 1200) / Math.sqrt(1200)).toBeLessThan(3);
    expect(requests.every((request) => request.size >= 0.01 && request.size <= 5)).toBe(true);
    expect(new Set(requests.map((request) => request.type)).size).toBe(2);
  });

  it("pay the fair vol plus their premium", () => {
    const exact = { ...defaultOptionBuyers, arrivalsPerDay: 48, premium: 0.05, premiumDeviation: 0 };
    const arrive = createOptionBuyers(createRandom(2, "buyers"), 86_400, () => 0.6, exact);
    const call = arrive(tick, offered).find((request) => request.type === "call");
    expect(call?.reservationPrice).toBeCloseTo(valueAt(0.65), 9);
  });

  it("want nothing when nothing is offered or all has expired", () => {
    const arrive = createOptionBuyers(createRandom(2, "buyers"), 86_400, () => 0.6);
    expect(arrive(tick, [])).toEqual([]);
    expect(arrive({ ...tick, timestamp: expiry }, offered)).toEqual([]);
  });
});

describe("visitDesk", () => {
  it("takes a quote up to the reservation price and no dearer, and copes with none", async () => {
    const taken: number[] = [];
    const request = { ...(offered[0] as OfferedSeries), reservationPrice: 50 };
    const askAt = (price: number | undefined) => async () =>
      price === undefined ? undefined : { price, take: async () => void taken.push(price) };
    expect(await visitDesk([request], askAt(50))).toEqual([request]);
    expect(await visitDesk([request], askAt(50.01))).toEqual([]);
    expect(await visitDesk([request], askAt(undefined))).toEqual([]);
    expect(taken).toEqual([50]);
  });
});
