import { describe, expect, it } from "vitest";
import { assertEvents, eventFactors, type MarketEvent } from "../../../keeper/hedging/eventCalendar.ts";

const upgrade: MarketEvent = { name: "upgrade", start: 1000, end: 2000, volFactor: 1.5, riskAversionFactor: 1 };
const decision: MarketEvent = { name: "rate decision", start: 1500, end: 1600, volFactor: 1.2, riskAversionFactor: 0.5 };

describe("eventFactors", () => {
  it.each([
    { now: 999, vol: 1, riskAversion: 1, names: [] },
    { now: 1000, vol: 1.5, riskAversion: 1, names: ["upgrade"] },
    { now: 1550, vol: 1.5 * 1.2, riskAversion: 0.5, names: ["upgrade", "rate decision"] },
    { now: 1600, vol: 1.5, riskAversion: 1, names: ["upgrade"] },
    { now: 2000, vol: 1, riskAversion: 1, names: [] },
  ])("at $now multiplies the events under way", ({ now, ...expected }) => {
    expect(eventFactors([upgrade, decision], now)).toEqual(expected);
  });
});

describe("assertEvents", () => {
  it("names the event that makes no sense", () => {
    expect(() => assertEvents([upgrade, { ...decision, end: 1500 }])).toThrow("event rate decision must end after it starts");
    expect(() => assertEvents([{ ...upgrade, volFactor: 0 }])).toThrow("factors of event upgrade must be above 0, got 0");
  });
});
