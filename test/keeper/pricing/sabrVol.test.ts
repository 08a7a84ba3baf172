import { describe, expect, it } from "vitest";
import { blackScholes } from "../../../keeper/pricing/blackScholes.ts";
import { sabrVol } from "../../../keeper/pricing/sabrVol.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";

const model = { alpha: 0.3, nu: 0.3, rho: -0.7 };

describe("sabrVol", () => {
  it("prices what a simulation of the model pays", () => {
    const [years, steps, paths] = [60 / 252, 60, 20_000];
    const strikes = [8.5, 10, 11.5];
    const random = createRandom(9, "sabr");
    const sums = strikes.map(() => ({ sum: 0, squares: 0 }));
    const dt = years / steps;
    for (let path = 0; path < paths; path++) {
      let [spot, alpha] = [10, model.alpha];
      for (let step = 0; step < steps; step++) {
        const shock = random.normal();
        const own = model.rho * shock + Math.sqrt(1 - model.rho ** 2) * random.normal();
        spot *= Math.exp((-alpha * alpha * dt) / 2 + alpha * Math.sqrt(dt) * shock);
        alpha *= Math.exp((-model.nu * model.nu * dt) / 2 + model.nu * Math.sqrt(dt) * own);
      }
      strikes.forEach((strike, i) => {
        const payoff = Math.max(0, spot - strike);
        const each = sums[i] as { sum: number; squares: number };
        each.sum += payoff;
        each.squares += payoff * payoff;
      });
    }
    strikes.forEach((strike, i) => {
      const { sum, squares } = sums[i] as { sum: number; squares: number };
      const error = Math.sqrt((squares / paths - (sum / paths) ** 2) / paths);
      const vol = sabrVol(model, 10, strike, years);
      const price = blackScholes({ type: "call", spot: 10, strike, years, vol }).price;
      expect(Math.abs(sum / paths - price) / error).toBeLessThan(3);
    });
  });

  it("passes smoothly through the money", () => {
    const at = (shift: number) => sabrVol(model, 10, 10 * Math.exp(shift), 0.25);
    // Straight across the change from the expansion to the formula.
    expect(at(-2e-5) - 2 * at(0) + at(2e-5)).toBeCloseTo(0, 9);
    expect(at(0)).toBeCloseTo(0.3 * (1 + 0.25 * ((-0.7 * 0.09) / 4 + ((2 - 3 * 0.49) * 0.09) / 24)), 12);
  });
});
