import { InvalidInputError } from "../../errors.ts";
import { type GasModel, usualLogFee } from "./gasForecast.ts";

export type WaitingProblem = {
  readonly gas: GasModel;
  /** Base fee now, in the model's unit, and unix seconds. */
  readonly fee: number;
  readonly now: number;
  /** Quote a hedge costs per unit of base fee: gas units × price of the coin. */
  readonly quotePerFee: number;
  /** Quote of price impact now, what it usually is, and how fast it returns there (liquidity comes and goes like gas). */
  readonly impact: { readonly now: number; readonly usual: number; readonly halfLifeSeconds: number };
  /** Quote per year that the hedge would save now, ½λσ²S²(D² − D′²), and by how much that rate grows per year while one waits, ½λσ²S²·Γ²σ²S². */
  readonly riskRate: number;
  readonly riskGrowth: number;
  /** Longest wait considered, and the time between two looks, seconds. */
  readonly patience: number;
  readonly every: number;
};

export type WaitingDecision = {
  readonly verdict: "now" | "wait";
  /** Hedge as soon as the base fee is at or below this. */
  readonly threshold: number;
  /** Expected saving of waiting over hedging now, quote; 0 when one should not wait. */
  readonly saves: number;
  readonly reason: string;
};

const NODES = 61;
const WIDTH = 4;
const YEAR_SECONDS = 365 * 86_400;
/** Gauss-Hermite nodes and weights of a standard normal, five points (Abramowitz and Stegun 25.10). */
const SHOCKS = [
  [-2.8569700138728056, 0.011257411327720691],
  [-1.355626179974266, 0.2220759220056126],
  [0, 0.5333333333333333],
  [1.355626179974266, 0.2220759220056126],
  [2.8569700138728056, 0.011257411327720691],
] as const;

/**
 * Hedge at this block or wait for cheaper gas and deeper pools: optimal stopping by backward induction over the deviation of the log base fee,
 * where each look waited costs the risk carried meanwhile and the last look must hedge.
 * @throws InvalidInputError when a cost, rate or time is negative
 * @see docs/hedging.md#forecasts-and-regimes
 */
export function whenToHedge(problem: WaitingProblem): WaitingDecision {
  const { gas, fee, now, quotePerFee, impact, riskRate, riskGrowth, patience, every } = problem;
  for (const [name, value] of Object.entries({ fee, quotePerFee, riskRate, riskGrowth, patience })) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw new InvalidInputError(`${name} must not be negative, got ${value}`, { name, value });
  }
  if (!(every > 0 && fee > 0)) throw new InvalidInputError("Fee and time between looks must be positive", { fee, every });
  const looks = Math.min(500, Math.floor(patience / every));
  const kept = gas.keptPerHour ** (every / 3600);
  const shock = gas.deviation * Math.sqrt(1 - kept * kept);
  const away = Math.log(fee) - usualLogFee(gas.profile, now);
  const reach = Math.max(WIDTH * gas.deviation, 1.5 * Math.abs(away), 1e-9);
  const at = (node: number) => reach * ((2 * node) / (NODES - 1) - 1);
  const hedgeCostAt = (look: number) => {
    const left = 2 ** (-(look * every) / impact.halfLifeSeconds);
    const pool = impact.usual + (impact.now - impact.usual) * left;
    const usual = quotePerFee * Math.exp(usualLogFee(gas.profile, now + look * every));
    return (deviation: number) => usual * Math.exp(deviation) + pool;
  };
  const hedgeNow = hedgeCostAt(0);
  const carried = (look: number) => ((riskRate + (riskGrowth * (look + 0.5) * every) / YEAR_SECONDS) * every) / YEAR_SECONDS;
  const waitFrom = (look: number, value: Float64Array, deviation: number) =>
    carried(look) +
    SHOCKS.reduce((sum, [x, weight]) => sum + weight * interpolate(value, (kept * deviation + shock * x) / reach), 0);

  const hedgeLast = hedgeCostAt(looks);
  let value = Float64Array.from({ length: NODES }, (_, node) => hedgeLast(at(node)));
  for (let look = looks - 1; look > 0; look--) {
    const next = value;
    const hedge = hedgeCostAt(look);
    value = Float64Array.from({ length: NODES }, (_, node) => Math.min(hedge(at(node)), waitFrom(look, next, at(node))));
  }
  const gainAt = (deviation: number) => (looks === 0 ? 0 : hedgeNow(deviation) - waitFrom(0, value, deviation));
  const saves = Math.max(0, gainAt(away));
  const threshold = Math.exp(usualLogFee(gas.profile, now) + crossing(gainAt, reach));
  const isWaiting = saves > 1e-9 * hedgeNow(away);
  const cost = hedgeNow(away).toFixed(2);
  const reason = isWaiting
    ? `wait: hedging costs ${cost} now, waiting saves ${saves.toFixed(2)} of it after the risk carried; hedge when the base fee is ${threshold.toPrecision(3)} or less`
    : `hedge now: ${cost} is not expected to fall by more than the risk of waiting`;
  return { verdict: isWaiting ? "wait" : "now", threshold, saves: isWaiting ? saves : 0, reason };
}

/** Piecewise linear over [−1, 1]; beyond, the edge. */
function interpolate(values: Float64Array, x: number): number {
  const position = Math.min(Math.max(((x + 1) / 2) * (NODES - 1), 0), NODES - 1);
  const node = Math.min(Math.floor(position), NODES - 2);
  const share = position - node;
  return (1 - share) * (values[node] as number) + share * (values[node + 1] as number);
}

/** Highest deviation at which waiting gains nothing: the gain rises with the fee, so bisection is safe. */
function crossing(gainAt: (deviation: number) => number, reach: number): number {
  let [low, high] = [-reach, reach];
  if (gainAt(high) <= 0) return high;
  if (gainAt(low) > 0) return low;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (gainAt(middle) > 0) high = middle;
    else low = middle;
  }
  return low;
}
