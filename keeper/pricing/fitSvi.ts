import { InvalidInputError } from "../errors.ts";
import { leastSquares, type Residuals } from "./leastSquares.ts";
import type { SmileQuote } from "./smileQuote.ts";
import { SVI_LIMITS, type SviSlice, sviVariance } from "./svi.ts";
import { butterflyDensity, wingSlopes } from "./sviButterfly.ts";
import { sviStart } from "./sviStart.ts";

/** A curve of annualised variance that a fit must stay above or below. */
export type SviBound = {
  readonly variance: (k: number) => number;
  /** Slopes b(1−ρ) and b(1+ρ) of its wings. */
  readonly left: number;
  readonly right: number;
  /** Weight of a breach: 10 holds whatever the quotes say, 0.1 yields to them. */
  readonly strength: number;
};

/** What a constrained fit must respect, a breach of one whole unit counting as a vol error of `strength`. */
export type SviConstraints = {
  /** Log-moneyness at which the constraints are imposed. */
  readonly strikes: readonly number[];
  /** g(k) may not be lower than this at those strikes, nor (4 − slope²)/16 in the wings. */
  readonly butterfly: number;
  readonly above?: SviBound | undefined;
  readonly below?: SviBound | undefined;
};

export type FitSviParameters = {
  /** At least five, at different strikes. */
  quotes: readonly SmileQuote[];
  years: number;
  /** Where to begin; a coarse quasi-explicit search when absent. */
  start?: SviSlice | undefined;
  constraints?: SviConstraints | undefined;
};

export const FEWEST_QUOTES = 5;
const ITERATIONS = 40;
/** Largest σ as a share of the quoted range of log-moneyness. */
const WIDEST = 1;
/** Weight of a unit of negative g. */
const BUTTERFLY_STRENGTH = 10;

/**
 * The slice nearest to the quoted vols by weighted least squares: a quasi-explicit start, then Levenberg-Marquardt in
 * coordinates (ln lowest variance, ln b, artanh ρ, m, ln σ) scaled by the smile's own level and width, so that every iterate is a
 * smile with positive variance. Free of constraints it may admit arbitrage: see `repairSvi`.
 * @throws InvalidInputError when there are fewer than five quotes, or one has no meaning
 */
export function fitSvi({ quotes, years, start, constraints }: FitSviParameters): SviSlice {
  assertQuotes(quotes, years);
  const totalWeight = quotes.reduce((sum, q) => sum + q.weight, 0);
  const scale = scaleOf(quotes, totalWeight, years);
  const initial = toCoordinates(start ?? sviStart(quotes, scale.unit), scale);
  const roots = quotes.map((q) => Math.sqrt(q.weight / totalWeight));
  const breaches = constraints && breachesOf(constraints, years);
  const residuals: Residuals = (coordinates, out) => {
    const slice = fromCoordinates(coordinates, scale);
    for (let i = 0; i < quotes.length; i++) {
      const { k, vol } = quotes[i] as SmileQuote;
      out[i] = (roots[i] as number) * (Math.sqrt(sviVariance(slice, k)) - vol);
    }
    breaches?.fill(slice, out, quotes.length);
  };
  const count = quotes.length + (breaches?.count ?? 0);
  const solution = leastSquares({
    residuals,
    count,
    start: initial,
    lowest: scale.lowest,
    highest: scale.highest,
    iterations: ITERATIONS,
  });
  return fromCoordinates(solution, scale);
}

/** Level and width of the smile, and the box of scaled coordinates its fit stays in. */
type Scale = { level: number; unit: number; lowest: number[]; highest: number[] };

/** Least σ in units of vol·√years: sharper bends are noise. */
const SHARPEST = 0.05;

/** The centre and the bend of the hyperbola stay within the quotes: a bend beyond them all would make wings nobody quotes. */
function scaleOf(quotes: readonly SmileQuote[], totalWeight: number, years: number): Scale {
  const level = quotes.reduce((sum, q) => sum + (q.weight * q.vol ** 2) / totalWeight, 0);
  const unit = Math.sqrt(level * years);
  const strikes = quotes.map((q) => q.k / unit);
  const [left, right] = [Math.min(...strikes), Math.max(...strikes)];
  const within = (m: number) => Math.min(Math.max(m, -SVI_LIMITS.largestM / unit), SVI_LIMITS.largestM / unit);
  const sharpest = Math.max(SHARPEST, SVI_LIMITS.smallestSigma / unit);
  const widest = Math.min(Math.max(WIDEST * (right - left), 2 * sharpest), SVI_LIMITS.largestSigma / unit);
  const lowestVariance = Math.max(0.01, SVI_LIMITS.lowestVariance / level);
  return {
    level,
    unit,
    lowest: [Math.log(lowestVariance), -14, -3, within(left), Math.log(sharpest)],
    highest: [Math.log(10), 6, 3, within(right), Math.log(widest)],
  };
}

function toCoordinates({ a, b, rho, m, sigma }: SviSlice, { level, unit }: Scale): number[] {
  const lowest = Math.max(a + b * sigma * Math.sqrt(1 - rho * rho), 0.01 * level);
  return [Math.log(lowest / level), Math.log((b * unit) / level), Math.atanh(rho), m / unit, Math.log(sigma / unit)];
}

function fromCoordinates(coordinates: ArrayLike<number>, { level, unit }: Scale): SviSlice {
  const [lnLowest, lnB, artanhRho, mScaled, lnSigma] = Array.from(coordinates) as [number, number, number, number, number];
  const b = (Math.exp(lnB) * level) / unit;
  const sigma = Math.exp(lnSigma) * unit;
  return {
    a: Math.exp(lnLowest) * level - (b * sigma) / Math.cosh(artanhRho),
    b,
    rho: Math.tanh(artanhRho),
    m: mScaled * unit,
    sigma,
  };
}

function breachesOf({ strikes, butterfly, above, below }: SviConstraints, years: number) {
  const floors = above && strikes.map(above.variance);
  const ceilings = below && strikes.map(below.variance);
  const count = strikes.length * (1 + (above ? 1 : 0) + (below ? 1 : 0)) + 2 + (above ? 2 : 0) + (below ? 2 : 0);
  const fill = (slice: SviSlice, out: Float64Array, from: number) => {
    let next = from;
    const push = (strength: number, breach: number) => {
      out[next++] = breach > 0 ? strength * breach : 0;
    };
    for (const k of strikes) push(BUTTERFLY_STRENGTH, butterfly - butterflyDensity(slice, k, years));
    const total = wingSlopes(slice, years);
    push(BUTTERFLY_STRENGTH, butterfly - (4 - total.left ** 2) / 16);
    push(BUTTERFLY_STRENGTH, butterfly - (4 - total.right ** 2) / 16);
    const [left, right] = [total.left / years, total.right / years];
    if (above && floors) {
      for (const [i, k] of strikes.entries()) push(above.strength, (floors[i] as number) / sviVariance(slice, k) - 1);
      push(above.strength, above.left / left - 1);
      push(above.strength, above.right / right - 1);
    }
    if (below && ceilings) {
      for (const [i, k] of strikes.entries()) push(below.strength, sviVariance(slice, k) / (ceilings[i] as number) - 1);
      push(below.strength, left / below.left - 1);
      push(below.strength, right / below.right - 1);
    }
  };
  return { count, fill };
}

function assertQuotes(quotes: readonly SmileQuote[], years: number): void {
  if (!(years > 0)) throw new InvalidInputError(`A smile needs a positive time to expiry, got ${years} years`, { years });
  if (new Set(quotes.map((q) => q.k)).size < FEWEST_QUOTES) {
    throw new InvalidInputError(
      `A slice of five parameters needs at least ${FEWEST_QUOTES} strikes, got ${quotes.length} quotes`,
      {
        count: quotes.length,
      },
    );
  }
  for (const quote of quotes) {
    if (!(quote.vol > 0) || !(quote.weight > 0) || !Number.isFinite(quote.k + quote.vol + quote.weight)) {
      throw new InvalidInputError("A smile quote needs a finite log-moneyness, a positive vol and a positive weight", { quote });
    }
  }
}
