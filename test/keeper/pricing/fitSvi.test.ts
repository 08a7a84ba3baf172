import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { fitSvi } from "../../../keeper/pricing/fitSvi.ts";
import { ssviSlice } from "../../../keeper/pricing/ssvi.ts";
import { sviMinimumVariance, sviVol } from "../../../keeper/pricing/svi.ts";
import { cryptoLike, quotesOf } from "./syntheticSmile.ts";

describe("fitting a slice", () => {
  it("recovers the slice that made the quotes", () => {
    for (const { years, theta } of cryptoLike.expiries) {
      const truth = ssviSlice(cryptoLike.ssvi, theta, years);
      const quotes = quotesOf(truth, years);
      const fitted = fitSvi({ quotes, years });
      for (const { k, vol } of quotes) expect(Math.abs(sviVol(fitted, k) - vol), `${years} years, k ${k}`).toBeLessThan(2e-5);
    }
  });

  it("recovers smiles of any skew", () => {
    const skew = fc.record({
      rho: fc.double({ min: -0.85, max: 0.85, noNaN: true }),
      m: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
      sigma: fc.double({ min: 0.1, max: 0.4, noNaN: true }),
      b: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
    });
    fc.assert(
      fc.property(skew, ({ rho, m, sigma, b }) => {
        const truth = { a: 0.2, b, rho, m, sigma };
        const quotes = quotesOf(truth, 0.25);
        const fitted = fitSvi({ quotes, years: 0.25 });
        for (const { k, vol } of quotes) expect(Math.abs(sviVol(fitted, k) - vol)).toBeLessThan(1e-4);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("averages noise out: the fit is nearer the truth than the quotes are", () => {
    const truth = ssviSlice(cryptoLike.ssvi, 0.03, 0.08);
    const quotes = quotesOf(truth, 0.08, { noise: 0.01, count: 61 });
    const fitted = fitSvi({ quotes, years: 0.08 });
    const distance = (vols: readonly number[]) =>
      Math.hypot(...vols.map((vol, i) => vol - sviVol(truth, quotes[i]?.k as number)));
    expect(distance(quotes.map(({ k }) => sviVol(fitted, k)))).toBeLessThan(0.5 * distance(quotes.map(({ vol }) => vol)));
  });

  it("lets a heavy quote decide over a light one", () => {
    const truth = ssviSlice(cryptoLike.ssvi, 0.03, 0.08);
    const quotes = quotesOf(truth, 0.08).map((quote, i) =>
      i === 15 ? { ...quote, vol: quote.vol + 0.05, weight: 1e-6 } : quote,
    );
    const fitted = fitSvi({ quotes, years: 0.08 });
    expect(Math.abs(sviVol(fitted, 0) - sviVol(truth, 0))).toBeLessThan(1e-4);
  });

  it("is a smile with positive variance even when the quotes are absurd", () => {
    const vols = [0.9, 0.2, 1.5, 0.05, 0.6, 2, 0.4];
    const quotes = vols.map((vol, i) => ({ k: 0.1 * (i - 3), vol, weight: 1 }));
    const fitted = fitSvi({ quotes, years: 0.02 });
    expect(sviMinimumVariance(fitted)).toBeGreaterThan(0);
    expect(fitted.b).toBeGreaterThan(0);
    expect(Math.abs(fitted.rho)).toBeLessThan(1);
  });

  it("fits a flat smile flat", () => {
    const quotes = [-0.2, -0.1, 0, 0.1, 0.2, 0.3].map((k) => ({ k, vol: 0.6, weight: 1 }));
    const fitted = fitSvi({ quotes, years: 0.1 });
    for (const { k } of quotes) expect(sviVol(fitted, k)).toBeCloseTo(0.6, 4);
  });

  it("is the same surface whatever the unit of weight", () => {
    const quotes = quotesOf(ssviSlice(cryptoLike.ssvi, 0.03, 0.08), 0.08, { noise: 0.01 });
    const scaled = quotes.map((quote) => ({ ...quote, weight: 4096 * quote.weight }));
    expect(fitSvi({ quotes: scaled, years: 0.08 })).toEqual(fitSvi({ quotes, years: 0.08 }));
  });

  it.each([
    ["four strikes", [-0.1, 0, 0.1, 0.2].map((k) => ({ k, vol: 0.5, weight: 1 })), 0.1],
    ["a vol of zero", [-0.1, 0, 0.1, 0.2, 0.3].map((k) => ({ k, vol: k === 0 ? 0 : 0.5, weight: 1 })), 0.1],
    ["no time", [-0.1, 0, 0.1, 0.2, 0.3].map((k) => ({ k, vol: 0.5, weight: 1 })), 0],
  ])("refuses %s", (_, quotes, years) => {
    expect(() => fitSvi({ quotes, years })).toThrow(InvalidInputError);
  });
});
