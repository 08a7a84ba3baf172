import { describe, expect, it } from "vitest";
import { lockInGains } from "../../../../keeper/hedging/greeks/lockInGains.ts";

describe("lockInGains", () => {
  it.each([
    { ahead: -5, multiple: 1 },
    { ahead: 0, multiple: 1 },
    { ahead: 0.5, multiple: 4 / 3 },
    { ahead: 1, multiple: 2 },
    { ahead: 50, multiple: 4 },
  ])("multiplies risk aversion by $multiple when $ahead ahead of plan", ({ ahead, multiple }) => {
    expect(lockInGains(0.5, ahead)).toBeCloseTo(0.5 * multiple, 12);
  });
});
