import { inverseNormalCdf } from "./normal.ts";
import { scaledTail } from "./scaledTail.ts";
import { tailDifference } from "./tailDifference.ts";

const SQRT_2PI = 2.5066282746310002;
/** Convergence is of fourth order: a step this small leaves an error far below the last digit. */
const LAST_STEP = 1e-5;
/** Four steps at most were needed on a grid of 1e-12 < |x| < 20 and 1e-6 < s < 40; the bound only makes the loop finite. */
const MAX_STEPS = 64;

/**
 * The standard deviation σ√T at which an out-of-the-money option is worth the fraction `value` of its lesser leg.
 * After Jäckel, "Let's Be Rational" (2015). The price b(s) has its inflection at s² = 2|x|, where its tangent cuts zero at
 * s₀. Below s₀ solve for 1/ln b, up to the inflection for b, above it for ln(1 − b): each is nearly linear there. The start
 * is an asymptotic or interpolated inverse, the steps are Householder's of third order, kept inside a bracket.
 * @param moneyness  x = |ln F/K|
 * @param value      b in (0, 1)
 * @param complement 1 − b, passed because a value near one has lost it
 */
export function impliedDeviation(moneyness: number, value: number, complement: number): number {
  const region = regionOf(moneyness, value, complement);
  let { low, high } = region;
  let s = Math.min(Math.max(region.guess, low), high);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { newton, second, third } = region.step(unitPrice(moneyness, s), value, complement);
    if (newton > 0) low = s;
    else high = s;
    let next = s + (newton * (1 + 0.5 * second * newton)) / (1 + newton * (second + (third * newton) / 6));
    if (!(next >= low && next <= high)) next = high === Infinity ? 2 * s : 0.5 * (low + high);
    const change = Math.abs(next - s);
    s = next;
    if (change <= LAST_STEP * s) break;
  }
  return s;
}

/** Newton step and second and third derivative over the first, of the objective. */
type HouseholderStep = { newton: number; second: number; third: number };

type Region = {
  low: number;
  high: number;
  guess: number;
  step: (unit: UnitPrice, value: number, complement: number) => HouseholderStep;
};

function regionOf(x: number, value: number, complement: number): Region {
  const inflection = Math.sqrt(2 * x);
  const atInflection = unitPrice(x, inflection);
  if (value >= atInflection.value) {
    return { low: inflection, high: Infinity, guess: highGuess(x, value, complement), step: highStep };
  }
  const tangentZero = inflection - atInflection.value / atInflection.slope;
  const atTangentZero = unitPrice(x, tangentZero);
  if (value < atTangentZero.value) return { low: 0, high: tangentZero, guess: lowGuess(x, value), step: lowStep };
  const guess = rationalCubic(
    value,
    { x: atTangentZero.value, y: tangentZero, slope: 1 / atTangentZero.slope },
    { x: atInflection.value, y: inflection, slope: 1 / atInflection.slope },
  );
  return { low: tangentZero, high: inflection, guess, step: middleStep };
}

type UnitPrice = {
  value: number;
  complement: number;
  logValue: number;
  /** b′/b */
  growth: number;
  /** b′ */
  slope: number;
  /** b″/b′ */
  second: number;
  /** b‴/b′ */
  third: number;
};

/** The out-of-the-money price b per unit of the lesser leg, and its derivatives in the deviation s. */
function unitPrice(x: number, s: number): UnitPrice {
  const z = s > 0 ? x / s : 0;
  const half = 0.5 * s;
  const exponent = -0.5 * (z - half) * (z - half);
  const density = Math.exp(exponent);
  const slope = density / SQRT_2PI;
  const second = s > 0 ? ((z - half) * (z + half)) / s : 0;
  const third = s > 0 ? second * second - (3 * z * z + half * half) / (s * s) : 0;
  if (z >= half || half < 0.1) {
    const difference = tailDifference(z, half);
    const value = density * difference;
    const logValue = exponent + Math.log(difference);
    return { value, complement: 1 - value, logValue, growth: 1 / (SQRT_2PI * difference), slope, second, third };
  }
  const complement = density * (scaledTail(half - z) + scaledTail(half + z));
  const value = 1 - complement;
  return { value, complement, logValue: Math.log1p(-complement), growth: slope / value, slope, second, third };
}

/** Of 1/ln b(s) − 1/ln b. */
function lowStep({ logValue, growth, second, third }: UnitPrice, value: number): HouseholderStep {
  const target = Math.log(value);
  const inverse = 1 / logValue;
  return {
    newton: ((target - logValue) * logValue) / (target * growth),
    second: second - growth * (1 + 2 * inverse),
    third: third + 2 * growth * growth * (1 + 3 * inverse * (1 + inverse)) - 3 * second * growth * (1 + 2 * inverse),
  };
}

/** Of b(s) − b. */
function middleStep(unit: UnitPrice, value: number): HouseholderStep {
  return { newton: (value - unit.value) / unit.slope, second: unit.second, third: unit.third };
}

/** Of ln(1 − b(s)) − ln(1 − b). */
function highStep(unit: UnitPrice, value: number, complement: number): HouseholderStep {
  const shortfall = value < 0.5 ? value - unit.value : unit.complement - complement;
  const decay = unit.slope / unit.complement;
  return {
    newton: Math.log1p(shortfall / complement) / decay,
    second: unit.second + decay,
    third: unit.third + 3 * unit.second * decay + 2 * decay * decay,
  };
}

/** Exact as the value vanishes: b e^{−x/2} → (2π x / 3√3) N(−x / √3 s)³ (Jäckel 2015). */
function lowGuess(x: number, value: number): number {
  const cube = Math.exp((Math.log((value / x) * (Math.sqrt(27) / (2 * Math.PI))) - x / 2) / 3);
  return cube < 0.5 ? x / (Math.sqrt(3) * -inverseNormalCdf(cube)) : Infinity;
}

/** Exact at the money, and as the value nears one: 1 − b → (1 + eˣ) N(−s/2). */
function highGuess(x: number, value: number, complement: number): number {
  return Math.max(-2 * inverseNormalCdf(Math.min(complement / (1 + Math.exp(x)), 0.5)), SQRT_2PI * value);
}

type Knot = { x: number; y: number; slope: number };

/** Rational cubic through two knots with their slopes, of zero curvature at the right one (Delbourgo and Gregory 1985). */
function rationalCubic(x: number, left: Knot, right: Knot): number {
  const width = right.x - left.x;
  const chord = (right.y - left.y) / width;
  const tension = (right.slope - left.slope) / (right.slope - chord);
  const t = (x - left.x) / width;
  const u = 1 - t;
  const rise = right.y * t * t * t + (tension * right.y - width * right.slope) * t * t * u;
  const fall = left.y * u * u * u + (tension * left.y + width * left.slope) * t * u * u;
  return (rise + fall) / (1 + (tension - 3) * t * u);
}
