import { describe, expect, it } from "vitest";
import { greekDynamics } from "../../../../keeper/hedging/greeks/greekDynamics.ts";
import { stationaryBand } from "../../../../keeper/hedging/noTradeRegion.ts";
import { blackScholes } from "../../../../keeper/pricing/blackScholes.ts";
import { bookGreeks } from "../../../../keeper/risk/bookGreeks.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";
import { DAY, flatBook, now } from "../../risk/sampleBook.ts";

const legs = [
  { type: "call", strike: 3000, expiry: now + 14 * DAY, size: -20 },
  { type: "put", strike: 2700, expiry: now + 14 * DAY, size: -30 },
  { type: "call", strike: 3600, expiry: now + 60 * DAY, size: 12 },
] as const;
const costs = { fixed: 4, proportional: 1.5, impact: 0, carry: 0 };
const moves = { vol: 0.7, volDeviation: 0.5, correlation: -0.4 };

describe("greekDynamics", () => {
  it("states the covariance that repeated revaluation shows", () => {
    const { diffusion } = greekDynamics({ book: flatBook(legs), moves, riskAversion: 1e-4, costs, checkEvery: 0 });
    const base = bookGreeks(flatBook(legs));
    const random = createRandom(8, "greeks");
    const years = 1e-7;
    const count = 4000;
    const samples = Array.from({ length: count }, () => {
      const [a, b] = [random.normal(), random.normal()];
      const spot = 3000 * (1 + moves.vol * Math.sqrt(years) * a);
      const vol =
        0.8 + moves.volDeviation * Math.sqrt(years) * (moves.correlation * a + Math.sqrt(1 - moves.correlation ** 2) * b);
      const { delta, gamma, vega } = bookGreeks(flatBook(legs, { spot, vol }));
      return [delta - base.delta, vega - base.vega, gamma - base.gamma];
    });
    diffusion.slice(0, 3).forEach((row, i) => {
      row.slice(0, 3).forEach((rate, j) => {
        const found = samples.reduce((sum, y) => sum + (y[i] as number) * (y[j] as number), 0) / count / years;
        const scale = Math.sqrt((diffusion[i]?.[i] ?? 0) * (diffusion[j]?.[j] ?? 0));
        // Sampling error of a covariance of normals is below √2/√n of the product of deviations.
        expect(Math.abs(found - rate) / scale).toBeLessThan((3.5 * Math.SQRT2) / Math.sqrt(count));
      });
    });
  });

  it("charges gamma, here and later, with half the cost of keeping its delta in the no-trade region", () => {
    const one = [{ type: "call", strike: 3000, expiry: now + 14 * DAY, size: -20 }] as const;
    const book = flatBook(one);
    const { errors, risk } = greekDynamics({ book, moves, riskAversion: 1e-4, costs, checkEvery: 0 });
    const cost = (spot: number, gamma: number) =>
      stationaryBand({ spot, vol: 0.7, gamma, years: 14 / 365, riskAversion: 1e-4, costs }).lossRate / 2;
    const charged = (i: number) => ((risk[i]?.[i] ?? 0) * (errors[i] as number) ** 2) / 2;
    const shift = Math.exp(0.7 * Math.sqrt((3 * 7) / 365));
    const later = (spot: number) => -20 * blackScholes({ type: "call", spot, strike: 3000, years: 7 / 365, vol: 0.8 }).gamma;
    expect(errors.slice(2)).toEqual(
      [bookGreeks(book).gamma, later(3000), later(3000 / shift), later(3000 * shift)].map((x) => expect.closeTo(x, 12)),
    );
    expect(charged(2)).toBeCloseTo(cost(3000, errors[2] as number) / 2, 9);
    expect(charged(3)).toBeCloseTo(cost(3000, errors[3] as number) / 3, 9);
    expect(charged(4)).toBeCloseTo(cost(3000 / shift, errors[4] as number) / 12, 9);
  });

  it("asks for no gamma beyond today's where no option is alive", () => {
    const { errors, risk } = greekDynamics({
      book: flatBook([], { holdings: 3 }),
      moves,
      riskAversion: 1e-4,
      costs,
      checkEvery: 0,
    });
    expect(errors).toEqual([3, 0, 0]);
    expect(risk[0]?.[0]).toBeGreaterThan(0);
  });
});
