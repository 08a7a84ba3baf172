import { describe, expect, it } from "vitest";
import { hedgeCoverage } from "../../../keeper/risk/hedgeCoverage.ts";

const of = (optionDelta: number, holdings: number, targetDelta = 0) =>
  hedgeCoverage({ optionDelta, delta: optionDelta + holdings, hedgeError: optionDelta + holdings - targetDelta });

describe("hedgeCoverage", () => {
  it("is +1 and H is −1 when holdings offset the options exactly", () => {
    expect(of(-10, 10)).toEqual({ coverage: 1, hedgeRatio: -1, isOverHedged: false });
    expect(of(4, -4)).toEqual({ coverage: 1, hedgeRatio: -1, isOverHedged: false });
  });

  it("flags what is hedged more than once", () => {
    expect(of(-10, 5)).toEqual({ coverage: 0.5, hedgeRatio: -2, isOverHedged: false });
    expect(of(-10, 12.5)).toEqual({ coverage: 1.25, hedgeRatio: -0.8, isOverHedged: true });
  });

  it("turns negative when holdings add to the exposure", () => {
    expect(of(-10, -5)).toEqual({ coverage: -0.5, hedgeRatio: 2, isOverHedged: false });
  });

  it("counts a target delta as something to be held", () => {
    expect(of(-10, 15, 5)).toEqual({ coverage: 1, hedgeRatio: -1, isOverHedged: false });
  });

  it("has no ratio to nothing, and no use for holdings without options", () => {
    expect(of(0, 0)).toEqual({ coverage: undefined, hedgeRatio: undefined, isOverHedged: false });
    expect(of(0, 3)).toMatchObject({ coverage: undefined, isOverHedged: true });
    expect(of(-3, 0)).toMatchObject({ hedgeRatio: undefined, isOverHedged: false });
  });
});
