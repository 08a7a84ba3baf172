import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import {
  defaultRegimeSwitch,
  type Regime,
  regimeRiskAversion,
  regimeSwitch,
} from "../../../../keeper/hedging/forecast/regimeSwitch.ts";
import {
  fitRegimes,
  regimeForecast,
  updateRegime,
  usualShare,
  type VolRegimes,
} from "../../../../keeper/hedging/forecast/volRegime.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const truth: VolRegimes = { calm: 0.02 ** 2, turbulent: 0.06 ** 2, outbreak: 0.02, relief: 0.08 };

function simulate(regimes: VolRegimes, count: number, seed: number) {
  const random = createRandom(seed, "regimes");
  let isWild = false;
  return Array.from({ length: count }, () => {
    isWild = isWild ? random.uniform() >= regimes.relief : random.uniform() < regimes.outbreak;
    return { isWild, move: Math.sqrt(isWild ? regimes.turbulent : regimes.calm) * random.normal() };
  });
}

describe("fitRegimes", () => {
  it("recovers the parameters that made the returns", () => {
    const found = fitRegimes(simulate(truth, 6000, 12).map(({ move }) => move));
    expect(Math.sqrt(found.calm) / 0.02).toBeCloseTo(1, 1);
    expect(Math.sqrt(found.turbulent) / 0.06).toBeCloseTo(1, 1);
    expect(found.outbreak / truth.outbreak).toBeGreaterThan(0.7);
    expect(found.outbreak / truth.outbreak).toBeLessThan(1.4);
    expect(found.relief / truth.relief).toBeGreaterThan(0.7);
    expect(found.relief / truth.relief).toBeLessThan(1.4);
  });

  it("stands where no small change raises the likelihood", () => {
    const moves = simulate(truth, 1500, 13).map(({ move }) => move);
    const likelihood = (regimes: VolRegimes) => {
      const gauss = (x: number, v: number) => Math.exp((-x * x) / (2 * v)) / Math.sqrt(2 * Math.PI * v);
      let [turbulent, sum] = [usualShare(regimes), 0];
      for (const move of moves) {
        const prior = turbulent * (1 - regimes.relief) + (1 - turbulent) * regimes.outbreak;
        sum += Math.log(prior * gauss(move, regimes.turbulent) + (1 - prior) * gauss(move, regimes.calm));
        turbulent = updateRegime(regimes, turbulent, move);
      }
      return sum;
    };
    const found = fitRegimes(moves);
    for (const key of ["calm", "turbulent", "outbreak", "relief"] as const) {
      for (const factor of [0.97, 1.03]) {
        expect(likelihood({ ...found, [key]: found[key] * factor })).toBeLessThan(likelihood(found) + 0.02);
      }
    }
  });

  it("refuses returns that do not move", () => {
    expect(() => fitRegimes(new Float64Array(200))).toThrow(InvalidInputError);
  });
});

describe("the filter", () => {
  it("is calibrated: of the moments given 70 to 90 %, so many are turbulent", () => {
    const path = simulate(truth, 40_000, 14);
    let turbulent = usualShare(truth);
    const inside = path.flatMap(({ isWild, move }) => {
      turbulent = updateRegime(truth, turbulent, move);
      return turbulent > 0.7 && turbulent < 0.9 ? [{ isWild, turbulent }] : [];
    });
    const share = inside.filter(({ isWild }) => isWild).length / inside.length;
    const stated = inside.reduce((sum, each) => sum + each.turbulent, 0) / inside.length;
    expect(inside.length).toBeGreaterThan(500);
    expect(Math.abs(share - stated)).toBeLessThan(0.06);
  });

  it("forecasts the mean of the chain, step by step", () => {
    let [turbulent, sum] = [0.9, 0];
    for (let step = 1; step <= 30; step++) {
      turbulent = turbulent * (1 - truth.relief) + (1 - turbulent) * truth.outbreak;
      sum += turbulent * truth.turbulent + (1 - turbulent) * truth.calm;
      expect(regimeForecast(truth, 0.9, step)).toBeCloseTo(sum / step, 12);
    }
  });
});

describe("regimeSwitch", () => {
  it("enters turbulence after a crash, does not flicker, and leaves when it is over", () => {
    const crash = [0.01, -0.01, -0.12, 0.08, -0.05, 0.03, ...new Array<number>(40).fill(0.01)];
    let [turbulent, regime, changes] = [usualShare(truth), "calm" as Regime, 0];
    const seen = crash.map((move) => {
      turbulent = updateRegime(truth, turbulent, move);
      const next = regimeSwitch(regime, turbulent, defaultRegimeSwitch);
      changes += next === regime ? 0 : 1;
      regime = next;
      return regimeRiskAversion(regime, defaultRegimeSwitch);
    });
    expect(seen.slice(0, 3)).toEqual([1, 1, 2]);
    expect(seen.at(-1)).toBe(1);
    expect(changes).toBe(2);
    expect(regimeSwitch("calm", 0.5, defaultRegimeSwitch)).toBe("calm");
    expect(regimeSwitch("turbulent", 0.5, defaultRegimeSwitch)).toBe("turbulent");
  });
});
