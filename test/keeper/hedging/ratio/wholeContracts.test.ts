import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeContracts } from "../../../../keeper/hedging/ratio/wholeContracts.ts";

describe("wholeContracts", () => {
  it("shows the jeweller what 100-oz contracts make of 137 oz, and proposes the 10-oz contract", () => {
    const { exact, choices, smaller, warnings } = wholeContracts({ wanted: 137, contractSize: 100, smallerContractSize: 10 });
    expect(exact).toBeCloseTo(1.37, 12);
    expect(choices.map(({ rounding, contracts, residual }) => [rounding, contracts, residual])).toEqual([
      ["floor", 1, -37],
      ["nearest", 1, -37],
      ["ceil", 2, 63],
    ]);
    expect(choices[0]?.residualShare).toBeCloseTo(-0.27, 3);
    expect(choices[2]?.residualShare).toBeCloseTo(0.46, 3);
    expect(smaller?.choices.map(({ contracts, residual }) => [contracts, residual])).toEqual([
      [13, -7],
      [14, 3],
      [14, 3],
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/miss the hedge by at least 27 %: 14 of the 10-unit contract miss it by 2 %/);
  });

  it("asks for a smaller contract when none is named, and keeps quiet when rounding costs little", () => {
    expect(wholeContracts({ wanted: 137, contractSize: 100 }).warnings[0]).toMatch(/look for a smaller contract/);
    const fine = wholeContracts({ wanted: 1010, contractSize: 100, smallerContractSize: 10 });
    expect([fine.warnings, fine.smaller]).toEqual([[], undefined]);
  });

  it("warns when less than half a contract is wanted: none is no hedge at all", () => {
    const { choices, warnings } = wholeContracts({ wanted: 40, contractSize: 100 });
    expect(choices[1]).toMatchObject({ contracts: 0, residual: -40, residualShare: -1 });
    expect(warnings[0]).toMatch(/at least 100 %/);
  });

  it("mirrors a short exposure", () => {
    const { choices } = wholeContracts({ wanted: -137, contractSize: 100 });
    expect(choices.map(({ contracts, residual }) => [contracts, residual])).toEqual([
      [-1, -37],
      [-1, -37],
      [-2, 63],
    ]);
  });

  it("does not take rounding of binary fractions for a contract", () => {
    expect(wholeContracts({ wanted: 1.3, contractSize: 0.1 }).choices.map(({ contracts }) => contracts)).toEqual([13, 13, 13]);
  });

  it("never hedges too much by floor nor too little by ceil, and nearest misses least", () => {
    const positive = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (wanted, contractSize) => {
        const [floor, nearest, ceil] = wholeContracts({ wanted, contractSize }).choices.map(({ residual }) => residual) as [
          number,
          number,
          number,
        ];
        const dust = 1e-6 * wanted;
        expect(floor).toBeLessThanOrEqual(dust);
        expect(ceil).toBeGreaterThanOrEqual(-dust);
        expect(Math.abs(nearest)).toBeLessThanOrEqual(Math.min(Math.abs(floor), Math.abs(ceil)) + dust);
      }),
    );
  });

  it.each([
    [{ wanted: 0, contractSize: 100 }, /something to hedge/],
    [{ wanted: 10, contractSize: 0 }, /contract size must be a positive/],
    [{ wanted: 10, contractSize: 10, smallerContractSize: 100 }, /must be smaller than 10/],
  ])("refuses %o", (parameters, message) => {
    expect(() => wholeContracts(parameters)).toThrow(message);
  });
});
