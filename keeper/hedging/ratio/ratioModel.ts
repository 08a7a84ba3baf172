/** One way to set a hedge ratio, in the order in which they are told. */
export const RATIO_METHODS = [
  "naive",
  "ols",
  "rolling",
  "recursive",
  "ewma",
  "garch-ccc",
  "garch-dcc",
  "kalman",
  "vecm",
  "shortfall",
  "utility",
] as const;

export type RatioMethod = (typeof RATIO_METHODS)[number];

/** What a fitted parameter may be. */
export type Figure = number | string | boolean | readonly number[] | undefined;

/**
 * A fitted hedge ratio h*: units (or, on returns, value) of the future sold per unit (value) of spot held. The hedge position is −h* × exposure,
 * so that a book hedged one to one has h* = 1 and the hedge ratio H = −1 that is reported elsewhere.
 */
export type RatioModel = {
  readonly method: RatioMethod;
  /** Of the ratio at the end of the sample; undefined where none exists. */
  readonly standardError: number | undefined;
  readonly parameters: Readonly<Record<string, Figure>>;
  readonly warnings: readonly string[];
  /** The ratio for every move of a sample, each from earlier moves only (and these parameters). */
  readonly path: HedgeRatioPath;
};

/**
 * Ratios by which to multiply the exposure: element t hedges move t and is known before it, the last one, beyond the sample, hedges what comes
 * next. NaN while there is too little history.
 * @returns spot.length + 1 ratios
 */
export type HedgeRatioPath = (spot: Float64Array, future: Float64Array) => Float64Array;

/** The path of a ratio that never changes. */
export function constantPath(ratio: number): HedgeRatioPath {
  return (spot) => new Float64Array(spot.length + 1).fill(ratio);
}
