import { describe, expect, it } from "vitest";
import { garch, garchVariances } from "../../../../keeper/hedging/ratio/garch.ts";
import { garchLikelihood } from "../../../../keeper/hedging/ratio/garchLikelihood.ts";
import { garchSeries } from "./simulatedPairs.ts";

const truth = [0.02, 0.05, 0.1, 0.85] as const;
const series = garchSeries("garch", 3000, truth);

describe("garchLikelihood", () => {
  const at = { mu: 0.01, omega: 0.04, alpha: 0.12, beta: 0.8 };

  it("has the gradient that differences say", () => {
    const { gradient } = garchLikelihood(series, at);
    (["mu", "omega", "alpha", "beta"] as const).forEach((name, i) => {
      const step = 1e-6;
      const up = garchLikelihood(series, { ...at, [name]: at[name] + step }).logLikelihood;
      const down = garchLikelihood(series, { ...at, [name]: at[name] - step }).logLikelihood;
      expect((up - down) / (2 * step) / (gradient[i] as number)).toBeCloseTo(1, 4);
    });
  });

  it("is that of independent normals when variance never changes", () => {
    const { logLikelihood } = garchLikelihood(series, { mu: 0, omega: 1.3, alpha: 0, beta: 0 });
    const direct = series.reduce((sum, x) => sum - 0.5 * (Math.log(2 * Math.PI * 1.3) + (x * x) / 1.3), 0);
    expect(logLikelihood).toBeCloseTo(direct, 8);
  });
});

describe("garch", () => {
  const fit = garch(series);

  it("recovers its parameters within three standard errors, none of them wide", () => {
    [fit.mu, fit.omega, fit.alpha, fit.beta].forEach((estimate, i) => {
      const error = fit.standardErrors[i] as number;
      expect(Math.abs(estimate - (truth[i] as number))).toBeLessThan(3 * error);
      expect(error).toBeLessThan(0.03);
    });
  });

  it("stands at the top of the likelihood: the score is zero and every step leads down", () => {
    const { gradient, logLikelihood } = garchLikelihood(series, fit);
    expect(fit.logLikelihood).toBeCloseTo(logLikelihood, 8);
    gradient.forEach((slope, i) => {
      expect(Math.abs(slope * (fit.standardErrors[i] as number))).toBeLessThan(1e-5);
    });
    for (const name of ["mu", "omega", "alpha", "beta"] as const) {
      for (const step of [-0.002, 0.002])
        expect(garchLikelihood(series, { ...fit, [name]: fit[name] + step }).logLikelihood).toBeLessThan(logLikelihood);
    }
  });

  it("changes with the unit of its data as it should", () => {
    const scaled = garch(series.map((x) => x / 1000));
    expect(scaled.alpha).toBeCloseTo(fit.alpha, 7);
    expect(scaled.beta).toBeCloseTo(fit.beta, 7);
    expect(scaled.omega * 1e6).toBeCloseTo(fit.omega, 7);
    expect((scaled.standardErrors[1] as number) * 1e6).toBeCloseTo(fit.standardErrors[1] as number, 5);
    expect(scaled.logLikelihood - 3000 * Math.log(1000)).toBeCloseTo(fit.logLikelihood, 6);
  });

  it("says when there is no clustering, and refuses too few or equal values", () => {
    const flat = garch(garchSeries("flat", 400, [0, 1, 0, 0]));
    expect(flat.alpha).toBeLessThan(0.08);
    expect(() => garch(series.slice(0, 49))).toThrow(/at least 50 moves/);
    expect(() => garch(new Float64Array(100).fill(2))).toThrow(/differ/);
  });

  it("foresees every variance from earlier moves only", () => {
    const variances = garchVariances(series, fit);
    expect(variances).toHaveLength(3001);
    const later = garchVariances(
      series.map((x, t) => (t < 1500 ? x : 10 * x)),
      fit,
    );
    expect(later.slice(0, 1501)).toEqual(variances.slice(0, 1501));
    expect(later[1501]).not.toBe(variances[1501]);
  });
});
