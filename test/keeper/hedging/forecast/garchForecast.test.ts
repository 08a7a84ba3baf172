import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { garchForecast } from "../../../../keeper/hedging/forecast/garchForecast.ts";

// Parameters of the Fiorentini-Calzolari-Panattoni benchmark.
const model = { kind: "garch", omega: 0.0107613, alpha: 0.153134, beta: 0.805974 } as const;

describe("garchForecast", () => {
  it("is the mean of the recursion E σ²' = ω + (α + β)σ²", () => {
    for (const next of [0.05, 0.2, 2]) {
      let [expected, sum] = [next, 0];
      for (let step = 1; step <= 40; step++) {
        sum += expected;
        expected = model.omega + (model.alpha + model.beta) * expected;
        expect(garchForecast(model, next, step)).toBeCloseTo(sum / step, 12);
      }
    }
  });

  it("refuses a model without a long-run variance", () => {
    expect(() => garchForecast({ ...model, beta: 0.9 }, 0.1, 5)).toThrow(InvalidInputError);
  });
});
