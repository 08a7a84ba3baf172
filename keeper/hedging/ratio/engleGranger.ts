import { inverse, Matrix } from "ml-matrix";
import type { Levels } from "./hedgeSample.ts";
import { ols } from "./ols.ts";
import { regress } from "./regression.ts";

export type EngleGranger = {
  /** t-statistic of the augmented Dickey-Fuller regression of the residuals. */
  readonly statistic: number;
  readonly criticalValue: number;
  readonly isCointegrated: boolean;
  /** Slope of the long-run relation spot = c + slope·future. */
  readonly slope: number;
};

/** MacKinnon (2010), table 2: two series, a constant, 5 %. */
const CRITICAL = [-3.33613, -6.1101, -6.823] as const;

/**
 * Engle-Granger (1987) test: OLS of spot on future, then Δu = φu₋₁ + Σγᵢ·Δu₋ᵢ on its residuals without a constant.
 * @param lags  differences on the right-hand side
 * @throws InvalidInputError when there are too few levels
 */
export function engleGranger({ spot, future, isBreak }: Levels, lags: number): EngleGranger {
  const { alpha, beta } = ols(spot, future);
  const u = spot.map((s, t) => s - alpha - beta * (future[t] as number));
  const rows = Array.from(u.keys()).filter((t) => t > lags && !isBreak.slice(t - lags, t + 1).includes(true));
  const change = (t: number) => (u[t] as number) - (u[t - 1] as number);
  const x = new Matrix(rows.map((t) => [u[t - 1] as number, ...Array.from({ length: lags }, (_, i) => change(t - 1 - i))]));
  const y = Matrix.columnVector(rows.map(change));
  const coefficients = regress(x, y);
  const residuals = Matrix.sub(y, x.mmul(coefficients)).to1DArray();
  const variance = residuals.reduce((sum, e) => sum + e * e, 0) / (rows.length - x.columns);
  const error = Math.sqrt(variance * inverse(x.transpose().mmul(x)).get(0, 0));
  const statistic = coefficients.get(0, 0) / error;
  const criticalValue = CRITICAL[0] + CRITICAL[1] / rows.length + CRITICAL[2] / rows.length ** 2;
  return { statistic, criticalValue, isCointegrated: statistic < criticalValue, slope: beta };
}
