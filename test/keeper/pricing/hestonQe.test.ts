import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { hestonQe, hestonQeStep } from "../../../keeper/pricing/hestonQe.ts";
import { inverseNormalCdf } from "../../../keeper/pricing/normal.ts";

const model = { v0: 0.09, kappa: 2, theta: 0.09, sigma: 0.8, rho: -0.6 };
const years = 1 / 12;

const COUNT = 100_000;
/** Midpoints of equal probability: averaging over them is averaging over a standard normal. */
const VARIANCE_NORMALS = Float64Array.from({ length: COUNT }, (_, index) => inverseNormalCdf((index + 0.5) / COUNT));
/** Three-point Gauss-Hermite rule: place and weight. */
const PRICE_NORMALS = [
  [-Math.sqrt(3), 1 / 6],
  [0, 2 / 3],
  [Math.sqrt(3), 1 / 6],
] as const;

/** Averages over the law of one step. */
function afterOneStep(from: { model: typeof model; variance: number; years: number }) {
  const qe = hestonQe(from.model, from.years);
  const average = (values: Float64Array) => values.reduce((sum, value) => sum + value / COUNT, 0);
  let growth = 0;
  const variance = new Float64Array(COUNT);
  for (const [place, weight] of PRICE_NORMALS) {
    const paths = { logPrice: new Float64Array(COUNT), variance: variance.fill(from.variance) };
    hestonQeStep(qe, paths, { variance: VARIANCE_NORMALS, price: new Float64Array(COUNT).fill(place) });
    growth += weight * average(paths.logPrice.map(Math.exp));
  }
  const mean = average(variance);
  return { mean, variance: average(variance.map((value) => (value - mean) ** 2)), growth };
}

describe("hestonQeStep", () => {
  it.each([
    { name: "the quadratic branch", variance: 0.2 },
    { name: "the exponential branch", variance: 0.004 },
    { name: "variance zero", variance: 0 },
  ])("gives the next variance the mean and variance of the square-root process in $name", ({ variance }) => {
    const { kappa, theta, sigma } = model;
    const kept = Math.exp(-kappa * years);
    const lost = 1 - kept;
    const after = afterOneStep({ model, variance, years });
    expect(after.mean).toBeCloseTo(theta * lost + variance * kept, 6);
    const spread = (sigma ** 2 / kappa) * (variance * kept * lost + 0.5 * theta * lost ** 2);
    expect(after.variance / spread).toBeCloseTo(1, 2);
  });

  it.each([0.2, 0.004, 0])("leaves the expected price where it was, from variance %f", (variance) => {
    for (const rho of [-0.9, -0.3, 0.5]) {
      // The three Hermite nodes integrate e^{sZ} to s⁶/360, below 1e-6 for this step's s.
      expect(afterOneStep({ model: { ...model, rho }, variance, years }).growth).toBeCloseTo(1, 4);
    }
  });

  it("keeps numbers finite where the step's moment is infinite", () => {
    const qe = hestonQe({ v0: 1, kappa: 0.1, theta: 1, sigma: 5, rho: 0.9 }, 5);
    const paths = { logPrice: new Float64Array(2), variance: Float64Array.of(1, 40) };
    hestonQeStep(qe, paths, { variance: Float64Array.of(1, 1), price: Float64Array.of(1, 1) });
    expect([...paths.logPrice, ...paths.variance].every(Number.isFinite)).toBe(true);
  });

  it("stays at zero variance when nothing pulls it away", () => {
    const paths = { logPrice: new Float64Array(1), variance: new Float64Array(1) };
    hestonQeStep(hestonQe({ ...model, theta: 0 }, years), paths, { variance: Float64Array.of(1), price: Float64Array.of(1) });
    expect(paths).toEqual({ logPrice: new Float64Array(1), variance: new Float64Array(1) });
  });

  it.each([{ sigma: 0 }, { kappa: -1 }, { rho: 1.5 }, { theta: Number.NaN }])("refuses %o", (change) => {
    expect(() => hestonQe({ ...model, ...change }, years)).toThrow(InvalidInputError);
  });
});
