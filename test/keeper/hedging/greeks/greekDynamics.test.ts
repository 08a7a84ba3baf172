import { describe, expect, it } from "vitest";
import { greekDynamics } from "../../../../keeper/hedging/greeks/greekDynamics.ts";
import { stationaryBand } from "../../../../keeper/hedging/noTradeRegion.ts";
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
      return [delta - base.delta, gamma - base.gamma, vega - base.vega];
    });
    diffusion.forEach((row, i) => {
      row.forEach((rate, j) => {
        const found = samples.reduce((sum, y) => sum + (y[i] as number) * (y[j] as number), 0) / count / years;
        const scale = Math.sqrt((diffusion[i]?.[i] ?? 0) * (diffusion[j]?.[j] ?? 0));
        // Sampling error of a covariance of normals is below √2/√n of the product of deviations.
        expect(Math.abs(found - rate) / scale).toBeLessThan((3.5 * Math.SQRT2) / Math.sqrt(count));
      });
    });
  });

  it("charges gamma with half the cost of keeping its delta in the no-trade region", () => {
    const book = flatBook(legs);
    const { gamma, horizonYears } = bookGreeks(book);
    const { risk } = greekDynamics({ book, moves, riskAversion: 1e-4, costs, checkEvery: 0 });
    const { lossRate } = stationaryBand({ spot: 3000, vol: 0.7, gamma, years: horizonYears, riskAversion: 1e-4, costs });
    expect(((risk[1]?.[1] ?? 0) * gamma * gamma) / 2).toBeCloseTo(lossRate / 2, 9);
  });
});
