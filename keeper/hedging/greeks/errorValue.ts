import { InvalidInputError } from "../../errors.ts";
import { stationaryBand } from "../noTradeRegion.ts";
import { type Matrix, scaled } from "../symmetricEigen.ts";
import { sharedCostRegion } from "./sharedCostRegion.ts";

export type ErrorDynamics = {
  /** Covariance rate of the errors (delta, gamma, vega, …), per year. */
  readonly diffusion: Matrix;
  /** Risk aversion × covariance rate of what one unit of each error earns, quote per year. */
  readonly risk: Matrix;
  /** Quote per transaction. */
  readonly fixed: number;
  /** Cheapest cost of removing one unit of each error, quote. */
  readonly proportional: readonly number[];
  /** Years between two decisions. */
  readonly checkEvery: number;
  /** Years until the last option of the book expires. */
  readonly years: number;
};

/** What carrying errors y costs until policy would remove them: ½yᵀHy, and how much a transaction must save before it is worth its fixed cost. */
export type ErrorValue = {
  readonly matrix: Matrix;
  /** Per error, quote: a transaction that mends only this error must save this much beyond its proportional cost. */
  readonly hurdles: readonly number[];
};

const ROUNDING = 1e-9;

/** One error by itself: slope of its marginal value at the target, what mending it must save, the same slope if there were no proportional
 * cost (in units of √fixed cost), the share of the shared cost in what mending it costs, and the least diffusion. */
type Axis = {
  readonly curvature: number;
  readonly hurdle: number;
  readonly bare: number;
  readonly sharing: number;
  readonly floor: number;
};

/**
 * The value of standing errors in the impulse-control problem, as a quadratic whose soft threshold is the optimal target and whose hurdle
 * is the optimal trigger. One error alone: H = k/t (4F/b² without proportional cost), hurdle 2Fb/(b−t), with b and t of `stationaryBand`: exact.
 * Several errors under one fixed cost alone: H = 4F·M of `sharedCostRegion`, hurdle 2F: exact. In between, M's shape is stretched so that
 * each error has its own curvature, lowered as far as its cost is the shared one: then mending another error mends it too. An error stays
 * at least until the next look (+C·dt) and at most until expiry (H ≤ C·τ).
 * @throws InvalidInputError when a size is wrong, a cost negative or a diagonal negative
 * @see docs/hedging.md#gamma-and-vega
 */
export function errorValue(dynamics: ErrorDynamics): ErrorValue {
  const { diffusion, risk, proportional, checkEvery } = dynamics;
  validate(dynamics);
  const years = Math.max(dynamics.years, checkEvery);
  const axes = proportional.map((cost, i) => axisOf(at(diffusion, i, i), at(risk, i, i), cost, { ...dynamics, years }));
  const lasting = continuation(diffusion, risk, axes);
  const total = lasting.map((row, i) => row.map((x, j) => x + at(risk, i, j) * checkEvery));
  const shrink = total.map((row, i) => {
    const most = at(risk, i, i) * years;
    return (row[i] as number) > most ? Math.sqrt(most / (row[i] as number)) : 1;
  });
  return {
    matrix: scaled(total, shrink),
    hurdles: axes.map(({ hurdle }, i) => Math.max(dynamics.fixed, (shrink[i] as number) ** 2 * hurdle)),
  };
}

/** H without the wait for the next look: zero along errors that cost nothing to mend or carry no risk. */
function continuation(diffusion: Matrix, risk: Matrix, axes: readonly Axis[]): Matrix {
  // What does not diffuse would be carried for ever; the floor lets it live no longer than the book. The rounding keeps A positive definite.
  const moving = diffusion.map((row, i) => row.map((x, j) => (i === j ? x * (1 + ROUNDING) + (axes[i] as Axis).floor : x)));
  const { shape } = sharedCostRegion({ diffusion: moving, risk, fixed: 1 });
  const stretch = axes.map(({ curvature, bare, sharing }, i) => {
    const together = 4 * at(shape, i, i);
    return together === 0 ? 0 : Math.sqrt((curvature * (together / bare) ** sharing) / together);
  });
  return scaled(shape, stretch).map((row) => row.map((x) => 4 * x));
}

function axisOf(
  diffusion: number,
  risk: number,
  cost: number,
  { fixed, checkEvery, years }: Pick<ErrorDynamics, "fixed" | "checkEvery" | "years">,
): Axis {
  // The diffusion at which the error would live as long as the book: without fees 2k²/3C²τ³, without gas 4F/3Cτ².
  const least =
    risk === 0 ? 0 : Math.max((2 * cost * cost) / (3 * risk * risk * years ** 3), (4 * fixed) / (3 * risk * years * years));
  const floor = diffusion + least > 0 ? least : 1;
  if (risk === 0 || (cost === 0 && fixed === 0)) return { curvature: 0, hurdle: fixed, bare: 1, sharing: 1, floor };
  const moving = diffusion + floor;
  const costs = { fixed, proportional: cost, impact: 0, carry: 0 };
  const { trigger, target } = stationaryBand({ spot: 1, vol: 1, gamma: Math.sqrt(moving), years, riskAversion: risk, costs });
  const curvature = cost === 0 ? (4 * fixed) / (trigger * trigger) : cost / target;
  const bare = Math.sqrt((4 * risk) / (3 * moving));
  // The error overshoots by about half a step where one only looks every so often, as in `noTradeRegion`.
  const reach = Math.max(trigger - target - Math.sqrt(moving * checkEvery) / 2, 0);
  return {
    curvature,
    hurdle: (curvature * reach * reach) / 2,
    bare,
    sharing: fixed * (bare / curvature) ** 2,
    floor,
  };
}

function at(matrix: Matrix, i: number, j: number): number {
  return (matrix[i] as readonly number[])[j] as number;
}

function validate({ diffusion, risk, fixed, proportional, checkEvery, years }: ErrorDynamics): void {
  const n = proportional.length;
  const isSquare = (matrix: Matrix) =>
    matrix.length === n && matrix.every((row, i) => row.length === n && row.every(Number.isFinite) && (row[i] as number) >= 0);
  if (!isSquare(diffusion) || !isSquare(risk)) {
    throw new InvalidInputError(`Diffusion and risk of ${n} errors need ${n} × ${n} numbers with no negative variance`, {
      diffusion,
      risk,
    });
  }
  for (const value of [fixed, checkEvery, years, ...proportional]) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw new InvalidInputError(`Costs and times must not be negative, got ${value}`, { value });
  }
}
