import { conditionalCorrelations, correlationLikelihood, pairMoments } from "./conditionalCorrelation.ts";
import { type GarchFit, garch, garchVariances } from "./garch.ts";
import { hessian, minimise, standardErrors, withDifferences } from "./minimise.ts";
import type { RatioModel } from "./ratioModel.ts";
import { fromShares, toShares } from "./simplex.ts";

const DCC_STARTS = [
  [0.03, 0.94],
  [0.1, 0.7],
  [0.02, 0.5],
] as const;

/**
 * Bivariate GARCH(1,1): each side its own variance, joined by a constant correlation (Bollerslev 1990) or a dynamic one (Engle 2002, two stages). The ratio is
 * h_t = ρ_t·σs_t/σf_t. Errors of a, b are those of the second stage, given the first.
 * @throws InvalidInputError as `garch`
 */
export function garchRatio(spot: Float64Array, future: Float64Array, kind: "garch-ccc" | "garch-dcc"): RatioModel {
  const [fitSpot, fitFuture] = [garch(spot), garch(future)];
  const [zs, zf] = [standardised(spot, fitSpot), standardised(future, fitFuture)];
  const target = pairMoments(zs, zf);
  const marginal = fitSpot.logLikelihood + fitFuture.logLikelihood;
  const joint = (a: number, b: number) => marginal + correlationLikelihood(zs, zf, conditionalCorrelations(zs, zf, target, a, b));
  const constant = joint(0, 0);
  const dynamic = kind === "garch-dcc" ? fitDcc(joint, constant) : { a: 0, b: 0, logLikelihood: constant, standardErrors: [] };
  const { a, b } = dynamic;
  const warnings = [...fitSpot.warnings.map((each) => `spot: ${each}`), ...fitFuture.warnings.map((each) => `future: ${each}`)];
  if (kind === "garch-dcc" && a === 0) warnings.push("no dynamics of correlation found: the ratio is that of garch-ccc");
  return {
    method: kind,
    standardError: undefined,
    parameters: {
      ...parametersOf("spot", fitSpot),
      ...parametersOf("future", fitFuture),
      correlation: target.sf / Math.sqrt(target.ss * target.ff),
      ...(kind === "garch-dcc" && {
        a,
        aError: dynamic.standardErrors[0],
        b,
        bError: dynamic.standardErrors[1],
        constantLogLikelihood: constant,
      }),
      logLikelihood: dynamic.logLikelihood,
    },
    warnings,
    path(s, f) {
      const [hs, hf] = [garchVariances(s, fitSpot), garchVariances(f, fitFuture)];
      const correlations = conditionalCorrelations(standardised(s, fitSpot), standardised(f, fitFuture), target, a, b);
      return correlations.map((rho, t) => rho * Math.sqrt((hs[t] as number) / (hf[t] as number)));
    },
  };
}

function standardised(x: Float64Array, fit: GarchFit): Float64Array {
  const variances = garchVariances(x, fit);
  return x.map((value, t) => (value - fit.mu) / Math.sqrt(variances[t] as number));
}

function fitDcc(joint: (a: number, b: number) => number, constant: number) {
  const minus = withDifferences(([a, b]) => -joint(...toShares(a as number, b as number)));
  const hills = DCC_STARTS.map(([a, b]) => {
    const [freeA, freeB] = minimise(minus, Float64Array.from(fromShares(a, b)));
    const shares = toShares(freeA as number, freeB as number);
    return { a: shares[0], b: shares[1], logLikelihood: joint(...shares) };
  });
  const best = hills.sort((one, other) => other.logLikelihood - one.logLikelihood)[0];
  // On the edge a = 0 memory b means nothing, and the constant correlation is as likely.
  if (best === undefined || !(best.logLikelihood > constant && best.a > 1e-5)) {
    return { a: 0, b: 0, logLikelihood: constant, standardErrors: [undefined, undefined] };
  }
  const slope = withDifferences(([a, b]) => -joint(a as number, b as number));
  return { ...best, standardErrors: standardErrors(hessian((point) => slope(point).gradient, Float64Array.of(best.a, best.b))) };
}

function parametersOf(side: "spot" | "future", { mu, omega, alpha, beta, logLikelihood, standardErrors: errors }: GarchFit) {
  const figures = {
    Mu: mu,
    Omega: omega,
    Alpha: alpha,
    Beta: beta,
    MuError: errors[0],
    OmegaError: errors[1],
    AlphaError: errors[2],
    BetaError: errors[3],
  };
  return Object.fromEntries(
    [...Object.entries(figures), ["LogLikelihood", logLikelihood]].map(([name, value]) => [`${side}${name}`, value]),
  );
}
