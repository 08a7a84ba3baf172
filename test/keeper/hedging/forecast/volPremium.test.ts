import { describe, expect, it } from "vitest";
import { defaultVolPremium, type VolStance, volPremium } from "../../../../keeper/hedging/forecast/volPremium.ts";

describe("volPremium", () => {
  it.each<{ implied: number; before: VolStance; stance: VolStance }>([
    { implied: 0.7, before: "none", stance: "sell" },
    { implied: 0.64, before: "none", stance: "none" },
    { implied: 0.64, before: "sell", stance: "sell" },
    { implied: 0.62, before: "sell", stance: "none" },
    { implied: 0.54, before: "none", stance: "buy" },
    { implied: 0.56, before: "none", stance: "none" },
    { implied: 0.56, before: "buy", stance: "buy" },
    { implied: 0.7, before: "buy", stance: "sell" },
  ])("at implied $implied against 60 %, after $before: $stance", ({ implied, before, stance }) => {
    expect(volPremium(implied, 0.6, before, defaultVolPremium).stance).toBe(stance);
  });

  it("says what it compared", () => {
    expect(volPremium(0.7, 0.6, "none", defaultVolPremium).reason).toBe(
      "sell options: implied 70.0 % against a forecast of 60.0 %, 5.0 % apart needed",
    );
  });
});
