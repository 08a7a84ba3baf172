import { describe, expect, it } from "vitest";
import { createBaseFee, defaultBaseFee } from "../../../../keeper/simulation/market/baseFee.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

describe("createBaseFee", () => {
  const nextFee = createBaseFee(createRandom(1, "base fee"), 12);
  const fees = Array.from({ length: 30 * 7200 }, () => Number(nextFee()) / 1e9);

  it("never changes faster than EIP-1559 lets it", () => {
    const steps = fees.slice(1).map((fee, index) => fee / (fees[index] as number));
    expect(Math.max(...steps.slice(0, 100_000))).toBeLessThanOrEqual(1.125 + 1e-6);
    expect(Math.min(...steps.slice(0, 100_000))).toBeGreaterThanOrEqual(1 / 1.125 - 1e-6);
  });

  it("rests near its median and has rushes", () => {
    const sorted = fees.toSorted((a, b) => a - b);
    const median = sorted[sorted.length / 2] as number;
    expect(median / defaultBaseFee.medianGwei).toBeGreaterThan(0.7);
    expect(median / defaultBaseFee.medianGwei).toBeLessThan(1.4);
    expect((sorted.at(-1) as number) / median).toBeGreaterThan(5);
  });
});
