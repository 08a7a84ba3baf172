import { type Matrix, QrDecomposition } from "ml-matrix";
import { InvalidInputError } from "../../errors.ts";

/**
 * Coefficients of a least-squares regression of the columns of y on those of x, by QR.
 * @throws InvalidInputError when there are too few rows or the columns of x depend on each other
 */
export function regress(x: Matrix, y: Matrix): Matrix {
  if (x.rows <= x.columns)
    throw new InvalidInputError(`${x.columns} coefficients need more than ${x.rows} observations; use fewer lags`);
  // Columns of one size, so that what counts as dependent does not hang on units.
  const sizes = Array.from({ length: x.columns }, (_, j) => x.getColumnVector(j).norm());
  if (!sizes.every((size) => size > 0)) throw new InvalidInputError("A regressor is zero throughout; the prices do not move");
  const qr = new QrDecomposition(x.clone().divRowVector(sizes));
  if (Array.from({ length: x.columns }, (_, j) => qr.upperTriangularMatrix.get(j, j)).some((pivot) => Math.abs(pivot) < 1e-10)) {
    throw new InvalidInputError("The regressors depend on each other: do spot and future hold the same column, or a constant?");
  }
  return qr.solve(y).divColumnVector(sizes);
}
