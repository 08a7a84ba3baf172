/** A symmetric matrix as rows. */
export type Matrix = readonly (readonly number[])[];

/** Eigenvalues and, as columns of `vectors`, the orthonormal eigenvectors. */
export type Eigen = { readonly values: readonly number[]; readonly vectors: Matrix };

/** Cyclic Jacobi rotations (Golub and Van Loan, algorithm 8.5.2): a few Greeks need no more, and small eigenvalues keep their digits. */
export function symmetricEigen(matrix: Matrix): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  const at = (m: number[][], i: number, j: number) => (m[i] as number[])[j] as number;
  const rotate = (m: number[][], i: number, j: number, k: number, l: number, c: number, s: number) => {
    const [x, y] = [at(m, i, j), at(m, k, l)];
    (m[i] as number[])[j] = c * x - s * y;
    (m[k] as number[])[l] = s * x + c * y;
  };
  for (let sweep = 0; sweep < 50; sweep++) {
    let moved = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = at(a, p, q);
        if (Math.abs(off) <= Number.EPSILON * Math.sqrt(Math.abs(at(a, p, p) * at(a, q, q)))) continue;
        moved = true;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(1, theta));
        const c = 1 / Math.hypot(1, t);
        const s = t * c;
        for (let k = 0; k < n; k++) rotate(a, k, p, k, q, c, s);
        for (let k = 0; k < n; k++) rotate(a, p, k, q, k, c, s);
        for (let k = 0; k < n; k++) rotate(v, k, p, k, q, c, s);
      }
    }
    if (!moved) break;
  }
  return { values: a.map((row, i) => row[i] as number), vectors: v };
}

/** f applied to a symmetric matrix through its eigenvalues. */
export function matrixFunction(matrix: Matrix, f: (value: number) => number): Matrix {
  const { values, vectors } = symmetricEigen(matrix);
  const weights = values.map(f);
  return vectors.map((row) =>
    vectors.map((other) => weights.reduce((sum, w, k) => sum + w * (row[k] as number) * (other[k] as number), 0)),
  );
}

export function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    (b[0] ?? []).map((_, j) => row.reduce((sum, x, k) => sum + x * ((b[k] as readonly number[])[j] as number), 0)),
  );
}

/** diag(s)·M·diag(s) */
export function scaled(matrix: Matrix, s: readonly number[]): Matrix {
  return matrix.map((row, i) => row.map((x, j) => (s[i] as number) * x * (s[j] as number)));
}

export function apply(matrix: Matrix, x: readonly number[]): number[] {
  return matrix.map((row) => dot(row, x));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}
