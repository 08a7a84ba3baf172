import { describe, expect, it } from "vitest";
import { engleGranger } from "../../../../keeper/hedging/ratio/engleGranger.ts";
import { type VecmFit, vecm } from "../../../../keeper/hedging/ratio/vecm.ts";
import { vecmRatio } from "../../../../keeper/hedging/ratio/vecmRatio.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";
import { cointegratedPair, type Pair } from "./simulatedPairs.ts";

const unbroken = (pair: Pair) => ({ ...pair, isBreak: Array.from(pair.spot, () => false) });
const plain = { lags: 0, seasons: 0 };

/** Two walks that know nothing of each other. */
function walks(name: string, count: number): Pair {
  const random = createRandom(11, name);
  const walk = () => {
    let level = 5;
    return Float64Array.from({ length: count }, () => {
      level += 0.01 * random.normal();
      return level;
    });
  };
  return { spot: walk(), future: walk() };
}

describe("vecm", () => {
  const levels = unbroken(cointegratedPair("cointegrated", 2000, 1.25, 0.2));
  const fit = vecm(levels, plain);

  it("recovers relation, loadings and ratio within three standard errors", () => {
    expect(Math.abs(fit.beta[1] + 1.25)).toBeLessThan(3 * fit.betaError);
    expect(Math.abs(fit.alpha[0] + 0.2)).toBeLessThan(3 * fit.alphaErrors[0]);
    expect(Math.abs(fit.alpha[1])).toBeLessThan(3 * fit.alphaErrors[1]);
    const model = vecmRatio(levels, plain);
    expect(Math.abs((model.path(levels.spot, levels.future)[0] as number) - 0.8)).toBeLessThan(
      3 * (model.standardError as number),
    );
    expect(model.warnings).toEqual([]);
  });

  it("stands at the top of the likelihood: no other relation leaves smaller residuals", () => {
    expect(fit.logLikelihood).toBeCloseTo(logLikelihoodAt(levels, fit.beta[1]), 6);
    for (const step of [-0.01, -0.001, 0.001, 0.01])
      expect(logLikelihoodAt(levels, fit.beta[1] + step)).toBeLessThan(fit.logLikelihood);
  });

  it("does not depend on seasons' numbering or a shift of the levels, and turns about with the pair", () => {
    const settings = { lags: 2, seasons: 4 };
    const whole = vecm(levels, settings);
    const shifted = vecm({ ...levels, spot: levels.spot.map((s) => s + 7) }, settings);
    const later = vecm(
      { spot: levels.spot.slice(1), future: levels.future.slice(1), isBreak: levels.isBreak.slice(1) },
      settings,
    );
    const dropped = vecm({ ...levels, isBreak: levels.isBreak.with(3, true) }, { lags: 0, seasons: 4 });
    close(shifted, whole, 8);
    // One observation in two thousand.
    close(later, whole, 2);
    expect(dropped.count).toBe(1998);
    const turned = vecm({ ...levels, spot: levels.future, future: levels.spot }, settings);
    expect(turned.beta[1]).toBeCloseTo(1 / whole.beta[1], 8);
    expect(turned.alpha[0]).toBeCloseTo(whole.alpha[1] * whole.beta[1], 8);
  });

  it("leaves out every difference that reaches across a break, so that a jump there changes nothing", () => {
    const settings = { lags: 2, seasons: 0 };
    const isBreak = levels.isBreak.with(1000, true);
    const calm = vecm({ ...levels, isBreak }, settings);
    expect(calm.count).toBe(2000 - 3 - 3);
    // The level before a break may be anything: rows 1000 to 1002 are gone, and with them all that looks at it.
    const jumped = vecm({ ...levels, isBreak: isBreak.with(999, true), spot: levels.spot.with(999, 9) }, settings);
    expect(jumped.count).toBe(1993);
    close(jumped, calm, 2);
  });

  it("says which test it made, and warns where nothing holds the pair together", () => {
    const apart = unbroken(walks("apart", 600));
    const { warnings, parameters } = vecmRatio(apart, { lags: 1, seasons: 0 });
    expect(parameters).toMatchObject({
      test: expect.stringMatching(/Johansen trace/),
      criticalValue: 15.4943,
      isCointegrated: false,
    });
    expect(warnings[0]).toMatch(/^not cointegrated: Johansen's trace \d+\.\d\d is below its 5 % value 15\.49/);
  });

  it("warns that returns are not prices", () => {
    const returns = {
      spot: levels.spot.slice(1).map((s, t) => s - (levels.spot[t] as number)),
      future: levels.future.slice(1).map((f, t) => f - (levels.future[t] as number)),
    };
    expect(vecmRatio(unbroken(returns), plain).warnings[0]).toMatch(/both series look stationary/);
  });

  it("refuses a pair that is one series, and more lags than observations", () => {
    expect(() => vecm({ ...levels, future: levels.spot }, plain)).toThrow(/vary on their own/);
    const short = unbroken({ spot: levels.spot.slice(0, 12), future: levels.future.slice(0, 12) });
    expect(() => vecm(short, { lags: 3, seasons: 4 })).toThrow(/too many for 8 observations/);
  });
});

describe("engleGranger", () => {
  it("tells a pair that is drawn together from two walks", () => {
    const together = engleGranger(unbroken(cointegratedPair("together", 600, 1.1, 0.15)), 1);
    expect(together.isCointegrated).toBe(true);
    expect(together.slope).toBeCloseTo(1.1, 1);
    expect(engleGranger(unbroken(walks("apart", 600)), 1).isCointegrated).toBe(false);
  });

  it("rejects two walks about one time in twenty, as its 5 % critical value promises", () => {
    const rejected = Array.from({ length: 400 }, (_, i) => engleGranger(unbroken(walks(`walk ${i}`, 100)), 0)).filter(
      ({ isCointegrated }) => isCointegrated,
    ).length;
    // Binomial(400, 0.05): mean 20, deviation 4.4.
    expect(rejected).toBeGreaterThan(7);
    expect(rejected).toBeLessThan(34);
  });
});

function close(one: VecmFit, other: VecmFit, digits: number): void {
  expect(one.beta[1]).toBeCloseTo(other.beta[1], digits);
  expect(one.alpha[0]).toBeCloseTo(other.alpha[0], digits);
  expect(one.alpha[1]).toBeCloseTo(other.alpha[1], digits);
}

/** Of a VECM without lags whose relation is given: two regressions on one error, written out. */
function logLikelihoodAt({ spot, future }: Pair, slope: number): number {
  const n = spot.length - 1;
  const error = spot.slice(0, n).map((s, t) => s + slope * (future[t] as number));
  const residuals = [spot, future].map((side) => {
    const change = Float64Array.from({ length: n }, (_, t) => (side[t + 1] as number) - (side[t] as number));
    const [mx, my] = [error, change].map((x) => x.reduce((sum, value) => sum + value, 0) / n) as [number, number];
    const [xx, xy] = error.reduce(
      ([a, b], x, t) => [a + (x - mx) ** 2, b + (x - mx) * ((change[t] as number) - my)] as [number, number],
      [0, 0] as [number, number],
    );
    return change.map((y, t) => y - my - (xy / xx) * ((error[t] as number) - mx));
  }) as [Float64Array, Float64Array];
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, t) => sum + value * (b[t] as number), 0) / n;
  const [us, uf] = residuals;
  const determinant = product(us, us) * product(uf, uf) - product(us, uf) ** 2;
  return -n * (Math.log(2 * Math.PI) + 1) - (n / 2) * Math.log(determinant);
}
