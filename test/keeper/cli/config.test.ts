import { describe, expect, it } from "vitest";
import { HEDGE_DELTAS, readConfig, readHedgeBelief } from "../../../keeper/cli/config.ts";
import { ConfigError } from "../../../keeper/errors.ts";

describe("the delta to hedge", () => {
  it("is the guard's own unless chosen", () => {
    const { KEEL_HEDGE_DELTA, KEEL_DELTA_COEFFICIENTS } = readConfig();
    expect(readHedgeBelief(KEEL_HEDGE_DELTA, KEEL_DELTA_COEFFICIENTS)).toEqual({ kind: "sticky-strike" });
  });

  it.each(HEDGE_DELTAS)("can be %s by flag or environment", (kind) => {
    expect(readConfig({ KEEL_HEDGE_DELTA: kind }).KEEL_HEDGE_DELTA).toBe(kind);
  });

  it("refuses a belief nobody knows, naming the variable", () => {
    expect(() => readConfig({ KEEL_HEDGE_DELTA: "sticky-tree" })).toThrow(/^KEEL_HEDGE_DELTA: .*"sticky-moneyness"/);
  });

  it("takes the coefficients of minimum variance, and only its", () => {
    expect(readHedgeBelief("minimum-variance", "-0.25, 0.4,-5e-1")).toEqual({
      kind: "minimum-variance",
      a: -0.25,
      b: 0.4,
      c: -0.5,
    });
    expect(readHedgeBelief("heston", undefined)).toEqual({ kind: "heston" });
    expect(() => readHedgeBelief("heston", "1,2,3")).toThrow(ConfigError);
  });

  it.each([undefined, "", "1,2", "1,,3", "1,2,x", "1,2,3,4"])("refuses %s as coefficients and says how to get them", (text) => {
    expect(() => readHedgeBelief("minimum-variance", text)).toThrow(/three numbers a,b,c.*keel fit-delta/);
  });
});
