import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { sharpeRatio } from "../../../keeper/risk/sharpeRatio.ts";

describe("sharpeRatio", () => {
  it("is mean excess over sample deviation, annualised by the root of periods", () => {
    // Mean 1 %, deviation 2 % · √(4/3).
    const returns = [0.03, -0.01, 0.03, -0.01];
    expect(sharpeRatio(returns, 1)).toBeCloseTo(0.5 / Math.sqrt(4 / 3), 12);
    expect(sharpeRatio(returns, 365)).toBeCloseTo((0.5 / Math.sqrt(4 / 3)) * Math.sqrt(365), 12);
    expect(sharpeRatio(returns, 365, 0.01)).toBeCloseTo(0, 12);
  });

  it("does not depend on the unit of account", () => {
    const returns = [0.03, -0.01, 0.02, 0.004];
    const inQuote = returns.map((value) => 1e6 * value);
    expect(sharpeRatio(inQuote, 52)).toBeCloseTo(sharpeRatio(returns, 52) as number, 10);
  });

  it("is undefined without variation and refuses a single return", () => {
    expect(sharpeRatio([0.25, 0.25, 0.25], 12)).toBeUndefined();
    expect(() => sharpeRatio([0.01], 12)).toThrow(InvalidInputError);
    expect(() => sharpeRatio([0.01, 0.02], 0)).toThrow(InvalidInputError);
  });
});
