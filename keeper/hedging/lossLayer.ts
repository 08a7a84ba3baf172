/** Price impact of a trade in quote per squared unit, and the size from which two trades are cheaper than one (√(fixed/impact)). */
export type Impact = { readonly perSquare: number; readonly reach: number };

/** Impact of so many units; a size beyond reach is cut into trades of that size, so it grows in a straight line. */
export function impactOf(size: number, perSquare: number, reach: number): number {
  return size <= reach ? perSquare * size * size : perSquare * reach * (2 * size - reach);
}

/** Holdings at which each node's loss is known. */
export const HOLDINGS = 21;

/**
 * Loss W(y) of every node of one step, as a function of the holding y (quote, over the frictionless hedge). Inside [lower, upper] a cubic
 * through `HOLDINGS` equidistant values; outside, what trading to the target costs: `above` + slope·d + impact of d, d the distance to it.
 */
export type LossLayer = {
  readonly kept: Float64Array;
  readonly first: Float64Array;
  readonly gap: Float64Array;
  readonly lower: Float64Array;
  readonly targetLower: Float64Array;
  readonly targetUpper: Float64Array;
  readonly upper: Float64Array;
  readonly below: Float64Array;
  readonly above: Float64Array;
  /** Proportional cost of a unit at the node, quote. */
  readonly slope: Float64Array;
  impact: Impact;
  /** Value of the book in the frictionless lattice, and the holding −∂V/∂S that replicates it. */
  readonly value: Float64Array;
  readonly ideal: Float64Array;
  /** Nodes in use. */
  count: number;
};

/** Room for so many nodes; everything zero, which is a book already closed for nothing. */
export function emptyLayer(nodes: number): LossLayer {
  const column = () => new Float64Array(nodes);
  return {
    kept: new Float64Array(nodes * HOLDINGS),
    first: column(),
    gap: column().fill(1),
    lower: column(),
    targetLower: column(),
    targetUpper: column(),
    upper: column(),
    below: column(),
    above: column(),
    slope: column(),
    impact: { perSquare: 0, reach: 0 },
    value: column(),
    ideal: column(),
    count: nodes,
  };
}

/** Losses at node n of so many holdings as `losses` is long, equidistant from `from`. */
export function lossesAt(layer: LossLayer, n: number, from: number, step: number, losses: Float64Array): void {
  const { kept } = layer;
  const { perSquare, reach } = layer.impact;
  const offset = n * HOLDINGS;
  const upper = layer.upper[n] as number;
  const lower = layer.lower[n] as number;
  const slope = layer.slope[n] as number;
  const perGap = 1 / (layer.gap[n] as number);
  const start = (from - (layer.first[n] as number)) * perGap;
  const stride = step * perGap;
  for (let q = 0; q < losses.length; q += 1) {
    const y = from + q * step;
    if (y > upper) {
      const d = y - (layer.targetUpper[n] as number);
      losses[q] = (layer.above[n] as number) + slope * d + impactOf(d, perSquare, reach);
    } else if (y < lower) {
      const d = (layer.targetLower[n] as number) - y;
      losses[q] = (layer.below[n] as number) + slope * d + impactOf(d, perSquare, reach);
    } else losses[q] = cubicAt(kept, offset, start + q * stride);
  }
}

/** Lagrange cubic through the four of `HOLDINGS` values (from `offset`) around a place in units of their distance. */
export function cubicAt(values: Float64Array, offset: number, place: number): number {
  let q = place | 0;
  if (q < 1) q = 1;
  else if (q > HOLDINGS - 3) q = HOLDINGS - 3;
  const f = place - q;
  const i = offset + q;
  const before = f + 1;
  const after = f - 1;
  const far = f - 2;
  return (
    (before * after * far * (values[i] as number) - before * f * far * (values[i + 1] as number)) / 2 +
    (before * f * after * (values[i + 2] as number) - f * after * far * (values[i - 1] as number)) / 6
  );
}
