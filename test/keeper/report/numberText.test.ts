import { describe, expect, it } from "vitest";
import { numberText, percentText, signedText, sizeText, timeText } from "../../../keeper/report/numberText.ts";

describe("numbers as text", () => {
  it("has separators and a real minus", () => {
    expect(numberText(-1234567.891, 2)).toBe("−1,234,567.89");
    expect(signedText(1234.5, 1)).toBe("+1,234.5");
    expect(signedText(-3)).toBe("−3");
  });

  it("gives zero no sign, rounded to zero or not", () => {
    expect([numberText(-0.4), signedText(0.4), signedText(-0.0001, 3), signedText(0)]).toEqual(["0", "0", "0.000", "0"]);
  });

  it("writes fractions as percentages, sizes by magnitude and times in UTC", () => {
    expect(percentText(0.941)).toBe("94.1 %");
    expect([0.12345, -12.345, 123.45, 12345.6].map(sizeText)).toEqual(["0.123", "−12.35", "123.5", "12,346"]);
    expect(timeText(Date.UTC(2026, 0, 10, 13, 40) / 1000)).toBe("2026-01-10 13:40");
  });
});
