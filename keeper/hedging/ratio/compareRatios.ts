import { KeelError } from "../../errors.ts";
import { effectiveness, type Verdict, verdict } from "./effectiveness.ts";
import { ewmaRatio } from "./ewma.ts";
import { garchRatio } from "./garchRatio.ts";
import { firstMoves, type HedgeSample, type Levels } from "./hedgeSample.ts";
import { kalmanRatio } from "./kalmanRatio.ts";
import { LOW_CORRELATION, lowCorrelation } from "./lowCorrelation.ts";
import { moments } from "./moments.ts";
import { naiveRatio } from "./naive.ts";
import { olsRatio } from "./ols.ts";
import type { RatioMethod, RatioModel } from "./ratioModel.ts";
import { shortfallRatio } from "./shortfallRatio.ts";
import { utilityRatio } from "./utilityRatio.ts";
import { vecmRatio } from "./vecmRatio.ts";
import { windowedRatio } from "./windowed.ts";

export type RatioSettings = {
  /** Moves of a rolling window, and before a recursive regression begins. */
  readonly window: number;
  /** EWMA's weight on the past. */
  readonly decay: number;
  /** VECM's lagged differences and seasons. */
  readonly lags: number;
  readonly seasons: number;
  /** Of the expected shortfall. */
  readonly confidence: number;
  /** Of the mean-variance ratio, which cannot be had without. */
  readonly riskAversion: number | undefined;
  /** Share of the moves that out-of-sample ratios are fitted on; the rest judges them. */
  readonly split: number;
};

export type RatioComparison = {
  readonly method: RatioMethod;
  /** For the next move, fitted on the whole sample. */
  readonly ratio: number;
  readonly standardError: number | undefined;
  readonly inSample: number | undefined;
  readonly outOfSample: number | undefined;
  /** Of the out-of-sample effectiveness, where there is one. */
  readonly verdict: Verdict | undefined;
  readonly warnings: readonly string[];
  readonly parameters: RatioModel["parameters"];
  /** The ratio before every move of the sample and for the next. */
  readonly path: Float64Array;
};

/** A method that this sample does not allow, and why. */
export type RefusedRatio = { readonly method: RatioMethod; readonly refused: string };

const CHANGING: readonly RatioMethod[] = ["rolling", "recursive", "ewma", "garch-ccc", "garch-dcc", "kalman"];

/** Fewer moves than these say little about a variance. */
const FEW = 20;

/** Every method fitted on the whole sample, and judged on moves that it was not fitted on. A method that cannot be fitted says why. */
export function compareRatios(
  sample: HedgeSample,
  methods: readonly RatioMethod[],
  settings: RatioSettings,
): (RatioComparison | RefusedRatio)[] {
  const { correlation } = moments(sample.spot, sample.future);
  const low = Math.abs(correlation) < LOW_CORRELATION ? [lowCorrelation(correlation)] : [];
  return methods.map((method) => {
    try {
      return compared(method, sample, settings, low);
    } catch (error) {
      if (!(error instanceof KeelError)) throw error;
      return { method, refused: error.message };
    }
  });
}

function compared(method: RatioMethod, sample: HedgeSample, settings: RatioSettings, low: readonly string[]): RatioComparison {
  const { spot, future } = sample;
  const model = fitRatio(method, sample, settings);
  const path = model.path(spot, future);
  const inSample = effectiveness(spot, future, path);
  const warnings = [...low, ...model.warnings];
  const outOfSample = judged(method, sample, settings, warnings);
  const judgement = outOfSample ?? inSample;
  const word = judgement === undefined ? undefined : verdict(judgement);
  if (word === "weak") {
    const cure = CHANGING.includes(method)
      ? "look for an instrument closer to the exposure"
      : "try a dynamic ratio: ewma, garch-dcc or kalman";
    warnings.push(`effectiveness ${(100 * (judgement as number)).toFixed(1)} % is below 70 %: ${cure}`);
  }
  const ratio = path.at(-1) as number;
  return {
    method,
    ratio,
    standardError: model.standardError,
    inSample,
    outOfSample,
    verdict: word,
    warnings,
    parameters: model.parameters,
    path,
  };
}

/** Effectiveness after the split of a ratio that was fitted before it. */
function judged(method: RatioMethod, sample: HedgeSample, settings: RatioSettings, warnings: string[]): number | undefined {
  const { spot, future } = sample;
  const from = Math.round(spot.length * settings.split);
  try {
    const { path } = fitRatio(method, firstMoves(sample, from), settings);
    if (spot.length - from < FEW) warnings.push(`only ${spot.length - from} moves judge it out of sample`);
    return effectiveness(spot, future, path(spot, future), from);
  } catch (error) {
    if (!(error instanceof KeelError)) throw error;
    warnings.push(`no out-of-sample figure: the first ${from} moves are too few (${error.message})`);
    return undefined;
  }
}

/**
 * One method fitted on a sample.
 * @throws InvalidInputError when the sample is too short or does not move
 */
export function fitRatio(method: RatioMethod, sample: HedgeSample, settings: RatioSettings): RatioModel {
  const { spot, future } = sample;
  switch (method) {
    case "naive":
      return naiveRatio();
    case "ols":
      return olsRatio(spot, future);
    case "rolling":
    case "recursive":
      return windowedRatio(spot, future, settings.window, method);
    case "ewma":
      return ewmaRatio(spot, settings.decay);
    case "garch-ccc":
    case "garch-dcc":
      return garchRatio(spot, future, method);
    case "kalman":
      return kalmanRatio(spot, future);
    case "vecm":
      return vecmRatio(longRun(sample), settings);
    case "shortfall":
      return shortfallRatio(spot, future, settings.confidence);
    case "utility":
      return utilityRatio(spot, future, settings.riskAversion ?? Number.NaN);
  }
}

/** What a VECM is about: log prices where moves are log returns, prices otherwise. */
function longRun({ kind, levels }: HedgeSample): Levels {
  if (kind !== "log") return levels;
  return { ...levels, spot: levels.spot.map(Math.log), future: levels.future.map(Math.log) };
}
