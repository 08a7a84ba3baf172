/** Fills `out` with the residuals at `parameters`. */
export type Residuals = (parameters: Float64Array, out: Float64Array) => void;

export type LeastSquaresParameters = {
  residuals: Residuals;
  count: number;
  start: ArrayLike<number>;
  lowest: ArrayLike<number>;
  highest: ArrayLike<number>;
  iterations: number;
};

const STEP = 1e-6;
/** Relative fall of the sum of squares below which the search has arrived. */
const ARRIVED = 1e-9;

/**
 * Minimises the sum of squared residuals inside a box: Levenberg-Marquardt with Marquardt's scaling and a forward-difference
 * Jacobian. An uphill step is never taken, which steep penalties need and the `ml-levenberg-marquardt` package does not promise.
 * @see Marquardt 1963; Nielsen 1999 for the damping
 */
export function leastSquares(parameters: LeastSquaresParameters): Float64Array {
  const { residuals, count, lowest, highest, iterations } = parameters;
  const n = parameters.start.length;
  const clamp = (value: number, i: number) => Math.min(Math.max(value, lowest[i] as number), highest[i] as number);
  let point = Float64Array.from(parameters.start, clamp);
  let trial = new Float64Array(n);
  let here = new Float64Array(count);
  let there = new Float64Array(count);
  const jacobian = new Float64Array(n * count);
  const normal = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  residuals(point, here);
  let cost = squares(here);
  let damping = 1e-3;
  let growth = 2;
  for (let iteration = 0; iteration < iterations && cost > 0; iteration++) {
    for (let j = 0; j < n; j++) {
      trial.set(point);
      // Towards the inside of the box, so that the difference is never taken across its wall.
      const step = (point[j] as number) + STEP > (highest[j] as number) ? -STEP : STEP;
      trial[j] = (point[j] as number) + step;
      residuals(trial, there);
      for (let r = 0; r < count; r++) jacobian[j * count + r] = ((there[r] as number) - (here[r] as number)) / step;
    }
    for (let i = 0; i < n; i++) {
      gradient[i] = dot(jacobian, i * count, here, 0, count);
      for (let j = 0; j <= i; j++) {
        const product = dot(jacobian, i * count, jacobian, j * count, count);
        normal[i * n + j] = product;
        normal[j * n + i] = product;
      }
    }
    for (let i = 0; i < n; i++) {
      const downhill = -(gradient[i] as number);
      const isHeld = downhill > 0 ? point[i] === highest[i] : point[i] === lowest[i];
      if (isHeld) hold(i, normal, gradient, n);
    }
    let fell = 0;
    for (let attempt = 0; attempt < 12; attempt++) {
      const move = dampedStep(normal, gradient, damping, n);
      for (let i = 0; i < n; i++) trial[i] = clamp((point[i] as number) - (move[i] as number), i);
      residuals(trial, there);
      const trialCost = squares(there);
      if (trialCost < cost) {
        fell = (cost - trialCost) / cost;
        [point, trial, here, there, cost] = [trial, point, there, here, trialCost];
        damping = Math.max(damping / 5, 1e-12);
        growth = 2;
        break;
      }
      damping *= growth;
      growth *= 2;
    }
    if (fell < ARRIVED) break;
  }
  return point;
}

/** Takes a coordinate that presses against its wall out of the step, so that the others move as if it were given. */
function hold(i: number, normal: Float64Array, gradient: Float64Array, n: number): void {
  gradient[i] = 0;
  for (let j = 0; j < n; j++) {
    normal[i * n + j] = 0;
    normal[j * n + i] = 0;
  }
  normal[i * n + i] = 1;
}

function squares(values: Float64Array): number {
  return dot(values, 0, values, 0, values.length);
}

function dot(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (a[aFrom + i] as number) * (b[bFrom + i] as number);
  return sum;
}

/** Solves (N + damping·(diag N + ε))·x = g by Gaussian elimination; N is positive semi-definite, so no pivoting is needed. */
function dampedStep(normal: Float64Array, gradient: Float64Array, damping: number, n: number): Float64Array {
  const matrix = Float64Array.from(normal);
  const x = Float64Array.from(gradient);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, normal[i * n + i] as number);
  for (let i = 0; i < n; i++) matrix[i * n + i] = (normal[i * n + i] as number) * (1 + damping) + 1e-14 * largest + 1e-300;
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i * n + i] as number;
    for (let row = i + 1; row < n; row++) {
      const factor = (matrix[row * n + i] as number) / pivot;
      if (factor === 0) continue;
      for (let column = i; column < n; column++) {
        matrix[row * n + column] = (matrix[row * n + column] as number) - factor * (matrix[i * n + column] as number);
      }
      x[row] = (x[row] as number) - factor * (x[i] as number);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let column = i + 1; column < n; column++) sum -= (matrix[i * n + column] as number) * (x[column] as number);
    x[i] = sum / (matrix[i * n + i] as number);
  }
  return x;
}
