import { solve } from "ml-matrix";
import { InvalidInputError } from "../../errors.ts";
import { conditionalVariances } from "../../risk/filteredReturns.ts";
import { type GarchParameters, garchLikelihood } from "./garchLikelihood.ts";
import { hessian, minimise, standardErrors } from "./minimise.ts";
import { fromShares, toShares } from "./simplex.ts";

export type GarchFit = GarchParameters & {
  readonly logLikelihood: number;
  /** From the Hessian, along μ, ω, α, β; undefined where the likelihood has no peak in that direction. */
  readonly standardErrors: readonly (number | undefined)[];
  /** Mean squared residual, which stands for everything before the sample. */
  readonly presample: number;
  readonly warnings: readonly string[];
};

const LEAST = 50;
const COMFORTABLE = 250;
/** Shares of news and memory from which the climb begins; the likelihood may have more than one hill. */
const STARTS = [
  [0.05, 0.9],
  [0.15, 0.75],
  [0.1, 0.4],
] as const;

/**
 * GARCH(1,1) by quasi-maximum likelihood. The climb is over ln ω and free numbers that keep α, β positive and α + β below one, on standardised data;
 * Newton steps on the parameters themselves bring the last digits.
 * @throws InvalidInputError when there are fewer than fifty values or they do not move
 * @see Bollerslev 1986; conventions of Fiorentini, Calzolari and Panattoni 1996
 */
export function garch(x: Float64Array): GarchFit {
  const n = x.length;
  if (n < LEAST)
    throw new InvalidInputError(`GARCH needs at least ${LEAST} moves, better ${COMFORTABLE}; got ${n}`, { count: n });
  const mean = x.reduce((sum, value) => sum + value, 0) / n;
  const scale = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  if (!(scale > 0)) throw new InvalidInputError("GARCH needs moves that differ from each other", { count: n });
  const z = x.map((value) => (value - mean) / scale);
  const climbs = STARTS.map(([alpha, beta]) => climb(z, alpha, beta)).sort((a, b) => b.logLikelihood - a.logLikelihood);
  const { theta, logLikelihood } = polish(z, (climbs[0] as Climb).theta);
  const { mu, omega, alpha, beta } = toParameters(theta);
  const errors = standardErrors(information(z, theta));
  const units = [scale, scale * scale, 1, 1];
  const warnings: string[] = [];
  if (n < COMFORTABLE) warnings.push(`GARCH on ${n} moves is unsure; ${COMFORTABLE} or more are better`);
  if (alpha < 1e-4) warnings.push("GARCH found no clustering of variance (alpha = 0)");
  if (alpha + beta > 0.999) warnings.push("GARCH variance hardly returns to its mean (alpha + beta > 0.999)");
  return {
    mu: mean + scale * mu,
    omega: omega * scale * scale,
    alpha,
    beta,
    logLikelihood: logLikelihood - n * Math.log(scale),
    standardErrors: errors.map((error, i) => (error === undefined ? undefined : error * (units[i] as number))),
    presample: scale * scale * (1 + mu * mu),
    warnings,
  };
}

/** Variance of every move and of the one to come, each from earlier moves only: n + 1 values. */
export function garchVariances(x: Float64Array, fit: GarchParameters & { readonly presample: number }): Float64Array {
  const { mu, omega, alpha, beta, presample } = fit;
  const residuals = x.map((value) => value - mu);
  return conditionalVariances(residuals, { kind: "garch", omega, alpha, beta }, omega + (alpha + beta) * presample);
}

type Climb = { readonly theta: Float64Array; readonly logLikelihood: number };

function climb(z: Float64Array, alpha: number, beta: number): Climb {
  const point = minimise(
    (free) => {
      const { theta, slopes } = constrain(free);
      const { logLikelihood, gradient } = garchLikelihood(z, toParameters(theta));
      return {
        value: -logLikelihood / z.length,
        gradient: slopes.map((row) => -inner(row, gradient) / z.length).reduce(push, new Float64Array(4)),
      };
    },
    Float64Array.of(0, Math.log(1 - alpha - beta), ...fromShares(alpha, beta)),
  );
  const { theta } = constrain(point);
  return { theta, logLikelihood: garchLikelihood(z, toParameters(theta)).logLikelihood };
}

/** Parameters of free numbers, and their slopes in each of these. */
function constrain(free: Float64Array): { theta: Float64Array; slopes: readonly (readonly number[])[] } {
  const [mu, logOmega, a, b] = free as unknown as readonly [number, number, number, number];
  const omega = Math.exp(logOmega);
  const [alpha, beta] = toShares(a, b);
  return {
    theta: Float64Array.of(mu, omega, alpha, beta),
    slopes: [
      [1, 0, 0, 0],
      [0, omega, 0, 0],
      [0, 0, alpha * (1 - alpha), -alpha * beta],
      [0, 0, -alpha * beta, beta * (1 - beta)],
    ],
  };
}

function polish(z: Float64Array, theta: Float64Array): Climb {
  let best = { theta, logLikelihood: garchLikelihood(z, toParameters(theta)).logLikelihood };
  for (let step = 0; step < 5; step++) {
    const { gradient } = garchLikelihood(z, toParameters(best.theta));
    const matrix = information(z, best.theta);
    if (!matrix.to1DArray().every(Number.isFinite)) break;
    const move = solve(
      matrix,
      [...gradient].map((g) => [g]),
      true,
    ).to1DArray();
    const next = best.theta.map((value, i) => value + (move[i] as number));
    const [, omega, alpha, beta] = next as unknown as readonly [number, number, number, number];
    if (!(omega > 0 && alpha >= 0 && beta >= 0 && alpha + beta < 1)) break;
    const { logLikelihood } = garchLikelihood(z, toParameters(next));
    if (!(logLikelihood >= best.logLikelihood)) break;
    best = { theta: next, logLikelihood };
  }
  return best;
}

function information(z: Float64Array, theta: Float64Array) {
  return hessian((point) => garchLikelihood(z, toParameters(point)).gradient.map((g) => -g), theta);
}

function toParameters([mu, omega, alpha, beta]: Float64Array): GarchParameters {
  return { mu: mu as number, omega: omega as number, alpha: alpha as number, beta: beta as number };
}

function inner(a: readonly number[], b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

function push(all: Float64Array, value: number, i: number): Float64Array {
  all[i] = value;
  return all;
}
