import { InvalidInputError } from "../../errors.ts";
import { meanJump } from "../../pricing/bates.ts";
import type { HestonModel } from "../../pricing/hestonExponent.ts";
import { type HestonPaths, hestonQe, hestonQeStep } from "../../pricing/hestonQe.ts";
import { createRandom } from "../random.ts";

/** Size of a jump of the log price: normal with this mean and standard deviation. */
export type JumpSize = { readonly mean: number; readonly deviation: number };

export type BatesUnderlying = { readonly heston: HestonModel; readonly jump: JumpSize };

export type BatesModel<Symbol extends string> = {
  readonly underlyings: Readonly<Record<Symbol, BatesUnderlying>>;
  /** Correlation of the underlyings' price shocks, of their variances' shocks and of their jump sizes. */
  readonly correlation: number;
  /** Jumps per year; they hit the whole market at once. */
  readonly jumpsPerYear: number;
  /** Expected growth of every price per year, continuously compounded. */
  readonly drift: number;
};

/** Prices along one random path; time runs forward only. */
export type BatesPath<Symbol extends string> = {
  /** Moves to a moment (unix seconds) and returns the prices there. */
  next(timestamp: number): Readonly<Record<Symbol, number>>;
  /** Vol at which an option of that life is fair now: square root of the expected variance of the log return per year, jumps included. */
  fairVol(symbol: Symbol, years: number): number;
  /** Instantaneous variance now, per year, jumps not included. */
  variance(symbol: Symbol): number;
  /** Jumps of the market so far. */
  jumps(): number;
};

/** Ether and bitcoin as of a lively year. */
export const defaultBatesModel: BatesModel<"WETH" | "WBTC"> = {
  underlyings: {
    WETH: { heston: { v0: 0.36, kappa: 4, theta: 0.36, sigma: 1, rho: -0.4 }, jump: { mean: -0.02, deviation: 0.05 } },
    WBTC: { heston: { v0: 0.2025, kappa: 4, theta: 0.2025, sigma: 0.75, rho: -0.4 }, jump: { mean: -0.015, deviation: 0.035 } },
  },
  correlation: 0.8,
  jumpsPerYear: 10,
  drift: 0,
};

const secondsPerYear = 365 * 86_400;

/**
 * Heston's stochastic vol with Merton's jumps (Bates 1996) for one or two underlyings.
 * @param start  prices at `timestamp`, unix seconds
 * @throws InvalidInputError when there are more than two underlyings, a start price is not positive or the model has no meaning
 */
export function createBatesPath<Symbol extends string>(
  model: BatesModel<Symbol>,
  start: { readonly timestamp: number; readonly prices: Readonly<Record<Symbol, number>> },
  seed: number,
): BatesPath<Symbol> {
  checkModel(model, start.prices);
  const symbols = Object.keys(model.underlyings) as Symbol[];
  const states = symbols.map(
    (symbol): HestonPaths => ({
      logPrice: Float64Array.of(Math.log(start.prices[symbol])),
      variance: Float64Array.of(model.underlyings[symbol].heston.v0),
    }),
  );
  const stateOf = (symbol: Symbol) => states[symbols.indexOf(symbol)] as HestonPaths;
  const varianceOf = (symbol: Symbol) => stateOf(symbol).variance[0] as number;
  const [diffusion, jumpRandom] = [createRandom(seed, "diffusion"), createRandom(seed, "jumps")];
  const independent = Math.sqrt(1 - model.correlation ** 2);
  let now = start.timestamp;
  let jumps = 0;

  /** Normals with the model's correlation, the first underlying's first. */
  const correlated = (normal: () => number): number[] => {
    const first = normal();
    return symbols.map((_, index) => (index === 0 ? first : model.correlation * first + independent * normal()));
  };

  return {
    next(timestamp) {
      if (timestamp < now) throw new InvalidInputError(`A path cannot go back from ${now} to ${timestamp}.`, { now, timestamp });
      const years = (timestamp - now) / secondsPerYear;
      now = timestamp;
      if (years > 0) {
        const varianceShocks = correlated(diffusion.normal);
        const priceShocks = correlated(diffusion.normal);
        const arrivals = jumpRandom.poisson(model.jumpsPerYear * years);
        const sizes = Array.from({ length: arrivals }, () => correlated(jumpRandom.normal));
        jumps += arrivals;
        symbols.forEach((symbol, index) => {
          const { heston, jump } = model.underlyings[symbol];
          const { logPrice, variance } = stateOf(symbol);
          const normals = {
            variance: Float64Array.of(varianceShocks[index] as number),
            price: Float64Array.of(priceShocks[index] as number),
          };
          hestonQeStep(hestonQe(heston, years), { logPrice, variance }, normals);
          const jumped = sizes.reduce((sum, size) => sum + jump.mean + jump.deviation * (size[index] as number), 0);
          const expected = meanJump({ jumpMean: jump.mean, jumpSd: jump.deviation });
          logPrice[0] = (logPrice[0] as number) + (model.drift - model.jumpsPerYear * expected) * years + jumped;
        });
      }
      const price = (symbol: Symbol) => Math.exp(stateOf(symbol).logPrice[0] as number);
      return Object.fromEntries(symbols.map((symbol) => [symbol, price(symbol)])) as Record<Symbol, number>;
    },
    fairVol(symbol, years) {
      const { heston, jump } = model.underlyings[symbol];
      const decay = years > 0 ? -Math.expm1(-heston.kappa * years) / (heston.kappa * years) : 1;
      const diffusive = heston.theta + (varianceOf(symbol) - heston.theta) * decay;
      return Math.sqrt(diffusive + model.jumpsPerYear * (jump.mean ** 2 + jump.deviation ** 2));
    },
    variance: varianceOf,
    jumps: () => jumps,
  };
}

function checkModel<Symbol extends string>(model: BatesModel<Symbol>, prices: Readonly<Record<Symbol, number>>): void {
  const underlyings = Object.entries<BatesUnderlying>(model.underlyings);
  const hasMeaning = ({ heston: { v0, kappa, theta, sigma, rho }, jump }: BatesUnderlying) =>
    v0 >= 0 && kappa > 0 && theta > 0 && sigma > 0 && Math.abs(rho) <= 1 && jump.deviation >= 0 && Number.isFinite(jump.mean);
  if (underlyings.length < 1 || underlyings.length > 2) {
    throw new InvalidInputError("A Bates path has one or two underlyings.", { underlyings: underlyings.length });
  }
  if (!(Math.abs(model.correlation) <= 1 && model.jumpsPerYear >= 0 && Number.isFinite(model.drift))) {
    throw new InvalidInputError("A Bates model needs |correlation| ≤ 1, jumpsPerYear ≥ 0 and a finite drift.", { ...model });
  }
  for (const [symbol, underlying] of underlyings) {
    if (!hasMeaning(underlying)) {
      const needs = "kappa, theta, sigma > 0, v0 ≥ 0, |rho| ≤ 1 and a jump deviation ≥ 0";
      throw new InvalidInputError(`The Bates model of ${symbol} needs ${needs}.`, { symbol, ...underlying });
    }
    const price = prices[symbol as Symbol];
    if (!(price > 0))
      throw new InvalidInputError(`The first price of ${symbol} must be positive, not ${price}.`, { symbol, price });
  }
}
