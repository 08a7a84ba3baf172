import { describe, expect, it } from "vitest";
import { cycleExpiry, offers, type Programme } from "../../../keeper/desk/programme.ts";

const DAY = 86_400;
const friday = Date.UTC(2026, 0, 9, 8) / 1000;
const programme: Programme = {
  structure: "straddle",
  size: 60,
  strikeStep: 50,
  moneyness: 0.1,
  expiryWeekday: 5,
  tenorDays: 7,
  lastSaleDays: 2,
};

describe("cycleExpiry", () => {
  it.each([
    { when: "a Thursday", now: friday - DAY, expiry: friday },
    { when: "the second before expiry", now: friday - 1, expiry: friday },
    { when: "expiry itself", now: friday, expiry: friday + 7 * DAY },
    { when: "that Friday's midnight", now: friday - 8 * 3600, expiry: friday },
  ])("on $when", ({ now, expiry }) => {
    expect(cycleExpiry(programme, now)).toBe(expiry);
  });
});

describe("offers", () => {
  it("sells both legs of a straddle at the rounded spot", () => {
    expect(offers(programme, friday - 6 * DAY, 3020, [])).toEqual([
      { type: "call", strike: 3000, expiry: friday, size: 60 },
      { type: "put", strike: 3000, expiry: friday, size: 60 },
    ]);
  });

  it("keeps the strike a cycle began with, and sells only what is left of it", () => {
    const sold = [{ type: "put", strike: 3000, expiry: friday, size: -45 }] as const;
    expect(offers(programme, friday - 5 * DAY, 3400, sold)).toEqual([
      { type: "call", strike: 3000, expiry: friday, size: 60 },
      { type: "put", strike: 3000, expiry: friday, size: 15 },
    ]);
  });

  it("stops selling two days before expiry", () => {
    expect(offers(programme, friday - 2 * DAY + 1, 3000, [])).toEqual([]);
  });

  it.each([
    { structure: "strangle", strikes: [3300, 2700] },
    { structure: "covered-call", strikes: [3300] },
    { structure: "put", strikes: [2700] },
  ] as const)("places a $structure out of the money", ({ structure, strikes }) => {
    expect(offers({ ...programme, structure }, friday - 6 * DAY, 3000, []).map(({ strike }) => strike)).toEqual(strikes);
  });
});
