import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { inverseNormalCdf, normalCdf, normalPdf } from "../../../keeper/pricing/normal.ts";
import { scaledTail } from "../../../keeper/pricing/scaledTail.ts";

// N(x), n(x) and e^{x²/2} N(−x) from 50-digit arithmetic (mpmath).
const VALUES = [
  [-37, 5.725571222524577e-300, 2.1200065515246056e-298, 0.010774365005957683],
  [-30.25, 2.6086402857412604e-201, 7.899741722660823e-200, 0.013173809231703991],
  [-20, 2.7536241186062337e-89, 5.520948362159764e-88, 0.01989761564832703],
  [-12.7, 2.95648536485205e-37, 3.777735721149138e-36, 0.031221533227548275],
  [-8, 6.220960574271784e-16, 5.052271083536892e-15, 0.049122546212424935],
  [-5, 2.866515718791939e-7, 1.4867195147342977e-6, 0.07691930497500629],
  [-3.3, 0.0004834241423837775, 0.0017225689390536812, 0.11195971632324955],
  [-2, 0.02275013194817921, 0.05399096651318805, 0.1681020012231706],
  [-1.0625, 0.14400437900197094, 0.22686692696881264, 0.2532296624916863],
  [-0.5, 0.3085375387259869, 0.35206532676429947, 0.34961883472039806],
  [-0.1, 0.460172162722971, 0.39695254747701175, 0.4624787852875356],
  [-0.001, 0.49960105778608893, 0.39894208093034234, 0.49960130758668025],
  [0, 0.5, 0.3989422804014327, 0.5],
  [0.1, 0.539827837277029, 0.39695254747701175, 0.4624787852875356],
  [1, 0.8413447460685429, 0.24197072451914334, 0.2615782918651234],
  [2.5, 0.9937903346742238, 0.017528300493568537, 0.1413313313805753],
  [6, 0.9999999990134123, 6.075882849823285e-9, 0.06477931432444685],
] as const;

describe("normal distribution", () => {
  it.each(VALUES)("has the 50-digit values at %f to 1e-15, relative in the tail", (x, cdf, pdf, tail) => {
    expect(Math.abs(normalCdf(x) / cdf - 1)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(normalPdf(x) / pdf - 1)).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(scaledTail(Math.abs(x)) / tail - 1)).toBeLessThanOrEqual(1e-15);
  });

  it("is symmetric, bounded and monotone", () => {
    let last = 0;
    for (let x = -40; x <= 40; x += 0.01) {
      const p = normalCdf(x);
      expect(p).toBeGreaterThanOrEqual(last);
      expect(Math.abs(p + normalCdf(-x) - 1)).toBeLessThanOrEqual(3e-16);
      last = p;
    }
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
  });

  it.each(VALUES.filter(([x]) => x <= 0))("inverts the distribution at %f to 1e-15", (x, cdf) => {
    expect(Math.abs(inverseNormalCdf(cdf) - x)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(x)));
  });

  it("inverts the ends and refuses what is no probability", () => {
    expect(inverseNormalCdf(0)).toBe(-Infinity);
    expect(inverseNormalCdf(1)).toBe(Infinity);
    expect(inverseNormalCdf(0.75)).toBe(-inverseNormalCdf(0.25));
    for (const p of [-0.1, 1.1, Number.NaN]) expect(() => inverseNormalCdf(p)).toThrow(InvalidInputError);
  });
});
