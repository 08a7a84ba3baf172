import fc from "fast-check";
import { parseUnits } from "viem";
import { describe, expect, it } from "vitest";
import { fromUnits, fromWad, toUnits, toWad } from "../../../keeper/chain/units.ts";

describe("toUnits", () => {
  it.each([
    { value: 0.1, decimals: 18, units: 10n ** 17n },
    { value: 1.23456789, decimals: 6, units: 1_234_567n },
    { value: -1.23456789, decimals: 6, units: -1_234_567n },
    { value: 1e-7, decimals: 6, units: 0n },
    { value: 3e21, decimals: 0, units: 3n * 10n ** 21n },
  ])("writes $value with $decimals decimals, towards zero", ({ value, decimals, units }) => {
    expect(toUnits(value, decimals)).toBe(units);
  });

  it("agrees with viem on every decimal text and never gains a unit on the way back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: 6 }), (whole, scale) => {
        const value = whole / 10 ** scale;
        expect(toUnits(value, 18)).toBe(parseUnits(value.toFixed(scale), 18));
        expect(toUnits(fromUnits(BigInt(whole), 6), 6)).toBe(BigInt(whole));
        expect(toWad(fromWad(BigInt(whole)))).toBe(BigInt(whole));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
