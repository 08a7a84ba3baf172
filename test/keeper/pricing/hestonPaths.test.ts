import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { bates } from "../../../keeper/pricing/bates.ts";
import { hestonPaths } from "../../../keeper/pricing/hestonPaths.ts";
import { andersenCases, andersenStrikes, callValue, STEP_BIAS, STEPS_PER_YEAR } from "./andersenCases.ts";
import { polarRandom } from "./polarRandom.ts";

const SEED = 20_070_123;

describe("hestonPaths", () => {
  // `npm run bench -- heston` does the same with 200,000 paths.
  const paths = { I: 20_000, II: 10_000, III: 20_000 };
  it.each(andersenCases)("prices Andersen's case $name within three standard errors", (row) => {
    const { name, kappa, v, sigma, rho, years, values } = row;
    const model = { v0: v, theta: v, kappa, sigma, rho };
    const random = polarRandom(SEED);
    const { price } = hestonPaths({ model, spot: 100, years, steps: STEPS_PER_YEAR * years, paths: paths[name], random });
    andersenStrikes.forEach((strike, index) => {
      const { value, standardError } = callValue(price, strike, 100);
      expect(Math.abs(value - (values[index] as number))).toBeLessThan(3 * standardError + STEP_BIAS);
      expect(standardError).toBeLessThan(0.3);
    });
  });

  it("prices under Bates with carry as the transform does", () => {
    const model = { v0: 0.25, kappa: 3, theta: 0.3, sigma: 0.9, rho: -0.4 };
    const jumps = { lambda: 4, jumpMean: -0.08, jumpSd: 0.15 };
    const { price } = hestonPaths({
      model,
      jumps,
      spot: 100,
      years: 0.5,
      steps: 64,
      paths: 40_000,
      carry: 0.05,
      random: polarRandom(SEED),
    });
    const forward = 100 * Math.exp(0.05 * 0.5);
    for (const strike of [80, 100, 130]) {
      const { value, standardError } = callValue(price, strike, forward);
      const exact = bates({ type: "call", spot: forward, strike, years: 0.5, ...model, ...jumps }).price;
      expect(Math.abs(value - exact)).toBeLessThan(3 * standardError);
      expect(standardError).toBeLessThan(0.08);
    }
  });

  it("shows every path at every step, ending where it returns", () => {
    const model = { v0: 0.25, kappa: 3, theta: 0.3, sigma: 0.9, rho: -0.4 };
    const seen: { step: number; prices: number[]; variances: number[] }[] = [];
    const { price, variance } = hestonPaths({
      model,
      spot: 100,
      years: 0.1,
      steps: 4,
      paths: 3,
      random: polarRandom(SEED),
      observe: (step, block) => seen.push({ step, prices: [...block.logPrice].map(Math.exp), variances: [...block.variance] }),
    });
    expect(seen.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(seen.at(-1)).toEqual({ step: 4, prices: [...price], variances: [...variance] });
    expect(new Set(seen.flatMap(({ prices }) => prices)).size).toBe(12);
  });

  it.each([{ steps: 0 }, { paths: 1.5 }, { spot: 0 }, { model: { v0: -1, kappa: 1, theta: 1, sigma: 1, rho: 0 } }])(
    "refuses %o",
    (change) => {
      const model = { v0: 0.25, kappa: 3, theta: 0.3, sigma: 0.9, rho: -0.4 };
      expect(() => hestonPaths({ model, spot: 100, years: 1, steps: 4, paths: 3, random: polarRandom(SEED), ...change })).toThrow(
        InvalidInputError,
      );
    },
  );
});
