import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { stationaryBand } from "../../../keeper/hedging/noTradeRegion.ts";
import { riskAversionFor } from "../../../keeper/hedging/riskAversionFor.ts";

const book = { spot: 2000, vol: 0.8, gamma: 0.009 };

/** Daily deviation of what is lost on the error: a walk in hundredths of the trigger that restarts at the target on reaching it. */
function simulateDailySd(trigger: number, target: number, steps: number): number {
  const random = xoroshiro128plus(5);
  const step = trigger / 100;
  let error = 0;
  let sum = 0;
  for (let i = 0; i < steps; i += 1) {
    sum += error * error;
    error += uniformFloat64(random) < 0.5 ? step : -step;
    if (error >= trigger - step / 2) error = Math.min(target, trigger - step);
    else if (error <= -trigger + step / 2) error = -Math.min(target, trigger - step);
  }
  return book.spot * book.vol * Math.sqrt(sum / steps / 365);
}

describe("riskAversionFor", () => {
  it.each([
    { name: "fee and gas", costs: { fixed: 2, proportional: 1, impact: 0, carry: 0 }, budget: 60 },
    { name: "fee alone", costs: { fixed: 0, proportional: 1, impact: 0, carry: 0 }, budget: 20 },
    { name: "gas alone", costs: { fixed: 5, proportional: 0, impact: 0, carry: 0 }, budget: 100 },
  ])("leaves the daily deviation asked for, in simulation: $name", ({ costs, budget }) => {
    const riskAversion = riskAversionFor({ ...book, costs, dailyPnlSd: budget });
    const { trigger, target } = stationaryBand({ ...book, years: 1, riskAversion, costs });
    expect(simulateDailySd(trigger, target, 4_000_000) / budget).toBeCloseTo(1, 1);
  });

  it("asks for closer hedging when the budget is smaller", () => {
    const costs = { fixed: 2, proportional: 1, impact: 0, carry: 0 };
    const at = (dailyPnlSd: number) => riskAversionFor({ ...book, costs, dailyPnlSd });
    expect(at(30)).toBeGreaterThan(at(60));
  });

  it("says why there is no answer", () => {
    const costs = { fixed: 2, proportional: 1, impact: 0, carry: 0 };
    expect(() => riskAversionFor({ ...book, costs, dailyPnlSd: 0 })).toThrow("must be above 0 quote, got 0");
    expect(() => riskAversionFor({ ...book, gamma: 0, costs, dailyPnlSd: 10 })).toThrow(InvalidInputError);
  });
});
