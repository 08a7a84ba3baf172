import { InvalidInputError } from "../errors.ts";
import type { OptionType } from "./blackScholes.ts";
import type { HestonModel } from "./hestonExponent.ts";
import { hestonForward } from "./hestonForward.ts";
import { impliedVol } from "./impliedVol.ts";
import { leastSquares } from "./leastSquares.ts";

/** One point of a vol surface: strike, forward of its expiry and implied vol. */
export type HestonQuote = {
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  readonly vol: number;
  /** Weight of the squared vol error; 1 when absent. A squared vega here turns it into a squared price error. */
  readonly weight?: number | undefined;
};

export type CalibratedHeston = {
  readonly model: HestonModel;
  /** Root of the weighted mean squared vol error (0.01 = one vol point). */
  readonly rmse: number;
  /** Model vol less quoted vol, quote by quote. */
  readonly errors: readonly number[];
};

const PARAMETERS = 5;
const ITERATIONS = 100;
/** Where the search starts unless told; the variances start from the quotes. */
const START = { kappa: 2, sigma: 1, rho: -0.3 };
/** Search box: ln v0, ln kappa, ln theta, ln sigma, atanh rho. */
const LOWEST = [1e-6, 1e-3, 1e-6, 1e-3].map(Math.log).concat(-4);
const HIGHEST = [25, 100, 25, 20].map(Math.log).concat(4);

/**
 * Fits Heston to a vol surface by least squares of vol errors, which are price errors divided by vega, found by exact inversion.
 * The Feller condition is not imposed: markets break it.
 * @param start  where the search starts, the last fit of the same market for instance
 * @throws InvalidInputError when there are fewer than five quotes or a quote has no meaning
 */
export function calibrateHeston(quotes: readonly HestonQuote[], start?: HestonModel): CalibratedHeston {
  for (const { forward, strike, years, vol, weight = 1 } of quotes) {
    const isSound = forward > 0 && strike > 0 && years > 0 && vol > 0 && weight >= 0;
    if (!(isSound && Number.isFinite(forward + strike + years + vol + weight))) {
      throw new InvalidInputError("a quote needs positive finite forward, strike, years and vol, and a weight not negative", {
        forward,
        strike,
        years,
        vol,
        weight,
      });
    }
  }
  if (quotes.length < PARAMETERS) {
    throw new InvalidInputError(`Heston has five parameters and needs five quotes or more, got ${quotes.length}`, {
      quotes: quotes.length,
    });
  }
  const { v0, kappa, theta, sigma, rho } = start ?? { ...START, ...startingVariances(quotes) };
  const roots = quotes.map(({ weight = 1 }) => Math.sqrt(weight));
  const residuals = (coordinates: ArrayLike<number>, out: Float64Array): void => {
    const model = modelAt(coordinates);
    quotes.forEach((quote, index) => {
      out[index] = (roots[index] as number) * (hestonVol(model, quote) - quote.vol);
    });
  };
  const solution = leastSquares({
    residuals,
    count: quotes.length,
    start: [Math.log(v0), Math.log(kappa), Math.log(theta), Math.log(sigma), Math.atanh(rho)],
    lowest: LOWEST,
    highest: HIGHEST,
    iterations: ITERATIONS,
  });
  const model = modelAt(solution);
  const errors = quotes.map((quote) => hestonVol(model, quote) - quote.vol);
  const weights = roots.reduce((sum, root) => sum + root * root, 0);
  const squares = errors.reduce((sum, error, index) => sum + ((roots[index] as number) * error) ** 2, 0);
  return { model, rmse: Math.sqrt(squares / weights), errors };
}

/** Vol at which Black-Scholes gives the model's price; zero where the price is below every double. */
export function hestonVol(model: HestonModel, { forward, strike, years }: Omit<HestonQuote, "vol" | "weight">): number {
  const type: OptionType = strike >= forward ? "call" : "put";
  const { price } = hestonForward({ type, forward, strike, years, model });
  const implied = impliedVol({ type, spot: forward, strike, years, price });
  return implied.ok ? implied.vol : 0;
}

function modelAt(coordinates: ArrayLike<number>): HestonModel {
  const [v0 = 0, kappa = 0, theta = 0, sigma = 0] = Array.from({ length: 4 }, (_, index) =>
    Math.exp(coordinates[index] as number),
  );
  return { v0, kappa, theta, sigma, rho: Math.tanh(coordinates[4] as number) };
}

/** Squared vols nearest the money of the shortest and of the longest expiry. */
function startingVariances(quotes: readonly HestonQuote[]): { v0: number; theta: number } {
  const distance = ({ forward, strike }: HestonQuote) => Math.abs(Math.log(strike / forward));
  const nearest = (years: number) =>
    quotes.filter((quote) => quote.years === years).reduce((best, quote) => (distance(quote) < distance(best) ? quote : best));
  const expiries = quotes.map(({ years }) => years);
  return { v0: nearest(Math.min(...expiries)).vol ** 2, theta: nearest(Math.max(...expiries)).vol ** 2 };
}
