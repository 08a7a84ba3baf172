import { emptyLayer, HOLDINGS, impactOf, type LossLayer, lossesAt } from "./lossLayer.ts";
import { halfWidth, layStretches, payoffAt, type Stretch, valueAfter } from "./regionLattice.ts";
import { assertRegionProblem, type RegionProblem } from "./regionProblem.ts";
import { type StepTerms, stepBack } from "./stepBack.ts";

/** Numbers kept per node: lower, target lower, target upper, upper, ideal holding (units). */
export const COLUMNS = 5;

/** The no-trade region of a book at every node of its lattice; plain data and one typed array, so that it can be sent between threads. */
export type OptimalRegion = {
  /** Spot at the middle of the lattice. */
  readonly spot: number;
  readonly stretches: readonly Stretch[];
  /** Per stretch where each of its steps begins in `values`. */
  readonly offsets: readonly Float64Array[];
  readonly values: Float64Array;
  /** Hedging cost from here on when starting at the ideal holding, quote. */
  readonly cost: number;
};

/**
 * The optimal no-trade region of a whole book: impulse control under exponential utility by dynamic programming on a lattice (Hodges and
 * Neuberger 1989; Davis, Panas and Zariphopoulou 1993), solved for W(t, S, y), the loss of holding y over the frictionless hedge:
 * U(y) = λ⁻¹ ln E exp λ[W⁺(y) − (y − ideal)(S⁺ − S)] + carry·(y − ideal)·dt and W(y) = min over trades q of U(y + q) + fixed + k·S·|q| + impact·q².
 * The holding left at the last expiry is sold at the proportional cost.
 * @param startRange  log distance from spot that a look-up may have moved at once
 * @throws InvalidInputError when a number of the problem has no meaning
 * @see docs/hedging.md#the-optimal-region
 */
export function optimalRegion(problem: RegionProblem, startRange = 0): OptimalRegion {
  assertRegionProblem(problem);
  const stretches = layStretches(problem, startRange);
  const offsets: Float64Array[] = [];
  let size = 0;
  for (const stretch of stretches) {
    const starts = new Float64Array(stretch.steps);
    for (let i = 0; i < stretch.steps; i += 1) {
      starts[i] = size;
      size += COLUMNS * (halfWidth(stretch, i) + 1);
    }
    offsets.push(starts);
  }
  const values = new Float64Array(size);
  let later: LossLayer | undefined;
  for (let s = stretches.length - 1; s >= 0; s -= 1) {
    const stretch = stretches[s] as Stretch;
    const end = closingLayer(problem, stretch, stretches[s + 1], later);
    later = solveStretch(problem, stretch, end, values, offsets[s] as Float64Array);
  }
  const middle = later === undefined ? 0 : (later.count - 1) / 2;
  const cost = later === undefined ? 0 : lossAt(later, middle, later.ideal[middle] as number);
  return { spot: problem.spot, stretches, offsets, values, cost };
}

function lossAt(layer: LossLayer, n: number, y: number): number {
  const loss = new Float64Array(1);
  lossesAt(layer, n, y, 0, loss);
  return loss[0] as number;
}

/** Room for the widest step of a stretch. */
function layerFor(stretch: Stretch): LossLayer {
  return emptyLayer(stretch.mostHalf + 2);
}

/** Steps back through a stretch from its end, writing regions as it goes; returns its first layer. */
function solveStretch(
  problem: RegionProblem,
  stretch: Stretch,
  end: LossLayer,
  values: Float64Array,
  offsets: Float64Array,
): LossLayer {
  const { spot, riskAversion, costs, checkEvery } = problem;
  const { dx, dt, steps } = stretch;
  const gross = problem.positions.reduce((sum, { size }) => sum + Math.abs(size), 0);
  const impact = costs.impact ?? 0;
  const lastRisk = riskAversion * (spot * dx) ** 2;
  const terms: StepTerms = {
    up: 1 / (1 + Math.exp(dx)),
    riskAversion,
    carry: ((costs.carry ?? 0) * dt) / (2 * spot * Math.sinh(dx)),
    fixed: costs.fixed,
    impact: { perSquare: impact, reach: impact === 0 ? 0 : Math.sqrt(costs.fixed / impact) },
    narrowest: 1e-7 * gross + 1e-12,
    widest: 8 * gross + (4 * Math.abs(costs.carry ?? 0)) / (riskAversion * (problem.vol * spot) ** 2),
    firstGuess: Math.min(Math.sqrt((2 * costs.fixed) / lastRisk) + 1e-3 * gross, 2 * gross) + 1e-9,
  };
  // A keeper that looks more often than the lattice steps overshoots its trigger by less, by half a step's move of the ideal holding.
  const overshoot = checkEvery === undefined ? 0 : (1 - Math.sqrt(checkEvery / dt)) / 4;
  let from = end;
  let to = layerFor(stretch);
  let spare = layerFor(stretch);
  for (let i = steps - 1; i >= 0; i -= 1) {
    const half = halfWidth(stretch, i);
    const shift = (halfWidth(stretch, i + 1) - half - 1) / 2;
    to.count = half + 1;
    to.impact = terms.impact;
    for (let n = 0; n <= half; n += 1) {
      const s = spot * Math.exp((2 * n - half) * dx);
      const below = Math.max(0, n + shift);
      const above = Math.min(n + shift + 1, from.count - 1);
      to.slope[n] = costs.proportional * s;
      replicate(from, n + shift, to, n, s, dx);
      stepBack(from, above, below, to, n, 2 * s * Math.sinh(dx), terms);
      // Paid after the trade: a trade at this step no longer hedges what is paid here.
      to.value[n] = (to.value[n] as number) + payoffAt(stretch, i, s);
      const idealMove = i === steps - 1 ? 0 : Math.abs((from.ideal[above] as number) - (from.ideal[below] as number));
      write(to, n, values, (offsets[i] as number) + COLUMNS * n, overshoot * idealMove, costs.fixed > 0);
    }
    const free = from === end ? spare : from;
    spare = free;
    from = to;
    to = free;
  }
  return from;
}

/** Value and ideal holding of a node from the two children (beyond the lattice's edge: those next to it, in a straight line). */
function replicate(from: LossLayer, lowerChild: number, to: LossLayer, n: number, spot: number, dx: number): void {
  const child = Math.min(Math.max(lowerChild, 0), from.count - 2);
  const lowerSpot = spot * Math.exp((2 * (child - lowerChild) - 1) * dx);
  const slope = ((from.value[child + 1] as number) - (from.value[child] as number)) / (lowerSpot * (Math.exp(2 * dx) - 1));
  to.ideal[n] = -slope;
  to.value[n] = (from.value[child] as number) + slope * (spot - lowerSpot);
}

/** Stores a node's region, its triggers (without fixed cost its targets too) moved outward. */
function write(layer: LossLayer, n: number, values: Float64Array, at: number, outward: number, hasFixed: boolean): void {
  const lower = layer.lower[n] as number;
  const upper = layer.upper[n] as number;
  let targetLower = layer.targetLower[n] as number;
  let targetUpper = layer.targetUpper[n] as number;
  // Without proportional cost the two targets are one, found twice.
  if (targetLower > targetUpper) targetLower = targetUpper = (targetLower + targetUpper) / 2;
  const move = Math.max(outward, (lower - upper) / 4);
  if (!hasFixed) {
    targetLower -= move;
    targetUpper += move;
  }
  values[at] = Math.min(lower - move, targetLower);
  values[at + 1] = targetLower;
  values[at + 2] = targetUpper;
  values[at + 3] = Math.max(upper + move, targetUpper);
  values[at + 4] = layer.ideal[n] as number;
}

/** The layer a stretch starts back from: everything closed at the proportional cost, or the first layer of the next stretch on its own nodes. */
function closingLayer(
  problem: RegionProblem,
  stretch: Stretch,
  next: Stretch | undefined,
  later: LossLayer | undefined,
): LossLayer {
  const { spot, vol, costs } = problem;
  const half = halfWidth(stretch, stretch.steps);
  const layer = layerFor(stretch);
  layer.count = half + 1;
  for (let n = 0; n <= half; n += 1) {
    const x = (2 * n - half) * stretch.dx;
    const s = spot * Math.exp(x);
    layer.value[n] = payoffAt(stretch, stretch.steps, s) + valueAfter(stretch, s, vol);
    layer.slope[n] = costs.proportional * s;
    if (next !== undefined && later !== undefined) resample(later, (x / next.dx + halfWidth(next, 0)) / 2, layer, n);
  }
  if (later !== undefined) layer.impact = later.impact;
  return layer;
}

/** A node between those of another layer: bounds in a straight line, losses by a cubic across four nodes. */
function resample(from: LossLayer, place: number, to: LossLayer, n: number): void {
  const q = Math.min(Math.max(Math.floor(place), 1), from.count - 3);
  const f = place - q;
  const weights = [
    (-f * (f - 1) * (f - 2)) / 6,
    ((f + 1) * (f - 1) * (f - 2)) / 2,
    (-(f + 1) * f * (f - 2)) / 2,
    ((f + 1) * f * (f - 1)) / 6,
  ];
  const between = (column: Float64Array) => (column[q] as number) + f * ((column[q + 1] as number) - (column[q] as number));
  const loss = (y: number) => weights.reduce((sum, weight, i) => sum + weight * lossAt(from, q - 1 + i, y), 0);
  const lower = between(from.lower);
  const upper = between(from.upper);
  const gap = Math.max((upper - lower) / (HOLDINGS - 1), 1e-12);
  to.first[n] = lower;
  to.gap[n] = gap;
  for (let i = 0; i < HOLDINGS; i += 1) to.kept[n * HOLDINGS + i] = loss(lower + i * gap);
  to.lower[n] = lower;
  to.upper[n] = upper;
  const slope = to.slope[n] as number;
  const depthBelow = between(from.targetLower) - lower;
  const depthAbove = upper - between(from.targetUpper);
  to.targetLower[n] = lower + depthBelow;
  to.targetUpper[n] = upper - depthAbove;
  const { perSquare, reach } = from.impact;
  to.below[n] = loss(lower) - slope * depthBelow - impactOf(depthBelow, perSquare, reach);
  to.above[n] = loss(upper) - slope * depthAbove - impactOf(depthAbove, perSquare, reach);
}
