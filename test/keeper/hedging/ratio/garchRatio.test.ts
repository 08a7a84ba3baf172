import { describe, expect, it } from "vitest";
import {
  conditionalCorrelations,
  correlationLikelihood,
  pairMoments,
} from "../../../../keeper/hedging/ratio/conditionalCorrelation.ts";
import { garchRatio } from "../../../../keeper/hedging/ratio/garchRatio.ts";
import { dccPair } from "./simulatedPairs.ts";

const truth = { garch: [0.05, 0.08, 0.87], rho: 0.8, a: 0.06, b: 0.9 } as const;
const { spot, future } = dccPair("dcc", 4000, truth);

describe("garchRatio", () => {
  const dynamic = garchRatio(spot, future, "garch-dcc");
  const constant = garchRatio(spot, future, "garch-ccc");
  const figure = (model: typeof dynamic, name: string) => model.parameters[name] as number;

  it("recovers the dynamics of correlation within three standard errors and 0.02 (a), 0.04 (b), 0.05 (mean)", () => {
    for (const name of ["a", "b"] as const) {
      expect(Math.abs(figure(dynamic, name) - truth[name])).toBeLessThan(3 * figure(dynamic, `${name}Error`));
    }
    expect(Math.abs(figure(dynamic, "a") - truth.a)).toBeLessThan(0.02);
    expect(Math.abs(figure(dynamic, "b") - truth.b)).toBeLessThan(0.04);
    expect(Math.abs(figure(dynamic, "correlation") - truth.rho)).toBeLessThan(0.05);
    for (const name of ["spotBeta", "futureBeta"])
      expect(Math.abs(figure(dynamic, name) - 0.87)).toBeLessThan(3 * figure(dynamic, `${name}Error`));
  });

  it("has the likelihood of the constant correlation where a = b = 0, and more at its best", () => {
    expect(figure(dynamic, "constantLogLikelihood")).toBe(figure(constant, "logLikelihood"));
    expect(figure(dynamic, "logLikelihood")).toBeGreaterThan(figure(constant, "logLikelihood") + 100);
    const [zs, zf] = [spot.map((s) => s / 2), future.map((f) => f / 3)];
    const target = pairMoments(zs, zf);
    const rho = target.sf / Math.sqrt(target.ss * target.ff);
    const still = conditionalCorrelations(zs, zf, target, 0, 0);
    expect(still.every((each) => Math.abs(each - rho) < 1e-12)).toBe(true);
    // Bollerslev (1990): the likelihood of one correlation in closed form.
    const rest = 1 - rho * rho;
    const n = zs.length;
    const closed = -0.5 * n * (Math.log(rest) + (target.ss + target.ff - 2 * rho * target.sf) / rest - target.ss - target.ff);
    expect(correlationLikelihood(zs, zf, still)).toBeCloseTo(closed, 6);
  });

  it("hedges better than the constant correlation where correlation moves", () => {
    const residual = (model: typeof dynamic) => {
      const path = model.path(spot, future);
      return spot.reduce((sum, s, t) => sum + (s - (path[t] as number) * (future[t] as number)) ** 2, 0);
    };
    expect(residual(dynamic)).toBeLessThan(residual(constant));
  });

  it("finds no dynamics of correlation where there are none", () => {
    const still = dccPair("ccc", 2000, { ...truth, a: 0, b: 0 });
    const model = garchRatio(still.spot, still.future, "garch-dcc");
    expect(figure(model, "a")).toBeLessThan(0.02);
    expect(figure(model, "logLikelihood") - figure(model, "constantLogLikelihood")).toBeLessThan(5);
  });
});
