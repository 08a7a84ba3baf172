import { inverse, Matrix } from "ml-matrix";

/** Value and gradient of a smooth function. */
export type Smooth = (point: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

const ITERATIONS = 300;
/** A gradient of this size, relative to the value, is flat. */
const FLAT = 1e-9;

/**
 * Unconstrained minimum of a smooth function by BFGS with backtracking (Nocedal and Wright 2006, algorithm 6.1). Written here because npm has no
 * well-kept general minimiser: `fmin` is unmaintained and without gradients, `leastSquares` takes sums of squares only. A step into a place without a finite value is
 * shortened, so the function may say so with NaN or infinity.
 */
export function minimise(f: Smooth, start: Float64Array): Float64Array {
  const n = start.length;
  let point = Float64Array.from(start);
  let { value, gradient } = f(point);
  let inverseHessian = identity(n, 1 / Math.max(1, norm(gradient)));
  for (let iteration = 0; iteration < ITERATIONS && norm(gradient) > FLAT * Math.max(1, Math.abs(value)); iteration++) {
    let direction = Float64Array.from(inverseHessian, (row) => -dot(row, gradient));
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      inverseHessian = identity(n, 1 / Math.max(1, norm(gradient)));
      direction = Float64Array.from(inverseHessian, (row) => -dot(row, gradient));
      slope = dot(direction, gradient);
    }
    let length = 1;
    let next = point;
    let there = { value: Number.NaN, gradient };
    for (; length > 1e-14; length /= 2) {
      next = point.map((x, i) => x + length * (direction[i] as number));
      there = f(next);
      if (there.value <= value + 1e-4 * length * slope) break;
    }
    if (!(there.value < value)) break;
    update(
      inverseHessian,
      next.map((x, i) => x - (point[i] as number)),
      there.gradient.map((g, i) => g - (gradient[i] as number)),
    );
    [point, value, gradient] = [next, there.value, there.gradient];
  }
  return point;
}

/** The same with a gradient by central differences. */
export function withDifferences(f: (point: Float64Array) => number): Smooth {
  const step = 1e-5;
  return (point) => ({
    value: f(point),
    gradient: point.map((x, i) => (f(point.with(i, x + step)) - f(point.with(i, x - step))) / (2 * step)),
  });
}

/** Hessian from a gradient by central differences, made symmetric. */
export function hessian(gradient: (point: Float64Array) => Float64Array, point: Float64Array): Matrix {
  const columns = Array.from(point, (x, i) => {
    const step = 1e-5 * Math.max(Math.abs(x), 0.01);
    const up = gradient(point.with(i, x + step));
    const down = gradient(point.with(i, x - step));
    return Array.from(up, (g, j) => (g - (down[j] as number)) / (2 * step));
  });
  const matrix = new Matrix(columns);
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

/** Standard errors from the Hessian of minus the log-likelihood; undefined where it is not positive definite, as at the edge of the parameters. */
export function standardErrors(information: Matrix): readonly (number | undefined)[] {
  const isUsable = information.to1DArray().every(Number.isFinite);
  const variances = isUsable ? inverse(information, true).diagonal() : [];
  return Array.from({ length: information.rows }, (_, i) => {
    const variance = variances[i];
    return variance !== undefined && variance > 0 ? Math.sqrt(variance) : undefined;
  });
}

function update(inverseHessian: Float64Array[], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > 1e-14 * norm(step) * norm(change))) return;
  const turned = inverseHessian.map((row) => dot(row, change));
  const scale = (1 + dot(change, turned) / curvature) / curvature;
  inverseHessian.forEach((row, i) => {
    for (let j = 0; j < step.length; j++) {
      const cross = (turned[i] as number) * (step[j] as number) + (step[i] as number) * (turned[j] as number);
      row[j] = (row[j] as number) + scale * (step[i] as number) * (step[j] as number) - cross / curvature;
    }
  });
}

function identity(n: number, scale: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => new Float64Array(n).fill(0).with(i, scale));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
