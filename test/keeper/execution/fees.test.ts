import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bumpedFees, firstFees } from "../../../keeper/execution/fees.ts";

const fee = fc.bigInt({ min: 1n, max: 10n ** 15n });
const percent = fc.double({ min: 12.5, max: 1000, noNaN: true });

describe("fees", () => {
  it("leave room for the base fee to double, below the ceiling", () => {
    expect(firstFees({ baseFee: 50n, tip: 2n, ceiling: 1000n })).toEqual({ maxFeePerGas: 102n, maxPriorityFeePerGas: 2n });
    expect(firstFees({ baseFee: 50n, tip: 2n, ceiling: 60n })).toEqual({ maxFeePerGas: 60n, maxPriorityFeePerGas: 2n });
    expect(firstFees({ baseFee: 50n, tip: 2n, ceiling: 51n })).toBeNull();
  });

  it("of a replacement rise by at least 12.5 % each, stay under the ceiling, and keep the tip under the fee", () => {
    fc.assert(
      fc.property(fee, fee, fee, fee, percent, (baseFee, tip, nextBase, ceiling, bumpPercent) => {
        const previous = firstFees({ baseFee, tip, ceiling: 2n * baseFee + tip });
        if (!previous) return;
        const next = bumpedFees({ previous, baseFee: nextBase, bumpPercent, ceiling });
        if (!next) {
          // Barred only by a ceiling below the bump itself, rounded up to whole tenths of a percent and whole wei.
          expect(Number(ceiling)).toBeLessThan(Number(previous.maxFeePerGas) * (1.001 + bumpPercent / 100) + 1);
          return;
        }
        expect(next.maxFeePerGas * 1000n).toBeGreaterThanOrEqual(previous.maxFeePerGas * 1125n);
        expect(next.maxPriorityFeePerGas * 1000n).toBeGreaterThanOrEqual(previous.maxPriorityFeePerGas * 1125n);
        expect(next.maxFeePerGas).toBeLessThanOrEqual(ceiling);
        expect(next.maxPriorityFeePerGas).toBeLessThanOrEqual(next.maxFeePerGas);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
