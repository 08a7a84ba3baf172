import { CholeskyDecomposition, determinant, EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import { InvalidInputError } from "../../errors.ts";
import type { Levels } from "./hedgeSample.ts";
import { regress } from "./regression.ts";

export type VecmSettings = {
  /** Lagged differences. */
  readonly lags: number;
  /** Seasons told apart by dummies, 0 or 1 for none. */
  readonly seasons: number;
};

export type VecmFit = {
  readonly count: number;
  /** Loading of the error correction in spot and future. */
  readonly alpha: readonly [number, number];
  readonly alphaErrors: readonly [number, number];
  /** Cointegration vector, its first element one: spot + β·future is stationary. */
  readonly beta: readonly [number, number];
  readonly betaError: number;
  /** Johansen's eigenvalues, the larger first, and trace statistics of rank 0 and of rank at most 1, with their 5 % critical values. */
  readonly eigenvalues: readonly [number, number];
  readonly traces: readonly [number, number];
  readonly criticalValues: readonly [number, number];
  /** Covariance of residuals, divided by the number of observations. */
  readonly covariance: readonly [spot: number, both: number, future: number];
  readonly logLikelihood: number;
};

/** MacKinnon, Haug and Michelis (1999), trace test with an unrestricted constant, 5 %: rank 0 of two, rank 1 of two. */
const TRACE_CRITICAL = [15.4943, 3.8415] as const;

/**
 * Vector error correction Δy = α·β'y₋₁ + ΣΓᵢ·Δy₋ᵢ + c + seasons + u for y = (spot, future), of rank one, constant outside the relation, by Johansen's (1991)
 * reduced-rank maximum likelihood. Errors as in Lütkepohl 2005, §7.2. Rows whose differences would reach across a break are left out.
 * @throws InvalidInputError when there are too few levels or they do not vary on their own
 */
export function vecm({ spot, future, isBreak }: Levels, { lags, seasons }: VecmSettings): VecmFit {
  const rows = Array.from(spot.keys()).filter((t) => t > lags && !isBreak.slice(t - lags, t + 1).includes(true));
  const count = rows.length;
  const change = (t: number) => [
    (spot[t] as number) - (spot[t - 1] as number),
    (future[t] as number) - (future[t - 1] as number),
  ];
  const others = rows.map((t) => [
    1,
    ...Array.from({ length: lags }, (_, i) => change(t - 1 - i)).flat(),
    ...Array.from({ length: Math.max(0, seasons - 1) }, (_, i) => (t % seasons === i ? 1 : 0)),
  ]);
  if (count <= 2 * ((others[0]?.length ?? 1) + 2))
    throw new InvalidInputError(`${lags} lags and ${seasons} seasons are too many for ${count} observations`);
  const changes = new Matrix(rows.map(change));
  const before = new Matrix(rows.map((t) => [spot[t - 1] as number, future[t - 1] as number]));
  const [r0, r1] = [partialled(changes, new Matrix(others)), partialled(before, new Matrix(others))];
  const product = (a: Matrix, b: Matrix) => a.transpose().mmul(b).div(count);
  const [s00, s01, s11] = [product(r0, r0), product(r0, r1), product(r1, r1)];
  if (isSingular(s00) || isSingular(s11)) {
    throw new InvalidInputError("Spot and future do not vary on their own: is one a multiple of the other, or a constant?");
  }
  const unroot = inverse(new CholeskyDecomposition(s11).lowerTriangularMatrix);
  const cross = s01.mmul(unroot.transpose());
  const symmetric = cross.transpose().mmul(inverse(s00)).mmul(cross);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const largest = (realEigenvalues[0] as number) > (realEigenvalues[1] as number) ? 0 : 1;
  const raw = unroot.transpose().mmul(eigenvectorMatrix.getColumnVector(largest));
  const beta = raw.div(raw.get(0, 0));
  const eigenvalues = [realEigenvalues[largest] as number, realEigenvalues[1 - largest] as number] as const;
  const spread = beta.transpose().mmul(s11).mmul(beta).get(0, 0);
  const alpha = s01.mmul(beta).div(spread);
  const sigma = Matrix.sub(s00, alpha.mmul(alpha.transpose()).mul(spread));
  const precision = alpha.transpose().mmul(inverse(sigma)).mmul(alpha).get(0, 0);
  const [one, two] = eigenvalues.map((value) => -count * Math.log(1 - value)) as [number, number];
  return {
    count,
    alpha: [alpha.get(0, 0), alpha.get(1, 0)],
    alphaErrors: [Math.sqrt(sigma.get(0, 0) / (count * spread)), Math.sqrt(sigma.get(1, 1) / (count * spread))],
    beta: [1, beta.get(1, 0)],
    betaError: Math.sqrt(1 / (count * s11.get(1, 1) * precision)),
    eigenvalues,
    traces: [one + two, two],
    criticalValues: TRACE_CRITICAL,
    covariance: [sigma.get(0, 0), sigma.get(0, 1), sigma.get(1, 1)],
    logLikelihood: -count * (Math.log(2 * Math.PI) + 1) - (count / 2) * Math.log(determinant(sigma)),
  };
}

function partialled(y: Matrix, x: Matrix): Matrix {
  return Matrix.sub(y, x.mmul(regress(x, y)));
}

/** Whether two columns say the same up to rounding. */
function isSingular(moments: Matrix): boolean {
  const product = moments.get(0, 0) * moments.get(1, 1);
  return !(product - moments.get(0, 1) ** 2 > 1e-13 * product);
}
