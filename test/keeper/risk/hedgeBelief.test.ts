import { describe, expect, it } from "vitest";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { heston } from "../../../keeper/pricing/heston.ts";
import { sviVol } from "../../../keeper/pricing/svi.ts";
import { type Book, YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { type HedgeBelief, hedgeErrorUnder } from "../../../keeper/risk/hedgeBelief.ts";

const now = 1_770_000_000;
const [soon, later] = [now + 14 * 86_400, now + 60 * 86_400];
const book: Book = {
  underlying: "WETH",
  spot: 3000,
  now,
  legs: [
    { type: "call", strike: 3200, expiry: soon, size: -40 },
    { type: "put", strike: 2700, expiry: later, size: -25 },
    { type: "put", strike: 2500, expiry: now - 3600, size: -10, settlementPrice: 2400 },
    // Pays a fifth of a unit, whatever vol does.
    { type: "call", strike: 2500, expiry: now - 3600, size: 5, settlementPrice: 3125 },
  ],
  smiles: new Map([
    [soon, { slice: { a: 0.2, b: 0.6, rho: -0.6, m: 0.02, sigma: 0.2 }, carry: 0.04 }],
    [later, { slice: { a: 0.25, b: 0.3, rho: -0.4, m: 0, sigma: 0.3 }, carry: -0.02 }],
  ]),
  holdings: 7,
  targetDelta: 2,
};
const model = { v0: 0.5, kappa: 3, theta: 0.45, sigma: 1.2, rho: -0.5 };
const errorUnder = (belief: HedgeBelief) => hedgeErrorUnder(belief, book, () => model);

/** Value of the live legs with spot moved, each priced by `price`. */
function liveValue(spot: number, price: (leg: Book["legs"][number], spot: number, years: number, forward: number) => number) {
  return book.legs
    .filter(({ expiry }) => expiry > now)
    .reduce((sum, leg) => {
      const years = (leg.expiry - now) / YEAR_SECONDS;
      const carry = book.smiles.get(leg.expiry)?.carry ?? 0;
      return sum + leg.size * price(leg, spot, years, spot * Math.exp(carry * years));
    }, 0);
}

const slopeOf = (price: Parameters<typeof liveValue>[1]) => (liveValue(3001, price) - liveValue(2999, price)) / 2;

describe("the hedge error under a belief", () => {
  it("is the guard's under sticky strike, and asks for no model", () => {
    const error = hedgeErrorUnder({ kind: "sticky-strike" }, book, () => expect.unreachable());
    expect(error).toBe(bookGreeks(book).hedgeError);
  });

  it("is the slope of the book's value when the smile moves along with spot, under sticky moneyness", () => {
    const slope = slopeOf(({ type, strike, expiry }, spot, years, forward) => {
      const smile = book.smiles.get(expiry);
      if (smile === undefined) return expect.unreachable();
      const vol = sviVol(smile.slice, Math.log(strike / forward));
      return blackScholes({ type, spot, strike, years, vol, rate: 0, yield: -smile.carry }).price;
    });
    expect(errorUnder({ kind: "sticky-moneyness" })).toBeCloseTo(slope + 1 + 7 - 2, 4);
    // The skew matters: short options under a falling smile, whole units apart.
    expect(Math.abs(errorUnder({ kind: "sticky-moneyness" }) - bookGreeks(book).hedgeError)).toBeGreaterThan(1);
  });

  it("adds Hull and White's quadratic leg by leg under minimum variance", () => {
    const [a, b, c] = [-0.25, 0.4, -0.5];
    let shift = 0;
    for (const { type, strike, expiry, size } of book.legs.slice(0, 2)) {
      const years = (expiry - now) / YEAR_SECONDS;
      const { slice, carry } = book.smiles.get(expiry) as { slice: Parameters<typeof sviVol>[0]; carry: number };
      const vol = sviVol(slice, Math.log(strike / (3000 * Math.exp(carry * years))));
      const { delta, vega } = blackScholes({ type, spot: 3000, strike, years, vol, yield: -carry });
      shift += (size * vega * (a + b * delta + c * delta ** 2)) / (3000 * Math.sqrt(years));
    }
    const error = errorUnder({ kind: "minimum-variance", a, b, c });
    expect(error - bookGreeks(book).hedgeError).toBeCloseTo(shift, 9);
  });

  it("is the slope of the model's value under Heston, and with variance following spot under its minimum variance", () => {
    const priceAt = (follows: number) => (leg: Book["legs"][number], spot: number, years: number, forward: number) =>
      heston({
        ...model,
        v0: model.v0 + (follows * model.rho * model.sigma * (spot - 3000)) / 3000,
        type: leg.type,
        spot,
        strike: leg.strike,
        years,
        yield: -Math.log(forward / spot) / years,
      }).price;
    expect(errorUnder({ kind: "heston" })).toBeCloseTo(slopeOf(priceAt(0)) + 6, 4);
    expect(errorUnder({ kind: "heston-minimum-variance" })).toBeCloseTo(slopeOf(priceAt(1)) + 6, 4);
  });
});
