import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { fitHar, forecastHar, qlike } from "../../../../keeper/hedging/forecast/harForecast.ts";
import { hestonPaths } from "../../../../keeper/pricing/hestonPaths.ts";
import { createRandom, type Random } from "../../../../keeper/simulation/random.ts";

/** Realised variance of each day from 24 hourly returns. */
function garchDays(days: number, random: Random): number[] {
  let variance = 1e-3 / 24;
  const [alpha, beta] = [0.03, 0.965];
  return Array.from({ length: days }, () => {
    let realised = 0;
    for (let hour = 0; hour < 24; hour++) {
      const move = Math.sqrt(variance) * random.normal();
      realised += move * move;
      variance = ((1 - alpha - beta) * 1e-3) / 24 + alpha * move * move + beta * variance;
    }
    return realised;
  });
}

function hestonDays(days: number, random: Random): number[] {
  const realised = new Array<number>(days).fill(0);
  let last = 0;
  const model = { v0: 0.4, kappa: 8, theta: 0.4, sigma: 1.5, rho: -0.4 };
  hestonPaths({
    model,
    spot: 1,
    years: days / 365,
    steps: 24 * days,
    paths: 1,
    random,
    observe: (step, { logPrice }) => {
      const now = logPrice[0] as number;
      const day = Math.floor((step - 1) / 24);
      realised[day] = (realised[day] as number) + (now - last) ** 2;
      last = now;
    },
  });
  return realised;
}

describe.each([
  { name: "GARCH", days: garchDays },
  { name: "Heston", days: hestonDays },
])("HAR forecasts on $name paths", ({ name, days }) => {
  it.each([
    { horizon: 1, isLog: true },
    { horizon: 7, isLog: true },
    { horizon: 7, isLog: false },
  ])("lose less than yesterday's variance out of sample, $horizon days ahead, log $isLog", ({ horizon, isLog }) => {
    const variances = days(4800, createRandom(10, name));
    const model = fitHar(variances.slice(0, 800), horizon, isLog);
    const gains: number[] = [];
    // Windows that do not overlap, so that the differences are close to independent.
    for (let end = 800; end + horizon <= variances.length; end += horizon) {
      const realised = variances.slice(end, end + horizon).reduce((sum, x) => sum + x, 0) / horizon;
      const walk = qlike(realised, variances[end - 1] as number);
      gains.push(walk - qlike(realised, forecastHar(model, variances.slice(0, end))));
    }
    const mean = gains.reduce((sum, x) => sum + x, 0) / gains.length;
    const error = Math.sqrt(gains.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / gains.length;
    expect(mean / error).toBeGreaterThan(3);
  });
});

describe("fitHar", () => {
  it("recovers the coefficients of its own recursion", () => {
    const random = createRandom(11, "har");
    const logs: number[] = Array.from({ length: 30 }, () => -7);
    const mean = (count: number) => Math.log(logs.slice(-count).reduce((sum, x) => sum + Math.exp(x), 0) / count);
    for (let i = 0; i < 6000; i++) logs.push(-0.7 + 0.4 * mean(1) + 0.3 * mean(7) + 0.2 * mean(30) + 0.3 * random.normal());
    const { coefficients, residualVariance } = fitHar(logs.map(Math.exp), 1);
    expect(coefficients[1]).toBeCloseTo(0.4, 1);
    expect(coefficients[2]).toBeCloseTo(0.3, 1);
    expect(coefficients[3]).toBeCloseTo(0.2, 1);
    expect(Math.sqrt(residualVariance)).toBeCloseTo(0.3, 1);
  });

  it("refuses too short a history and a day without variance", () => {
    expect(() => fitHar(new Float64Array(50).fill(1), 7)).toThrow("needs at least 66 days, got 50");
    expect(() => fitHar(new Float64Array(100), 7)).toThrow(InvalidInputError);
  });
});
