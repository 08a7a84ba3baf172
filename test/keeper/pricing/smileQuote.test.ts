import { describe, expect, it } from "vitest";
import { blackScholes, type OptionType } from "../../../keeper/pricing/blackScholes.ts";
import { type OptionQuote, smilePoints } from "../../../keeper/pricing/smileQuote.ts";

const [forward, years] = [2000, 0.1];
const price = (type: OptionType, strike: number, vol: number) => blackScholes({ type, spot: forward, strike, years, vol }).price;
const option = (type: OptionType, strike: number, bidVol: number, askVol: number): OptionQuote => ({
  strike,
  type,
  bid: price(type, strike, bidVol),
  ask: price(type, strike, askVol),
  mark: price(type, strike, (bidVol + askVol) / 2),
});

describe("the points of a smile", () => {
  it("are the out-of-the-money options in order of strike, with the vols their prices imply", () => {
    const options = [
      option("call", 2200, 0.6, 0.64),
      option("put", 2200, 0.6, 0.64),
      option("call", 1800, 0.7, 0.72),
      option("put", 1800, 0.7, 0.72),
    ];
    const points = smilePoints(options, forward, years, "mark");
    expect(points.map(({ strike }) => strike)).toEqual([1800, 2200]);
    expect(points[0]?.vol).toBeCloseTo(0.71, 10);
    expect(points[1]?.k).toBeCloseTo(Math.log(1.1), 12);
    expect(points[1]?.bidVol).toBeCloseTo(0.6, 10);
    expect(points[1]?.askVol).toBeCloseTo(0.64, 10);
  });

  it.each([
    ["bid", 0.6],
    ["ask", 0.64],
  ] as const)("aim at the %s when asked to", (side, vol) => {
    expect(smilePoints([option("call", 2200, 0.6, 0.64)], forward, years, side)[0]?.vol).toBeCloseTo(vol, 10);
  });

  it("weigh by one over the squared width of the market in vol", () => {
    const [tight, wide] = smilePoints([option("call", 2010, 0.6, 0.61), option("call", 2020, 0.59, 0.64)], forward, years, "mid");
    // Widths 0.01 and 0.05, each plus half a point below which a market is not trusted.
    expect((tight?.weight ?? 0) / (wide?.weight ?? 1)).toBeCloseTo((0.055 / 0.015) ** 2, 1);
  });

  it("leave out an option without the price asked for, or with one no vol explains", () => {
    const askOnly: OptionQuote = { strike: 2200, type: "call", ask: price("call", 2200, 0.7) };
    const impossible: OptionQuote = { strike: 2100, type: "call", bid: 2100, ask: 2500, mark: 2400 };
    expect(smilePoints([askOnly, impossible], forward, years, "mid")).toEqual([]);
    expect(smilePoints([askOnly], forward, years, "ask")).toHaveLength(1);
  });

  it("take a published mark vol as it is, and an option's own forward where it has one", () => {
    const [point] = smilePoints([{ strike: 2200, type: "call", mark: 1, markVol: 0.8, forward: 2100 }], forward, years, "mark");
    expect(point?.vol).toBe(0.8);
    expect(point?.k).toBeCloseTo(Math.log(2200 / 2100), 14);
  });
});
