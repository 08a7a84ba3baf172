import { InvalidInputError } from "../../errors.ts";
import { stationaryBand } from "../noTradeRegion.ts";
import { sharedCostRegion } from "./sharedCostRegion.ts";
import { type Matrix, scaled } from "./symmetricEigen.ts";

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

type Axis = { readonly curvature: number; readonly hurdle: number; readonly effectiveFixed: number; readonly floor: number };

/**
 * The value of standing errors in the impulse-control problem, as a quadratic whose soft threshold is the optimal target and whose hurdle
 * is the optimal trigger. One error alone: H = k/t (4F/b² without proportional cost), hurdle 2Fb/(b−t), with b and t of `stationaryBand`: exact.
 * Several errors under one fixed cost alone: H = 4F·M of `sharedCostRegion`, hurdle 2F: exact. Both together: ½HAH + ¼tr(AH)H = E^½CE^½ with
 * Eᵢ = ¾Hᵢ²Aᵢ/Cᵢ, which contains both cases. An error stays at least until the next look (+C·dt) and at most until expiry (H ≤ C·τ).
 * @throws InvalidInputError when a size is wrong, a cost negative or a diagonal negative
 * @see docs/hedging.md#gamma-and-vega
 */
export function errorValue(dynamics: ErrorDynamics): ErrorValue {
  const { diffusion, risk, proportional, checkEvery } = dynamics;
  validate(dynamics);
  const years = Math.max(dynamics.years, checkEvery);
  const axes = proportional.map((cost, i) => axisOf(at(diffusion, i, i), at(risk, i, i), cost, dynamics.fixed, years));
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
  const live = axes.flatMap(({ effectiveFixed }, i) => (effectiveFixed > 0 ? [i] : []));
  const weights = live.map((i) => Math.sqrt((axes[i] as Axis).effectiveFixed));
  const pick = (matrix: Matrix) => live.map((i) => live.map((j) => at(matrix, i, j)));
  // What does not diffuse would be carried for ever; the floor lets it live no longer than the book.
  const moving = pick(diffusion).map((row, a) => row.map((x, b) => (a === b ? x + (axes[live[a] as number] as Axis).floor : x)));
  const shape =
    live.length === 0 ? [] : sharedCostRegion({ diffusion: moving, risk: scaled(pick(risk), weights), fixed: 1 }).shape;
  return axes.map((_, i) =>
    axes.map((__, j) => (live.includes(i) && live.includes(j) ? 4 * at(shape, live.indexOf(i), live.indexOf(j)) : 0)),
  );
}

function axisOf(diffusion: number, risk: number, cost: number, fixed: number, years: number): Axis {
  if (risk === 0 || (cost === 0 && fixed === 0)) return { curvature: 0, hurdle: fixed, effectiveFixed: 0, floor: 0 };
  // The diffusion at which the error would live as long as the book: without fees 2k²/3C²τ³, without gas 4F/3Cτ².
  const floor = Math.max((2 * cost * cost) / (3 * risk * risk * years ** 3), (4 * fixed) / (3 * risk * years * years));
  const moving = diffusion + floor;
  const costs = { fixed, proportional: cost, impact: 0, carry: 0 };
  const { trigger, target } = stationaryBand({ spot: 1, vol: 1, gamma: Math.sqrt(moving), years, riskAversion: risk, costs });
  const curvature = cost === 0 ? (4 * fixed) / (trigger * trigger) : cost / target;
  return {
    curvature,
    hurdle: (curvature * (trigger - target) ** 2) / 2,
    effectiveFixed: (0.75 * curvature * curvature * moving) / risk,
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
