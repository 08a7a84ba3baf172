import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { fitSsvi } from "../../../keeper/pricing/fitSsvi.ts";
import { type FittedExpiry, fitSurface } from "../../../keeper/pricing/fitSurface.ts";
import { repairSvi } from "../../../keeper/pricing/repairSvi.ts";
import type { ExpirySmile, SmileQuote } from "../../../keeper/pricing/smileQuote.ts";
import { ssviSlice } from "../../../keeper/pricing/ssvi.ts";
import { type SviSlice, sviTotalVariance, sviVol } from "../../../keeper/pricing/svi.ts";
import { butterfly } from "../../../keeper/pricing/sviButterfly.ts";
import { calendar } from "../../../keeper/pricing/sviCalendar.ts";
import { cryptoLike, quotesOf } from "./syntheticSmile.ts";

/** Quotes of the crypto-like surface; narrow strikes for the short expiries as venues list them. */
function smilesWith(options: { noise?: number; seed?: number } = {}): ExpirySmile[] {
  return cryptoLike.expiries.map(({ years, theta }, i) => {
    const slice = ssviSlice(cryptoLike.ssvi, theta, years);
    return { years, quotes: quotesOf(slice, years, { deviations: 2.5, ...options, seed: (options.seed ?? 0) + i }) };
  });
}

function bent(smiles: readonly ExpirySmile[], index: number, change: (quote: SmileQuote) => number): ExpirySmile[] {
  return smiles.map((smile, i) =>
    i === index ? { ...smile, quotes: smile.quotes.map((quote) => ({ ...quote, vol: change(quote) })) } : smile,
  );
}

type Shape = { days: number; vol: number; rho: number; sigma: number; share: number; deviations: number };

/** Exact quotes of slices with vol² split between a floor and a hyperbola's `share`, out to so many deviations. */
function steepening(shapes: readonly Shape[]): ExpirySmile[] {
  return shapes.map(({ days, vol, rho, sigma, share, deviations }) => {
    const years = days / 365;
    const slice = { a: vol ** 2 * (1 - share), b: (vol ** 2 * share) / sigma, rho, m: 0, sigma };
    return { years, quotes: quotesOf(slice, years, { deviations }) };
  });
}

/** Mean squared vol error of each expiry, summed. */
function squaredError(smiles: readonly ExpirySmile[], slices: readonly SviSlice[]): number {
  return smiles.reduce((sum, { quotes }, i) => {
    const squares = quotes.map(({ k, vol }) => (sviVol(slices[i] as SviSlice, k) - vol) ** 2);
    return sum + squares.reduce((all, square) => all + square, 0) / quotes.length;
  }, 0);
}

function expectArbitrageFree(surface: readonly FittedExpiry[]): void {
  for (const [i, far] of surface.entries()) {
    expect(butterfly(far.slice, far.years).minimum).toBeGreaterThan(0);
    const near = surface[i - 1];
    if (near) expect(calendar(near, far).minimum).toBeGreaterThan(0);
  }
}

describe("fitting a whole surface", () => {
  it("returns the surface that made the quotes", () => {
    const smiles = smilesWith();
    const surface = fitSurface(smiles);
    expectArbitrageFree(surface);
    for (const [i, { slice }] of surface.entries()) {
      for (const { k, vol } of smiles[i]?.quotes ?? []) expect(Math.abs(sviVol(slice, k) - vol)).toBeLessThan(2e-4);
    }
  });

  it("stays within the noise of noisy quotes, free of arbitrage", () => {
    const smiles = smilesWith({ noise: 0.01, seed: 40 });
    const surface = fitSurface(smiles);
    expectArbitrageFree(surface);
    for (const [i, { slice, years }] of surface.entries()) {
      const truth = ssviSlice(cryptoLike.ssvi, cryptoLike.expiries[i]?.theta as number, years);
      const errors = (smiles[i]?.quotes ?? [])
        .map(({ k }) => Math.abs(sviVol(slice, k) - sviVol(truth, k)))
        .sort((x, y) => x - y);
      expect(errors[Math.floor(errors.length / 2)], `${years} years`).toBeLessThan(0.005);
    }
  });

  it("removes calendar arbitrage that was quoted, near where it was quoted", () => {
    // Two weeks out quoted at 80 % when four weeks out trades near 54 %: total variance falls.
    const smiles = bent(smilesWith(), 4, ({ vol }) => vol + 0.27);
    const surface = fitSurface(smiles);
    const [near, far] = [surface[4] as FittedExpiry, surface[5] as FittedExpiry];
    expect(calendar({ slice: near.fitted, years: near.years }, { slice: far.fitted, years: far.years }).minimum).toBeLessThan(0);
    expectArbitrageFree(surface);
    for (const { k, vol } of smiles[1]?.quotes ?? []) expect(sviVol((surface[1] as FittedExpiry).slice, k)).toBeCloseTo(vol, 2);
  });

  it("spreads the repair of two crossing slices over both: less error than lifting the later one alone", () => {
    const smiles = steepening([
      { days: 14, vol: 0.9, rho: -0.7, sigma: 0.1, share: 0.45, deviations: 1.5 },
      { days: 45, vol: 0.7, rho: -0.3, sigma: 0.5, share: 0.45, deviations: 1.5 },
    ]);
    const surface = fitSurface(smiles);
    expectArbitrageFree(surface);
    const [near, far] = surface as [FittedExpiry, FittedExpiry];
    const crossing = calendar({ slice: near.fitted, years: near.years }, { slice: far.fitted, years: far.years });
    expect(crossing.minimum).toBeLessThan(0);
    const lifted = repairSvi({
      slice: far.fitted,
      years: far.years,
      quotes: smiles[1]?.quotes,
      near: { slice: near.fitted, years: near.years },
    });
    const spread = squaredError(
      smiles,
      surface.map(({ slice }) => slice),
    );
    expect(spread).toBeLessThan(0.6 * squaredError(smiles, [near.fitted, lifted]));
  });

  it("moves a steep market by less than a fifth of a vol point", () => {
    const smiles = steepening([
      { days: 7, vol: 0.99, rho: -0.64, sigma: 0.17, share: 0.54, deviations: 3.1 },
      { days: 21, vol: 0.88, rho: -0.54, sigma: 0.21, share: 0.65, deviations: 2.1 },
      { days: 49, vol: 0.81, rho: -0.36, sigma: 0.28, share: 0.55, deviations: 2.1 },
      { days: 77, vol: 0.78, rho: -0.47, sigma: 0.66, share: 0.67, deviations: 1.1 },
      { days: 140, vol: 0.77, rho: -0.34, sigma: 0.79, share: 0.45, deviations: 1.9 },
      { days: 231, vol: 0.74, rho: -0.41, sigma: 0.85, share: 0.69, deviations: 1.7 },
    ]);
    const surface = fitSurface(smiles);
    expectArbitrageFree(surface);
    const slices = surface.map(({ slice }) => slice);
    expect(surface.some(({ slice, fitted }) => slice !== fitted)).toBe(true);
    expect(Math.sqrt(squaredError(smiles, slices) / smiles.length)).toBeLessThan(0.002);
  });

  it("removes butterfly arbitrage that was quoted", () => {
    // A wing of total variance far steeper than a price of an option allows.
    const smiles = bent(smilesWith(), 9, ({ k, vol }) => Math.sqrt(vol ** 2 + Math.max(0, 3 * (k - 0.4))));
    const surface = fitSurface(smiles);
    const last = surface[9] as FittedExpiry;
    expect(butterfly(last.fitted, last.years).minimum).toBeLessThan(0);
    expectArbitrageFree(surface);
  });

  it("keeps total variance in order at random strikes whatever is quoted", () => {
    const shifts = fc.array(fc.double({ min: -0.3, max: 0.6, noNaN: true }), { minLength: 10, maxLength: 10 });
    const tilts = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 10, maxLength: 10 });
    const strikes = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 20 });
    fc.assert(
      fc.property(shifts, tilts, strikes, (shift, tilt, ks) => {
        const smiles = smilesWith().map(({ years, quotes }, i) => {
          const unit = Math.sqrt(years) * 0.6;
          const wild = ({ k, vol }: SmileQuote) =>
            Math.max(0.05, vol * (1 + (shift[i] as number)) + 0.1 * (tilt[i] as number) * (k / unit));
          return { years, quotes: quotes.map((quote) => ({ ...quote, vol: wild(quote) })) };
        });
        const surface = fitSurface(smiles);
        expectArbitrageFree(surface);
        for (const k of ks) {
          const variances = surface.map(({ slice, years }) => sviTotalVariance(slice, k, years));
          for (let i = 1; i < variances.length; i++) expect(variances[i]).toBeGreaterThan(variances[i - 1] as number);
        }
      }),
      { seed: 3, numRuns: 25 },
    );
  });

  it("fills an expiry too thin to fit from the others", () => {
    const smiles = smilesWith().map((smile, i) =>
      i === 5 ? { ...smile, quotes: smile.quotes.filter((_, j) => j % 15 === 0) } : smile,
    );
    expect(smiles[5]?.quotes).toHaveLength(3);
    const surface = fitSurface(smiles);
    const thin = surface[5] as FittedExpiry;
    expect(surface.map(({ source }) => source)).toEqual(smiles.map((_, i) => (i === 5 ? "ssvi" : "svi")));
    const truth = ssviSlice(cryptoLike.ssvi, cryptoLike.expiries[5]?.theta as number, thin.years);
    for (const k of [-0.2, -0.1, 0, 0.1, 0.2]) expect(sviVol(thin.slice, k)).toBeCloseTo(sviVol(truth, k), 3);
    expectArbitrageFree(surface);
  });

  it("refuses expiries out of order", () => {
    expect(() => fitSurface(smilesWith().reverse())).toThrow(InvalidInputError);
  });
});

describe("fitting SSVI", () => {
  it("recovers the parameters that made the quotes", () => {
    const { ssvi, thetas } = fitSsvi(smilesWith());
    expect(ssvi.rho).toBeCloseTo(cryptoLike.ssvi.rho, 4);
    expect(ssvi.eta).toBeCloseTo(cryptoLike.ssvi.eta, 3);
    expect(ssvi.gamma).toBeCloseTo(cryptoLike.ssvi.gamma, 4);
    for (const [i, theta] of thetas.entries()) {
      expect(theta / (cryptoLike.expiries[i]?.theta as number)).toBeCloseTo(1, 4);
    }
  });

  it("gives an expiry nobody quotes a level between its neighbours", () => {
    const smiles = smilesWith().map((smile, i) => (i === 4 ? { ...smile, quotes: [] } : smile));
    const { thetas } = fitSsvi(smiles);
    expect(thetas[4]).toBeGreaterThan(thetas[3] as number);
    expect(thetas[4]).toBeLessThan(thetas[5] as number);
  });

  it("needs at least one quote", () => {
    expect(() => fitSsvi([{ years: 0.1, quotes: [] }])).toThrow(InvalidInputError);
  });
});
