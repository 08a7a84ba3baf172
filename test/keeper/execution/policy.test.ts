import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../keeper/errors.ts";
import { checkPolicy } from "../../../keeper/execution/policy.ts";
import { policy } from "./keeperOn.ts";

describe("checkPolicy", () => {
  it.each([
    { confirmations: 0 },
    { bumpAfterBlocks: 1.5 },
    { cancelAfterBlocks: 2 },
    { bumpPercent: 12.4 },
    { bumpPercent: Number.NaN },
    { tipPerGas: 0n },
    { gasMarginPercent: -1 },
  ])("refuses %o and names it", (wrong) => {
    expect(() => checkPolicy({ ...policy, ...wrong })).toThrow(ConfigError);
    expect(() => checkPolicy({ ...policy, ...wrong })).toThrow(new RegExp(Object.keys(wrong)[0] ?? ""));
  });

  it("accepts one that works", () => {
    expect(checkPolicy(policy)).toBe(policy);
  });
});
