import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Book } from "../../../keeper/risk/book.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { portfolioGreeks, TENOR_DAYS } from "../../../keeper/risk/portfolioGreeks.ts";
import { shockPnls } from "../../../keeper/risk/revalue.ts";
import { anyBook, DAY, flatBook, now, scaleOf } from "./sampleBook.ts";

const strangle = flatBook(
  [
    { type: "call", strike: 3300, expiry: now + 30 * DAY, size: -25 },
    { type: "put", strike: 2700, expiry: now + 30 * DAY, size: -25 },
    { type: "call", strike: 4000, expiry: now + 120 * DAY, size: 10 },
  ],
  { holdings: 4 },
);
const total = (book: Book) => portfolioGreeks([book]).total;

describe("portfolioGreeks", () => {
  it("splits by expiry what the book has in one sum", () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const [one] = portfolioGreeks([book]).underlyings;
        const greeks = bookGreeks(book);
        const summed = (of: (expiry: NonNullable<typeof one>["expiries"][number]) => number) =>
          (one?.expiries ?? []).reduce((all, expiry) => all + of(expiry), 0);
        const scale = scaleOf(book);
        expect(Math.abs(summed((each) => each.value) - greeks.value)).toBeLessThan(1e-12 * scale);
        expect(Math.abs(summed((each) => each.delta) - greeks.optionDelta)).toBeLessThan(1e-12 * scale);
        expect(summed((each) => each.vega)).toBeCloseTo(greeks.vega, 6);
        expect(summed((each) => each.legs)).toBe(book.legs.length);
        const expiries = (one?.expiries ?? []).map((each) => each.expiry);
        expect(expiries).toEqual([...expiries].sort((a, b) => a - b));
      }),
      { seed: 16, numRuns: 100 },
    );
  });

  it("states cash gamma as the cash delta that a 1 % move adds", () => {
    const move = 1e-5;
    const later = { ...strangle, spot: strangle.spot * (1 + move) };
    // Δ·S also grows because S does; cash gamma is the part that comes from Γ.
    const fromGamma = (total(later).cashDelta / later.spot - total(strangle).cashDelta / strangle.spot) * strangle.spot;
    expect(fromGamma / (100 * move)).toBeCloseTo(total(strangle).cashGamma, -1);
    expect(Math.abs(fromGamma / (100 * move) / total(strangle).cashGamma - 1)).toBeLessThan(1e-3);
  });

  it("states theta per day and vega per 1.00 vol, as revaluation confirms", () => {
    const shock = { spotFactor: 1, volMultiplier: 1, seconds: 0 };
    const [hour, lifted] = shockPnls(strangle, [
      { ...shock, seconds: 3600 },
      { ...shock, volMultiplier: 1 + 1e-5 },
    ]) as unknown as [number, number];
    expect(Math.abs((24 * hour) / total(strangle).thetaPerDay - 1)).toBeLessThan(2e-3);
    expect(Math.abs(lifted / (0.8 * 1e-5) / total(strangle).vega - 1)).toBeLessThan(1e-3);
  });

  it("puts vega where the expiry is", () => {
    const [one] = portfolioGreeks([strangle]).underlyings;
    const [month, season] = one?.expiries ?? [];
    const bucket = (days: number) => one?.vegaByTenor.find(({ upToDays }) => upToDays === days)?.vega;
    expect(bucket(30)).toBe(month?.vega);
    expect(bucket(180)).toBe(season?.vega);
    expect([7, 90, 365, Infinity].map(bucket)).toEqual([0, 0, 0, 0]);
    expect(one?.vegaByTenor.map(({ upToDays }) => upToDays)).toEqual(TENOR_DAYS);
  });

  it("adds underlyings in quote", () => {
    const other: Book = { ...flatBook([], { spot: 90_000, holdings: 0.5 }), underlying: "WBTC" };
    const both = portfolioGreeks([strangle, other]);
    expect(both.total.cashDelta).toBeCloseTo(total(strangle).cashDelta + 45_000, 9);
    expect(both.total.vega).toBe(total(strangle).vega);
    expect(both.underlyings.map(({ underlying }) => underlying)).toEqual(["WETH", "WBTC"]);
  });
});
