import type { RegionPosition } from "../../../keeper/hedging/regionProblem.ts";

/** A hedging problem as the reference file states it: proportional is a fraction of spot, fixed in quote per trade. */
export type HedgingProblem = {
  readonly spot: number;
  readonly vol: number;
  readonly positions: readonly RegionPosition[];
  readonly riskAversion: number;
  readonly costs: { readonly proportional: number; readonly fixed: number; readonly impact?: number; readonly carry?: number };
};

export type EvaluationOptions = {
  readonly steps: number;
  /** Holdings on the grid. */
  readonly holdings?: number;
  /** Half-width of the tree, standard deviations; what lies beyond is folded back. */
  readonly deviations?: number;
  /** The holding is sold for nothing at expiry instead of at the proportional cost. */
  readonly freeClose?: boolean;
};

/** Where a policy stands at a node: holdings between which it does nothing, and those it trades to. */
export type HoldingRegion = readonly [lower: number, targetLower: number, targetUpper: number, upper: number];
export type Policy = (elapsedYears: number, spot: number) => HoldingRegion;

export type Tree = {
  readonly steps: number;
  readonly years: number;
  readonly up: number;
  /** Per step the index of the lowest node kept, the number kept, and per node the spot and the ideal holding −delta. */
  readonly lowest: readonly number[];
  readonly spots: readonly Float64Array[];
  readonly ideal: readonly Float64Array[];
  readonly value: number;
};

/** Cox-Ross-Rubinstein tree of a book over its longest expiry, shorter ones paid at the nearest step. */
export function buildTree({ spot, vol, positions }: HedgingProblem, { steps, deviations = 7 }: EvaluationOptions): Tree {
  const years = Math.max(...positions.map((position) => position.years));
  const dx = vol * Math.sqrt(years / steps);
  const up = 1 / (1 + Math.exp(dx));
  const half = Math.ceil(deviations * Math.sqrt(steps));
  const lowest: number[] = [];
  const spots: Float64Array[] = [];
  for (let i = 0; i <= steps; i += 1) {
    const low = Math.max(0, Math.ceil((i - half) / 2));
    lowest.push(low);
    spots.push(Float64Array.from({ length: i - 2 * low + 1 }, (_, n) => spot * Math.exp((2 * (low + n) - i) * dx)));
  }
  const payAt = positions.map((position) => Math.round((position.years / years) * steps));
  const ideal: Float64Array[] = [];
  let values = new Float64Array(0);
  for (let i = steps; i >= 0; i -= 1) {
    const here = spots[i] as Float64Array;
    const next = spots[i + 1];
    const shift = next ? (lowest[i] as number) - (lowest[i + 1] as number) : 0;
    const holding = new Float64Array(here.length);
    const now = new Float64Array(here.length);
    here.forEach((s, n) => {
      if (next) {
        const below = Math.min(Math.max(n + shift, 0), next.length - 2);
        const slope =
          ((values[below + 1] as number) - (values[below] as number)) / ((next[below + 1] as number) - (next[below] as number));
        holding[n] = -slope;
        now[n] = (values[below] as number) + slope * (s - (next[below] as number));
      }
      positions.forEach(({ type, strike, size }, p) => {
        if (payAt[p] === i) now[n] = (now[n] as number) + size * Math.max(0, type === "call" ? s - strike : strike - s);
      });
    });
    ideal[i] = holding;
    values = now;
  }
  return { steps, years, up, lowest, spots, ideal, value: values[0] as number };
}

/**
 * Certainty-equivalent loss of a policy over the frictionless hedge, exact on the tree but for a grid of holdings with linear interpolation;
 * without a policy that of the best one (Hodges and Neuberger 1989), its holdings on the grid.
 */
export function hedgingCost(
  problem: HedgingProblem,
  options: EvaluationOptions,
  policy?: Policy,
  tree = buildTree(problem, options),
): number {
  const { riskAversion, costs } = problem;
  const { holdings = 900, freeClose = false } = options;
  const { steps, years, up, lowest, spots, ideal } = tree;
  const dt = years / steps;
  let low = 0;
  let high = 0;
  for (const row of ideal) for (const y of row) [low, high] = [Math.min(low, y), Math.max(high, y)];
  const pad = 0.05 * (high - low);
  low -= pad;
  high += pad;
  const gap = (high - low) / (holdings - 1);
  const { fixed, proportional, impact = 0, carry = 0 } = costs;

  const at = (values: Float64Array, y: number): number => {
    const place = Math.min(Math.max((y - low) / gap, 0), holdings - 1.000001);
    const q = Math.floor(place);
    return (values[q] as number) + (place - q) * ((values[q + 1] as number) - (values[q] as number));
  };
  let next = Array.from(spots[steps] as Float64Array, (s) =>
    Float64Array.from({ length: holdings }, (_, q) => (freeClose ? 0 : proportional * s * Math.abs(low + q * gap))),
  );
  for (let i = steps - 1; i >= 0; i -= 1) {
    const here = spots[i] as Float64Array;
    const after = spots[i + 1] as Float64Array;
    const shift = (lowest[i] as number) - (lowest[i + 1] as number);
    const layer: Float64Array<ArrayBuffer>[] = [];
    for (let n = 0; n < here.length; n += 1) {
      const below = Math.min(Math.max(n + shift, 0), after.length - 2);
      const s = here[n] as number;
      const move = (after[below + 1] as number) - (after[below] as number);
      const kept = stay(next[below + 1] as Float64Array, next[below] as Float64Array, {
        up,
        riskAversion,
        move,
        error: low - ((ideal[i] as Float64Array)[n] as number),
        gap,
        carry: (carry * dt * s) / problem.spot,
      });
      if (policy === undefined) trade(kept, proportional * s * gap, fixed, impact * gap * gap);
      else {
        const [lower, targetLower, targetUpper, upper] = policy(i * dt, s);
        const loss = kept.slice();
        const below1 = at(loss, targetLower);
        const above1 = at(loss, targetUpper);
        for (let q = 0; q < holdings; q += 1) {
          const y = low + q * gap;
          const size = y < lower ? targetLower - y : y > upper ? y - targetUpper : 0;
          if (y < lower || y > upper)
            kept[q] = (y < lower ? below1 : above1) + fixed + proportional * s * Math.abs(size) + impact * size * size;
        }
      }
      layer.push(kept);
    }
    next = layer;
  }
  return at(next[0] as Float64Array, (ideal[0] as Float64Array)[0] as number);
}

type StayParameters = { up: number; riskAversion: number; move: number; error: number; gap: number; carry: number };

/** Loss of keeping each holding over one step: certainty equivalent of the two outcomes, by cumulants where they are close. */
function stay(
  above: Float64Array,
  below: Float64Array,
  { up, riskAversion, move, error, gap, carry }: StayParameters,
): Float64Array<ArrayBuffer> {
  const kept = new Float64Array(above.length);
  const down = 1 - up;
  const spread = up * down;
  const third = (riskAversion * (down - up)) / 3;
  const fourth = (riskAversion * riskAversion * (1 - 6 * spread)) / 12;
  const fifth = (riskAversion ** 3 * (down - up) * (1 - 12 * spread)) / 60;
  const sixth = (riskAversion ** 4 * (1 - 30 * spread + 120 * spread ** 2)) / 360;
  for (let q = 0; q < kept.length; q += 1) {
    const a = above[q] as number;
    const b = below[q] as number;
    const d = a - b - (error + q * gap) * move;
    const z = riskAversion * d;
    const mean = up * a + down * b;
    const risk =
      Math.abs(z) < 0.2
        ? 0.5 * spread * riskAversion * d * d * (1 + d * (third + d * (fourth + d * (fifth + d * sixth))))
        : Math.log(up * Math.exp(down * z) + down * Math.exp(-up * z)) / riskAversion;
    kept[q] = mean + risk + carry * (error + q * gap);
  }
  return kept;
}

/** Replaces the loss of keeping by that of the best trade where it is lower: two sweeps along the grid, every pair where impact is counted. */
function trade(loss: Float64Array, step: number, fixed: number, impact: number): void {
  const best = loss.slice();
  if (impact > 0) {
    for (let q = 0; q < best.length; q += 1)
      for (let r = 0; r < best.length; r += 1) {
        const size = Math.abs(q - r);
        best[q] = Math.min(best[q] as number, (loss[r] as number) + (step + impact * size) * size);
      }
  }
  for (let q = 1; q < best.length && impact === 0; q += 1) best[q] = Math.min(best[q] as number, (best[q - 1] as number) + step);
  for (let q = best.length - 2; q >= 0 && impact === 0; q -= 1)
    best[q] = Math.min(best[q] as number, (best[q + 1] as number) + step);
  for (let q = 0; q < loss.length; q += 1) loss[q] = Math.min(loss[q] as number, (best[q] as number) + fixed);
}
