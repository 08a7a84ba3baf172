import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { sharedCostRegion } from "../../../../keeper/hedging/greeks/sharedCostRegion.ts";
import { stationaryBand } from "../../../../keeper/hedging/noTradeRegion.ts";
import { dot, product } from "../../../../keeper/hedging/symmetricEigen.ts";

const diffusion = [
  [1, 0.3],
  [0.3, 0.5],
];
const risk = [
  [2, -0.4],
  [-0.4, 1],
];

describe("sharedCostRegion", () => {
  // Vector recomputed for the impulse-control problem with one fixed cost for two errors.
  it("has the reference ellipsoid and loss rate", () => {
    const { shape, lossRate } = sharedCostRegion({ diffusion, risk, fixed: 0.02 });
    const expected = [
      [2.899947, -0.804466],
      [-0.804466, 2.29176],
    ];
    expected.forEach((row, i) => {
      row.forEach((x, j) => {
        expect(shape[i]?.[j]).toBeCloseTo(x, 6);
      });
    });
    expect(lossRate).toBeCloseTo(0.142526, 6);
  });

  it("solves its defining equation", () => {
    const fixed = 0.3;
    const { shape, lossRate } = sharedCostRegion({ diffusion, risk, fixed });
    const trace = product(diffusion, shape).reduce((sum, row, i) => sum + (row[i] as number), 0);
    const mam = product(product(shape, diffusion), shape);
    risk.forEach((row, i) => {
      row.forEach((x, j) => {
        expect(8 * (mam[i]?.[j] ?? 0) + 4 * trace * (shape[i]?.[j] ?? 0)).toBeCloseTo(x / fixed, 10);
      });
    });
    expect(lossRate).toBeCloseTo(2 * fixed * trace, 12);
  });

  it("is the band of one error when there is only one", () => {
    const costs = { fixed: 0.05, proportional: 0, impact: 0, carry: 0 };
    const band = stationaryBand({ spot: 1, vol: 1, gamma: 0.7, years: 1, riskAversion: 3, costs });
    const { shape, lossRate } = sharedCostRegion({ diffusion: [[0.49]], risk: [[3]], fixed: 0.05 });
    expect(1 / Math.sqrt(shape[0]?.[0] as number)).toBeCloseTo(band.trigger, 10);
    expect(lossRate).toBeCloseTo(band.lossRate, 10);
  });

  it("has the same loss in any units of the errors", () => {
    const units = [1e4, 1e-3];
    const inUnits = (matrix: readonly (readonly number[])[], power: 1 | -1) =>
      matrix.map((row, i) => row.map((x, j) => x * ((units[i] as number) * (units[j] as number)) ** power));
    const plain = sharedCostRegion({ diffusion, risk, fixed: 0.02 });
    const other = sharedCostRegion({ diffusion: inUnits(diffusion, 1), risk: inUnits(risk, -1), fixed: 0.02 });
    expect(other.lossRate).toBeCloseTo(plain.lossRate, 12);
    const y = [0.2, -0.5];
    const q = (shape: typeof plain.shape, x: readonly number[]) =>
      dot(
        x,
        shape.map((row) => dot(row, x)),
      );
    expect(
      q(
        other.shape,
        y.map((x, i) => x * (units[i] as number)),
      ),
    ).toBeCloseTo(q(plain.shape, y), 10);
  });

  it("refuses a cost of zero and errors that cannot move apart", () => {
    expect(() => sharedCostRegion({ diffusion, risk, fixed: 0 })).toThrow("A shared cost must be positive, got 0");
    const degenerate = [
      [1, 1],
      [1, 1],
    ];
    expect(() => sharedCostRegion({ diffusion: degenerate, risk, fixed: 1 })).toThrow(InvalidInputError);
  });
});
