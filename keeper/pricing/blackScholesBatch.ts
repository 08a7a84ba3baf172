import { InvalidInputError } from "../errors.ts";
import { blackScholes } from "./blackScholes.ts";
import { scaledTail } from "./scaledTail.ts";

/** One option per index; `call` is 1 for a call, 0 for a put. Units as in `blackScholes`. */
export type OptionColumns = {
  call: Uint8Array;
  spot: Float64Array;
  strike: Float64Array;
  years: Float64Array;
  vol: Float64Array;
  rate: Float64Array;
  yield: Float64Array;
};

/** Where the answers go, one per option; units as in `blackScholes`. */
export type ValueColumns = {
  price: Float64Array;
  delta: Float64Array;
  gamma: Float64Array;
  vega: Float64Array;
  theta: Float64Array;
  rho: Float64Array;
};

/** Columns for so many options and for their values, all zero. */
export function allocateColumns(count: number): { options: OptionColumns; values: ValueColumns } {
  const column = () => new Float64Array(count);
  return {
    options: {
      call: new Uint8Array(count),
      spot: column(),
      strike: column(),
      years: column(),
      vol: column(),
      rate: column(),
      yield: column(),
    },
    values: { price: column(), delta: column(), gamma: column(), vega: column(), theta: column(), rho: column() },
  };
}

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** Rows with a d beyond this, or without any deviation, go to the scalar function and its limits. */
const ORDINARY_DEVIATIONS = 1000;

/**
 * Price and five Greeks of many European options, written into `values` without allocating.
 * Per row two scaled tails and one exponential serve both d₁ and d₂, because n(d₂) = n(d₁) F/K. Price error below 1e-15 of the
 * larger of spot and strike; relative error below 1e-11 on every reference row, where `blackScholes` keeps 1e-12.
 * @param count  rows to value, from the first; every column must be at least as long
 * @throws InvalidInputError when a column is short, or at the first row that `blackScholes` refuses; rows before it are written
 */
export function blackScholesBatch(options: OptionColumns, values: ValueColumns, count = options.call.length): void {
  const { call, spot, strike, years, vol, rate, yield: yields } = options;
  const { price, delta, gamma, vega, theta, rho } = values;
  for (const column of [...Object.values(options), ...Object.values(values)]) {
    if (column.length < count) throw new InvalidInputError(`a column holds ${column.length} of ${count} options`);
  }
  for (let i = 0; i < count; i++) {
    const s = spot[i] as number;
    const k = strike[i] as number;
    const t = years[i] as number;
    const v = vol[i] as number;
    const r = rate[i] as number;
    const q = yields[i] as number;
    const rootYears = Math.sqrt(t);
    const deviation = v * rootYears;
    const d1 = (Math.log(s / k) + (r - q) * t) / deviation + 0.5 * deviation;
    const d2 = d1 - deviation;
    if (!(s > 0 && k > 0 && v >= 0 && d2 > -ORDINARY_DEVIATIONS && d1 < ORDINARY_DEVIATIONS)) {
      const type = call[i] === 1 ? "call" : "put";
      const value = blackScholes({ type, spot: s, strike: k, years: t, vol: v, rate: r, yield: q });
      price[i] = value.price;
      delta[i] = value.delta;
      gamma[i] = value.gamma;
      vega[i] = value.vega;
      theta[i] = value.theta;
      rho[i] = value.rho;
      continue;
    }
    const forwardLeg = q === 0 ? s : s * Math.exp(-q * t);
    const strikeLeg = r === 0 ? k : k * Math.exp(-r * t);
    const base = forwardLeg * Math.exp(-0.5 * d1 * d1);
    const forwardTail = base * scaledTail(Math.abs(d1));
    const strikeTail = base * scaledTail(Math.abs(d2));
    const sign = call[i] === 1 ? 1 : -1;
    const forwardPart = sign * d1 > 0 ? forwardLeg - forwardTail : forwardTail;
    const strikePart = sign * d2 > 0 ? strikeLeg - strikeTail : strikeTail;
    const density = base * INVERSE_SQRT_2PI;
    price[i] = sign * (forwardPart - strikePart);
    delta[i] = (sign * forwardPart) / s;
    gamma[i] = density / (s * s * deviation);
    vega[i] = density * rootYears;
    theta[i] = (-0.5 * density * v) / rootYears + sign * (q * forwardPart - r * strikePart);
    rho[i] = sign * t * strikePart;
  }
}
