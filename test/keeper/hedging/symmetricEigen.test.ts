import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrixFunction, product, symmetricEigen } from "../../../keeper/hedging/symmetricEigen.ts";

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const symmetric = fc.tuple(entry, entry, entry, entry, entry, entry).map(([a, b, c, d, e, f]) => [
  [a, b, c],
  [b, d, e],
  [c, e, f],
]);

describe("symmetricEigen", () => {
  it("puts the matrix together again from orthonormal vectors", () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        const { vectors } = symmetricEigen(matrix);
        const again = matrixFunction(matrix, (value) => value);
        const gram = product(vectors, vectors[0]?.map((_, j) => vectors.map((row) => row[j] as number)) ?? []);
        matrix.forEach((row, i) => {
          row.forEach((x, j) => {
            expect(again[i]?.[j]).toBeCloseTo(x, 10);
            expect(gram[i]?.[j]).toBeCloseTo(i === j ? 1 : 0, 12);
          });
        });
      }),
      { seed: 4 },
    );
  });

  it("finds the eigenvalues of a matrix known in closed form", () => {
    const { values } = symmetricEigen([
      [2, -1, 0],
      [-1, 2, -1],
      [0, -1, 2],
    ]);
    const expected = [2 - Math.SQRT2, 2, 2 + Math.SQRT2];
    [...values]
      .sort((a, b) => a - b)
      .forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 13);
      });
  });
});
