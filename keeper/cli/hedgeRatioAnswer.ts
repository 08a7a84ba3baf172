import { InvalidInputError } from "../errors.ts";
import { basis } from "../hedging/ratio/basis.ts";
import { compareRatios, type RatioComparison, type RatioSettings, type RefusedRatio } from "../hedging/ratio/compareRatios.ts";
import { hedgeSample, type MoveKind } from "../hedging/ratio/hedgeSample.ts";
import { moments } from "../hedging/ratio/moments.ts";
import { valueRatio } from "../hedging/ratio/naive.ts";
import { outliers, withoutOutliers } from "../hedging/ratio/outliers.ts";
import { ratioFromMoments } from "../hedging/ratio/ratioFromMoments.ts";
import type { RatioMethod } from "../hedging/ratio/ratioModel.ts";
import { wholeContracts } from "../hedging/ratio/wholeContracts.ts";
import { contractsText, hedgeRatioTable, momentsText } from "./hedgeRatioTable.ts";
import { readHedgeFile } from "./readHedgeFile.ts";

export type HedgeRatioOptions = RatioSettings & {
  file?: string;
  spot?: string;
  future?: string;
  date?: string;
  roll?: string;
  rollDates: readonly number[];
  method: readonly RatioMethod[];
  returns: MoveKind;
  percent?: true;
  outlierLimit: number;
  dropOutliers?: true;
  covariance?: number;
  correlation?: number;
  sdSpot?: number;
  sdFuture?: number;
  exposure?: number;
  contractSize?: number;
  smallerContract?: number;
  json?: true;
};

/** The same answer for programs and for people. */
export type HedgeRatioAnswer = { readonly json: object; readonly text: string };

/**
 * Hedge ratios of a file of prices.
 * @throws InvalidInputError naming what to change
 */
export function answerFromFile(file: string, options: HedgeRatioOptions): HedgeRatioAnswer {
  if (options.spot === undefined || options.future === undefined) {
    throw new InvalidInputError("Name the two columns: --spot COLUMN --future COLUMN", { file });
  }
  const kind = options.returns;
  const columns = { spot: options.spot, future: options.future, roll: options.roll, date: options.date };
  const areReturns = kind === "log" || kind === "simple";
  const { levels, lines, ...found } = readHedgeFile(file, columns, areReturns, options.rollDates);
  const all = hedgeSample(levels, kind);
  const strays = outliers(all, options.outlierLimit);
  const kept = options.dropOutliers ? withoutOutliers(all, strays) : all;
  const scale = options.percent ? 100 : 1;
  const sample = { ...kept, spot: kept.spot.map((move) => scale * move), future: kept.future.map((move) => scale * move) };
  const estimates = compareRatios(sample, methodsOf(options), options);
  const choice = chosen(estimates);
  const perUnit = areReturns ? valueRatio(levels.spot.at(-1) as number, levels.future.at(-1) as number) : 1;
  const summary = {
    file,
    rows: lines.length,
    moves: sample.spot.length,
    returns: kind,
    percent: options.percent === true,
    split: options.split,
    ...found,
    outliers: strays.map(({ end, side, value, deviations }) => ({ line: lines[end] as number, side, value, deviations })),
    outliersDropped: options.dropOutliers === true,
    moments: moments(sample.spot, sample.future),
    basis: basis(levels.spot, levels.future, (t) => levels.isBreak[t] as boolean),
    valueRatio: areReturns ? perUnit : undefined,
  };
  const contracts = contractsOf(options, choice.ratio * perUnit);
  const named = areReturns ? `${choice.method} h* x value ratio` : `${choice.method} h*`;
  return {
    json: {
      ...summary,
      estimates: estimates.map(withoutPath),
      ...(contracts && { contracts: { method: choice.method, ...contracts } }),
    },
    text: `${hedgeRatioTable(summary, estimates)}${contracts ? contractsText(contracts, named) : ""}`,
  };
}

/**
 * A hedge ratio of stated moments, or only the contracts of a one-to-one hedge.
 * @throws InvalidInputError naming what to change
 */
export function answerFromMoments(options: HedgeRatioOptions): HedgeRatioAnswer {
  const { covariance, correlation, sdSpot, sdFuture } = options;
  const isGiven = covariance !== undefined || correlation !== undefined || sdSpot !== undefined || sdFuture !== undefined;
  if (!isGiven) {
    const contracts = contractsOf(options, 1);
    if (contracts === undefined) {
      throw new InvalidInputError(
        "Give prices by --file, moments by --covariance or --correlation with --sd-spot and --sd-future, or --exposure with --contract-size",
      );
    }
    return { json: { method: "naive", ratio: 1, contracts }, text: contractsText(contracts, "naive h*") };
  }
  if (sdSpot === undefined || sdFuture === undefined || (covariance === undefined) === (correlation === undefined)) {
    throw new InvalidInputError("Moments are --sd-spot, --sd-future and either --covariance or --correlation", {
      covariance,
      correlation,
      sdSpot,
      sdFuture,
    });
  }
  const result = ratioFromMoments({
    sdSpot,
    sdFuture,
    ...(covariance === undefined ? { correlation: correlation as number } : { covariance }),
  });
  const contracts = contractsOf(options, result.ratio);
  return {
    json: { ...result, ...(contracts && { contracts }) },
    text: `${momentsText(result)}${contracts ? contractsText(contracts, "h*") : ""}`,
  };
}

function contractsOf({ exposure, contractSize, smallerContract }: HedgeRatioOptions, ratio: number) {
  if (exposure === undefined && contractSize === undefined && smallerContract === undefined) return undefined;
  if (exposure === undefined || contractSize === undefined)
    throw new InvalidInputError("Contracts need both --exposure and --contract-size");
  return wholeContracts({ wanted: exposure * ratio, contractSize, smallerContractSize: smallerContract });
}

/** The mean-variance ratio only where a risk aversion is given: there is no natural one. */
function methodsOf({ method, riskAversion }: HedgeRatioOptions): readonly RatioMethod[] {
  if (riskAversion !== undefined) return method;
  if (method.length === 1 && method[0] === "utility")
    throw new InvalidInputError("The mean-variance ratio needs --risk-aversion");
  return method.filter((each) => each !== "utility");
}

/** The plain regression where it was asked for, the first method otherwise: a better figure on few moves is no reason to trade by another. */
function chosen(estimates: readonly (RatioComparison | RefusedRatio)[]): RatioComparison {
  const fitted = estimates.filter((each) => "ratio" in each);
  const choice = fitted.find(({ method }) => method === "ols") ?? fitted[0];
  if (choice !== undefined) return choice;
  throw new InvalidInputError(
    estimates.map((each) => ("refused" in each ? `${each.method}: ${each.refused}` : each.method)).join("; "),
  );
}

function withoutPath(estimate: RatioComparison | RefusedRatio) {
  if ("refused" in estimate) return estimate;
  const { path, ...rest } = estimate;
  return rest;
}
