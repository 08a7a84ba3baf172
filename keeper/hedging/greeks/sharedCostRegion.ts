import { InvalidInputError } from "../../errors.ts";
import { type Matrix, matrixFunction, product, scaled, symmetricEigen } from "../symmetricEigen.ts";

/** The ellipsoid yᵀMy < 1 of errors that are left alone, and the loss rate it leaves (quote per year). */
export type SharedCostRegion = { readonly shape: Matrix; readonly lossRate: number };

export type SharedCostParameters = {
  /** Covariance rate of the errors, per year; positive definite. */
  readonly diffusion: Matrix;
  /** Risk aversion × covariance rate of what one unit of each error earns, quote per year. */
  readonly risk: Matrix;
  /** Quote per transaction, however many errors it resets. */
  readonly fixed: number;
};

/**
 * One fixed cost F resets several errors y at once. The relative value F(2q − q²), q = yᵀMy, solves ½tr(A·D²w) + ½yᵀCy = G with
 * w = F and ∇w = 0 on q = 1, so 8MAM + 4tr(AM)M = C/F and G = 2F·tr(AM). In the eigenbasis of A^½CA^½/F (values λᵢ)
 * mᵢ = (−T + √(T² + 2λᵢ))/4 with T = Σmᵢ.
 * @throws InvalidInputError when the fixed cost is not positive or A is not positive definite
 * @see docs/hedging.md#gamma-and-vega
 */
export function sharedCostRegion({ diffusion, risk, fixed }: SharedCostParameters): SharedCostRegion {
  if (!(fixed > 0)) throw new InvalidInputError(`A shared cost must be positive, got ${fixed}`, { fixed });
  const spread = diffusion.map((row, i) => Math.sqrt(row[i] as number));
  const inverse = spread.map((s) => 1 / s);
  const correlation = scaled(diffusion, inverse);
  if (!symmetricEigen(correlation).values.every((value) => value > 0)) {
    throw new InvalidInputError("The errors' covariance rate must be positive definite", { diffusion });
  }
  const root = matrixFunction(correlation, Math.sqrt);
  const unroot = matrixFunction(correlation, (value) => 1 / Math.sqrt(value));
  const curvature = product(product(root, scaled(risk, spread)), root);
  const { values, vectors } = symmetricEigen(curvature.map((row) => row.map((x) => x / fixed)));
  const loads = values.map((value) => Math.max(value, 0));
  const trace = solveTrace(loads);
  const axes = loads.map((value) => axis(trace, value));
  const core = vectors.map((row) =>
    vectors.map((other) => axes.reduce((sum, m, k) => sum + m * (row[k] as number) * (other[k] as number), 0)),
  );
  return { shape: scaled(product(product(unroot, core), unroot), inverse), lossRate: 2 * fixed * trace };
}

/** (−T + √(T² + 2λ))/4 without cancellation. */
function axis(trace: number, value: number): number {
  return value === 0 ? 0 : value / (2 * (trace + Math.sqrt(trace * trace + 2 * value)));
}

/** T = Σ mᵢ(T): the right side falls in T, so bisection is safe. */
function solveTrace(values: readonly number[]): number {
  const sum = (trace: number) => values.reduce((all, value) => all + axis(trace, value), 0);
  let low = 0;
  let high = sum(0);
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (sum(middle) > middle) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
