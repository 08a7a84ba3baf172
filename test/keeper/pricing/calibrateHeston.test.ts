import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { calibrateHeston, type HestonQuote, hestonVol } from "../../../keeper/pricing/calibrateHeston.ts";
import type { HestonModel } from "../../../keeper/pricing/hestonExponent.ts";

/** Quotes of 30 strikes and expiries exactly as the model has them. */
function surface(model: HestonModel): HestonQuote[] {
  return [7 / 365, 30 / 365, 0.25, 0.5, 1].flatMap((years) =>
    [-1.5, -0.8, -0.3, 0.3, 0.8, 1.5].map((deviations) => {
      const forward = 3000 * Math.exp(0.04 * years);
      const strike = forward * Math.exp(deviations * Math.sqrt(model.theta * years));
      return { forward, strike, years, vol: hestonVol(model, { forward, strike, years }) };
    }),
  );
}

const crypto: HestonModel = { v0: 0.45, kappa: 3.5, theta: 0.6, sigma: 1.6, rho: -0.25 };

describe("calibrateHeston", () => {
  it.each([
    crypto,
    { v0: 0.04, kappa: 1.2, theta: 0.09, sigma: 0.5, rho: -0.75 },
    { v0: 1.2, kappa: 9, theta: 0.5, sigma: 3, rho: 0.3 },
  ])("recovers the parameters of a synthetic surface: %o", (model) => {
    const { model: found, rmse } = calibrateHeston(surface(model));
    expect(rmse).toBeLessThan(1e-8);
    for (const name of ["v0", "kappa", "theta", "sigma", "rho"] as const) expect(found[name] / model[name]).toBeCloseTo(1, 6);
  });

  it("lands beside the truth when quotes are a tick off, and reports the size of the ticks", () => {
    const ticked = surface(crypto).map((quote, index) => ({ ...quote, vol: quote.vol + (index % 2 === 0 ? 0.002 : -0.002) }));
    const { model, rmse, errors } = calibrateHeston(ticked);
    expect(rmse).toBeLessThan(0.002);
    expect(rmse).toBeGreaterThan(0.001);
    expect(Math.hypot(...errors) / Math.sqrt(errors.length)).toBeCloseTo(rmse, 12);
    expect(Math.sqrt(model.v0)).toBeCloseTo(Math.sqrt(crypto.v0), 2);
    expect(Math.abs(model.rho - crypto.rho)).toBeLessThan(0.03);
  });

  it("listens to weights: a quote of weight zero is not there", () => {
    const quotes = surface(crypto).map((quote, index) => (index === 7 ? { ...quote, vol: 3, weight: 0 } : quote));
    expect(calibrateHeston(quotes).model.kappa).toBeCloseTo(crypto.kappa, 5);
  });

  it("starts from an earlier fit when given one", () => {
    const moved = { ...crypto, v0: 0.5, theta: 0.58 };
    expect(calibrateHeston(surface(moved), crypto).model.v0).toBeCloseTo(0.5, 6);
  });

  it.each([{ vol: 0 }, { years: -1 }, { strike: Number.NaN }, { weight: -1 }])("refuses a quote with %o", (change) => {
    expect(() => calibrateHeston(surface(crypto).map((quote) => ({ ...quote, ...change })))).toThrow(InvalidInputError);
  });

  it("refuses fewer quotes than parameters", () => {
    expect(() => calibrateHeston(surface(crypto).slice(0, 4))).toThrow(InvalidInputError);
  });
});
