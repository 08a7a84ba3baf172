import { describe, expect, it } from "vitest";
import { leastSquares } from "../../../keeper/pricing/leastSquares.ts";

const free = { lowest: [-10, -10], highest: [10, 10], iterations: 200 };

describe("least squares", () => {
  it("follows Rosenbrock's curved valley to (1, 1)", () => {
    const rosenbrock = (p: Float64Array, out: Float64Array) => {
      const [x, y] = [p[0] as number, p[1] as number];
      out[0] = 10 * (y - x * x);
      out[1] = 1 - x;
    };
    const [x, y] = leastSquares({ residuals: rosenbrock, count: 2, start: [-1.2, 1], ...free });
    expect(x).toBeCloseTo(1, 6);
    expect(y).toBeCloseTo(1, 6);
  });

  it("stops at the wall of the box and still minimises along it", () => {
    const residuals = (p: Float64Array, out: Float64Array) => {
      const [x, y] = [p[0] as number, p[1] as number];
      out[0] = x - 3;
      out[1] = y - x;
    };
    const [x, y] = leastSquares({ residuals, count: 2, start: [0, 0], lowest: [-1, -10], highest: [2, 10], iterations: 100 });
    expect(x).toBe(2);
    expect(y).toBeCloseTo(2, 6);
  });

  it("never ends higher than it began, however steep the residuals", () => {
    const steep = (p: Float64Array, out: Float64Array) => {
      out[0] = 1e6 * Math.max(0, 1 - (p[0] as number) * (p[1] as number));
      out[1] = (p[0] as number) + 2;
    };
    const cost = (p: ArrayLike<number>) => {
      const out = new Float64Array(2);
      steep(Float64Array.from(p), out);
      return (out[0] as number) ** 2 + (out[1] as number) ** 2;
    };
    for (const start of [
      [0, 0],
      [5, -5],
      [-9, 9],
      [0.01, 3],
    ]) {
      expect(cost(leastSquares({ residuals: steep, count: 2, start, ...free }))).toBeLessThanOrEqual(cost(start));
    }
  });
});
