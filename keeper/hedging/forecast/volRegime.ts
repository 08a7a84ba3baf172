import { InvalidInputError } from "../../errors.ts";

/** Two states of the market, calm and turbulent, each with its own vol; returns have no mean worth knowing at this spacing. */
export type VolRegimes = {
  /** Variance of one step's return. */
  readonly calm: number;
  readonly turbulent: number;
  /** Chances per step that calm turns turbulent and that turbulence ends. */
  readonly outbreak: number;
  readonly relief: number;
};

/** Probability of turbulence after a return, from that before it (Hamilton 1989, eq. 22.4.5-6). */
export function updateRegime(regimes: VolRegimes, turbulent: number, move: number): number {
  const prior = aheadOf(regimes, turbulent);
  const wild = prior * density(move, regimes.turbulent);
  const mild = (1 - prior) * density(move, regimes.calm);
  // Where both densities vanish the larger variance explains the move.
  return wild + mild > 0 ? wild / (wild + mild) : 1;
}

/** Mean variance per step over the next `steps` steps, given the probability of turbulence now. */
export function regimeForecast(regimes: VolRegimes, turbulent: number, steps: number): number {
  const decay = 1 - regimes.outbreak - regimes.relief;
  const usual = usualShare(regimes);
  const share = usual + ((turbulent - usual) * decay * (1 - decay ** steps)) / (steps * (1 - decay));
  return regimes.calm + share * (regimes.turbulent - regimes.calm);
}

const ROUNDS = 500;
const ARRIVED = 1e-9;

/**
 * Maximum likelihood by expectation and maximisation: filter forward, smooth backward, re-estimate, until the likelihood stands still.
 * @param returns  log returns at even spacing, oldest first
 * @throws InvalidInputError when there are fewer than 100 returns or none of them moves
 * @see Hamilton 1990; Kim 1994 for the smoother
 */
export function fitRegimes(returns: ArrayLike<number>): VolRegimes {
  const count = returns.length;
  const squares = Float64Array.from(returns, (move) => move * move);
  const sorted = Float64Array.from(squares).sort();
  const mean = squares.reduce((sum, x) => sum + x, 0) / count;
  if (!(count >= 100 && mean > 0)) throw new InvalidInputError(`Regimes need 100 returns that move, got ${count}`, { count });
  // Started from the quieter four fifths and the wilder fifth of the days.
  const cut = sorted[Math.floor(0.8 * count)] as number;
  const part = (keep: (x: number) => boolean) => {
    const kept = squares.filter(keep);
    return kept.reduce((sum, x) => sum + x, 0) / Math.max(1, kept.length);
  };
  let regimes: VolRegimes = {
    calm: Math.max(
      part((x) => x <= cut),
      1e-6 * mean,
    ),
    turbulent: Math.max(
      part((x) => x > cut),
      mean,
    ),
    outbreak: 0.02,
    relief: 0.1,
  };
  let best = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const { next, likelihood } = reestimate(regimes, returns, squares);
    regimes = next;
    if (likelihood - best < ARRIVED * Math.abs(likelihood)) break;
    best = likelihood;
  }
  return regimes.calm <= regimes.turbulent
    ? regimes
    : { calm: regimes.turbulent, turbulent: regimes.calm, outbreak: regimes.relief, relief: regimes.outbreak };
}

function reestimate(regimes: VolRegimes, returns: ArrayLike<number>, squares: Float64Array) {
  const count = returns.length;
  const filtered = new Float64Array(count);
  const priors = new Float64Array(count);
  let turbulent = usualShare(regimes);
  let likelihood = 0;
  for (let t = 0; t < count; t++) {
    const move = returns[t] as number;
    const prior = aheadOf(regimes, turbulent);
    const wild = prior * density(move, regimes.turbulent);
    const mild = (1 - prior) * density(move, regimes.calm);
    likelihood += Math.log(Math.max(wild + mild, Number.MIN_VALUE));
    turbulent = wild + mild > 0 ? wild / (wild + mild) : 1;
    priors[t] = prior;
    filtered[t] = turbulent;
  }
  const sums = { wild: 0, wildSquares: 0, mildSquares: 0, outbreaks: 0, reliefs: 0, fromCalm: 0, fromWild: 0 };
  let smooth = filtered[count - 1] as number;
  for (let t = count - 1; t >= 0; t--) {
    sums.wild += smooth;
    sums.wildSquares += smooth * (squares[t] as number);
    sums.mildSquares += (1 - smooth) * (squares[t] as number);
    if (t === 0) break;
    const before = filtered[t - 1] as number;
    const prior = priors[t] as number;
    // Joint probabilities of the states before and after, by Kim's backward recursion.
    const [toWild, toCalm] = [smooth / Math.max(prior, Number.MIN_VALUE), (1 - smooth) / Math.max(1 - prior, Number.MIN_VALUE)];
    const outbreak = (1 - before) * regimes.outbreak * toWild;
    const stays = before * (1 - regimes.relief) * toWild;
    const relief = before * regimes.relief * toCalm;
    sums.outbreaks += outbreak;
    sums.reliefs += relief;
    smooth = stays + relief;
    sums.fromWild += smooth;
    sums.fromCalm += 1 - smooth;
  }
  const floor = 1e-12 * ((sums.wildSquares + sums.mildSquares) / count);
  const next = {
    calm: Math.max(floor, sums.mildSquares / Math.max(count - sums.wild, 1e-9)),
    turbulent: Math.max(floor, sums.wildSquares / Math.max(sums.wild, 1e-9)),
    outbreak: within(sums.outbreaks / Math.max(sums.fromCalm, 1e-9)),
    relief: within(sums.reliefs / Math.max(sums.fromWild, 1e-9)),
  };
  return { next, likelihood };
}

function aheadOf({ outbreak, relief }: VolRegimes, turbulent: number): number {
  return turbulent * (1 - relief) + (1 - turbulent) * outbreak;
}

/** Share of time spent in turbulence. */
export function usualShare({ outbreak, relief }: VolRegimes): number {
  return outbreak / (outbreak + relief);
}

function density(move: number, variance: number): number {
  return Math.exp((-move * move) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
}

function within(probability: number): number {
  return Math.min(Math.max(probability, 1e-6), 0.999);
}
