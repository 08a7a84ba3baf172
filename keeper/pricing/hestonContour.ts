import { type HestonModel, hestonExponent } from "./hestonExponent.ts";

/** The contour z(t) = i·centre + scale·sinh(t + i·angle) and the trapezoidal step in t that suits it. */
export type HestonContour = {
  centre: number;
  scale: number;
  angle: number;
  step: number;
  /** Whether the contour runs between the poles, where it yields the option less the leg it receives. */
  isCovered: boolean;
};

export type HestonProblem = {
  readonly model: HestonModel;
  readonly years: number;
  /** ln(forward/strike). */
  readonly moneyness: number;
  /** Total variance of an independent lognormal factor. */
  readonly lognormalVariance: number;
};

const LARGEST_HEIGHT = 1e15;
const SMALLEST_HEIGHT = 1e-6;
/** A strip of moments narrower than this is too thin to aim at. */
const THIN_STRIP = 0.01;
/** −ln of the accuracy the trapezoidal rule aims at on the first try. */
const TARGET_DIGITS = 40;
/** Below e to this power a price is less than the smallest normal double. */
const UNDERFLOW = -705;

/** An interval of the imaginary axis free of poles and infinite moments, measured by the height above its nearer pole. */
type Strip = { isCovered: boolean; end: number; toAxis: (height: number) => number; toHeight: (y: number) => number };

/**
 * Chooses where to integrate e^{iz·moneyness} φ(z − i)/(z(z − i)), whose integral is the out-of-the-money option: through the
 * saddle on the imaginary axis (so nothing cancels, however far from the money), bent into the sector in which the integrand decays.
 * Where the option is worth nearly all it can be, or almost no moment outside [0, 1] is finite, it runs between the two poles instead.
 * Returns undefined when the option is worth less than the smallest double.
 * Saddle: Andersen & Lake 2018, "Robust high-precision option pricing by Fourier transforms"; sinh contour and step: Boyarchenko &
 * Levendorskii 2019, "Sinh-acceleration". The sector is cut at ±π/4 so that Gaussian integrands (σ → 0, jumps) decay too.
 */
export function hestonContour(problem: HestonProblem): HestonContour | undefined {
  const { model, years, moneyness } = problem;
  const isCall = moneyness <= 0;
  const covered: Strip = { isCovered: true, end: 1, toAxis: (height) => height, toHeight: (y) => y };
  const outer: Strip = {
    isCovered: false,
    end: largestHeight(model, years, isCall),
    toAxis: (height) => (isCall ? -height : 1 + height),
    toHeight: (y) => (isCall ? -y : y - 1),
  };
  if (outer.end < THIN_STRIP) return throughSaddle(problem, covered, saddleOf(problem, covered));
  const saddle = saddleOf(problem, outer);
  if (saddle.logSize < UNDERFLOW) return undefined;
  // Sizes are in units of the forward; a put is worth the strike at most.
  if (saddle.logSize + Math.max(moneyness, 0) > 0) {
    const between = saddleOf(problem, covered);
    if (between.logSize < saddle.logSize) return throughSaddle(problem, covered, between);
  }
  return throughSaddle(problem, outer, saddle);
}

/** ln of the integrand on the imaginary axis; infinite outside the strip. */
function logSizeIn({ model, years, moneyness, lognormalVariance }: HestonProblem, strip: Strip): (height: number) => number {
  const out = new Float64Array(6);
  return (height) => {
    if (!(height > 0 && height < strip.end)) return Infinity;
    const y = strip.toAxis(height);
    hestonExponent(model, years, lognormalVariance, 0, y - 1, out);
    return (out[0] as number) - y * moneyness - Math.log(height) - Math.log(strip.isCovered ? 1 - height : 1 + height);
  };
}

function saddleOf(problem: HestonProblem, strip: Strip): { height: number; logSize: number } {
  const [height, logSize] = minimise(logSizeIn(problem, strip), strip.end);
  return { height, logSize };
}

function throughSaddle(
  problem: HestonProblem,
  strip: Strip,
  { height, logSize }: { height: number; logSize: number },
): HestonContour {
  const { angle, reach } = decaySector(problem);
  const sizeAt = logSizeIn(problem, strip);
  const saddle = strip.toAxis(height);
  // The contours shifted by ±reach bound the error: both must cross the axis where the integrand is not much larger than at the saddle.
  const crossing = (scale: number, shift: number): number =>
    sizeAt(strip.toHeight(saddle + scale * (Math.sin(angle + shift) - Math.sin(angle))));
  let scale = 3 * height;
  while (crossing(scale, reach) > logSize + 3 || crossing(scale, -reach) > logSize + 3) scale /= 2;
  const step = (2 * Math.PI * reach) / TARGET_DIGITS;
  return { centre: saddle - scale * Math.sin(angle), scale, angle, step, isCovered: strip.isCovered };
}

/** Centre and half-width of the sector of directions in which |integrand| decays: −[c√(1−ρ²)cos ψ + (moneyness − cρ)sin ψ]·|z|. */
function decaySector({ model, years, moneyness }: HestonProblem): { angle: number; reach: number } {
  const { v0, kappa, theta, sigma, rho } = model;
  const variance = v0 + kappa * theta * years;
  const decay = variance * Math.sqrt((1 - rho) * (1 + rho));
  const turn = sigma * moneyness - variance * rho;
  const edge = Math.min(Math.PI / 4, Math.atan2(decay, Math.abs(turn)));
  const low = turn > 0 ? -edge : -Math.PI / 4;
  const high = turn > 0 ? Math.PI / 4 : edge;
  return { angle: (low + high) / 2, reach: (0.95 * (high - low)) / 2 };
}

/** Years after which E[S^moment] is infinite (Andersen & Piterbarg 2007, proposition 3.1). */
function explosionYears({ kappa, sigma, rho }: HestonModel, moment: number): number {
  const beta = kappa - rho * sigma * moment;
  const square = beta * beta - sigma * sigma * moment * (moment - 1);
  if (square < 0) {
    const frequency = Math.sqrt(-square);
    return (2 / frequency) * Math.atan2(frequency, -beta);
  }
  if (beta >= 0 || sigma === 0) return Infinity;
  const d = Math.sqrt(square);
  return d > 0 ? Math.log((beta - d) / (beta + d)) / d : -2 / beta;
}

/** Supremum of the heights whose moment is finite. */
function largestHeight(model: HestonModel, years: number, isCall: boolean): number {
  const exists = (a: number): boolean => explosionYears(model, isCall ? 1 + a : -a) > years;
  let low = 0;
  let high = 1;
  while (high < LARGEST_HEIGHT && exists(high)) {
    low = high;
    high *= 2;
  }
  if (high >= LARGEST_HEIGHT) return high;
  for (let bisection = 0; bisection < 60 && high - low > 1e-12 * high; bisection++) {
    const middle = (low + high) / 2;
    if (exists(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Place and value of the minimum by golden-section search of a convex function on (0, end), in the logit of place/end; a few per cent of the place are near enough. */
function minimise(f: (height: number) => number, end: number): [place: number, value: number] {
  const place = (x: number): number => end / (1 + Math.exp(-x));
  const golden = 0.6180339887498949;
  let low = Math.log(SMALLEST_HEIGHT / end);
  let high = 12;
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let atLeft = f(place(left));
  let atRight = f(place(right));
  while (high - low > 0.05) {
    // Ties happen only where both are infinite, too close to the end.
    if (atLeft < atRight || atLeft === Infinity) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - golden * (high - low);
      atLeft = f(place(left));
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + golden * (high - low);
      atRight = f(place(right));
    }
  }
  return atLeft <= atRight ? [place(left), atLeft] : [place(right), atRight];
}
