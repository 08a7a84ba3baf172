import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { decodeLossless, encodeLossless } from "../../../keeper/store/losslessJson.ts";

const key = fc.oneof(fc.string(), fc.constantFrom("$bigint", "$number", "$text", "$$bigint", "__proto__"));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt(),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(null, true, false, -0, Number.NaN, Number.NEGATIVE_INFINITY, "12n", "\0", "\ud800", "\\u0000"),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe("lossless JSON", () => {
  it("gives every value back, bigints and impossible numbers and texts included", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = encodeLossless(value);
        expect(decodeLossless(JSON.parse(text))).toStrictEqual(value);
        // jsonb refuses these two.
        expect(text.includes("\\u0000") && !text.includes("\\\\u0000")).toBe(false);
        expect(text.isWellFormed()).toBe(true);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it("leaves undefined properties out", () => {
    expect(encodeLossless({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    [undefined],
    [[undefined]],
    [() => 1],
    [Symbol("s")],
    [new Date(0)],
    [new Map()],
    [new Float64Array(1)],
    [{ deep: [{ f: Number }] }],
  ])("refuses %s, which has no faithful form", (value) => {
    expect(() => encodeLossless(value)).toThrow(InvalidInputError);
  });
});
