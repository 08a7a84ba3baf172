import { Command, InvalidArgumentError, Option } from "commander";
import { InvalidInputError } from "../errors.ts";
import { basis } from "../hedging/ratio/basis.ts";
import { compareRatios, type RatioComparison, type RatioSettings, type RefusedRatio } from "../hedging/ratio/compareRatios.ts";
import { hedgeSample, MOVE_KINDS, type MoveKind } from "../hedging/ratio/hedgeSample.ts";
import { moments } from "../hedging/ratio/moments.ts";
import { valueRatio } from "../hedging/ratio/naive.ts";
import { outliers, withoutOutliers } from "../hedging/ratio/outliers.ts";
import { ratioFromMoments } from "../hedging/ratio/ratioFromMoments.ts";
import { RATIO_METHODS, type RatioMethod } from "../hedging/ratio/ratioModel.ts";
import { wholeContracts } from "../hedging/ratio/wholeContracts.ts";
import { readTime } from "../simulation/models/readTime.ts";
import { contractsText, hedgeRatioTable, momentsText } from "./hedgeRatioTable.ts";
import { nonNegative, positive, positiveWhole, whole } from "./numberOption.ts";
import { readHedgeFile } from "./readHedgeFile.ts";

type HedgeRatioOptions = RatioSettings & {
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

/** `keel hedge-ratio`: how much of a future hedges a unit of spot, and how well. */
export const hedgeRatioCommand = new Command("hedge-ratio")
  .description("estimates hedge ratios of a spot and a future, judges them out of sample and turns them into whole contracts")
  .option("--file <file>", "CSV or .csv.gz of prices")
  .option("--spot <column>", "name or number of the spot's column")
  .option("--future <column>", "name or number of the future's")
  .option("--date <column>", "of the time; found by itself when named date or time")
  .option("--roll <column>", "that names the contract of each row: no return is taken across a change")
  .option(
    "--roll-dates <list>",
    "days on which the future's column turns to the next contract, such as 2026-03-20,2026-06-19",
    readDates,
    [],
  )
  .option("--method <list>", `all, or of ${RATIO_METHODS.join(", ")}`, readMethods, readMethods("all"))
  .addOption(
    new Option("--returns <kind>", "moves the ratio is about; level = the columns as they stand")
      .choices(MOVE_KINDS)
      .default("log"),
  )
  .option("--percent", "moves in percent, as textbooks print them")
  .option("--window <moves>", "of rolling regressions, and where recursive ones begin", positiveWhole, 60)
  .option("--decay <lambda>", "EWMA's weight on the past", fraction, 0.94)
  .option("--lags <n>", "lagged differences of the VECM", whole, 1)
  .option("--seasons <n>", "seasonal dummies of the VECM, 4 for quarters", whole, 0)
  .option("--confidence <c>", "of the expected shortfall", fraction, 0.975)
  .option("--risk-aversion <a>", "of the mean-variance ratio, 1 / unit of the moves; asks for it", positive)
  .option("--split <fraction>", "share of the moves fitted on, the rest judges", fraction, 0.7)
  .option("--outlier-limit <n>", "robust deviations (MAD) from which a move is reported as an outlier", positive, 10)
  .option("--drop-outliers", "leave outliers out of the estimates")
  .option("--covariance <x>", "without a file: of spot and future moves", finite)
  .option("--correlation <r>", "or their correlation", finite)
  .option("--sd-spot <x>", "standard deviation of the spot's moves", nonNegative)
  .option("--sd-future <x>", "of the future's", nonNegative)
  .option("--exposure <units>", "units of spot to hedge, negative when short", finite)
  .option("--contract-size <units>", "of one contract", positive)
  .option("--smaller-contract <units>", "of a smaller one, proposed when rounding misses by much", positive)
  .option("--json", "print everything as JSON instead of a table")
  .action((options: HedgeRatioOptions) => {
    const answer = options.file === undefined ? fromMoments(options) : fromFile(options.file, options);
    process.stdout.write(options.json ? `${JSON.stringify(answer.json, null, 2)}\n` : answer.text);
  });

function fromFile(file: string, options: HedgeRatioOptions) {
  if (options.spot === undefined || options.future === undefined) {
    throw new InvalidInputError("Name the two columns: --spot COLUMN --future COLUMN", { file });
  }
  const kind = options.returns;
  const columns = { spot: options.spot, future: options.future, roll: options.roll, date: options.date };
  const areReturns = kind === "log" || kind === "simple";
  const { levels, lines, badRows, rolls, turned } = readHedgeFile(file, columns, areReturns, options.rollDates);
  const all = hedgeSample(levels, kind);
  const found = outliers(all, options.outlierLimit);
  const kept = options.dropOutliers ? withoutOutliers(all, found) : all;
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
    rolls,
    turned,
    badRows,
    outliers: found.map(({ end, side, value, deviations }) => ({ line: lines[end] as number, side, value, deviations })),
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

function fromMoments(options: HedgeRatioOptions) {
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
  if (exposure === undefined && contractSize === undefined) return undefined;
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

function readMethods(text: string): readonly RatioMethod[] {
  if (text === "all") return RATIO_METHODS;
  return text.split(",").map((name) => {
    const method = RATIO_METHODS.find((each) => each === name.trim());
    if (method === undefined)
      throw new InvalidArgumentError(`There is no method "${name}": choose all, or of ${RATIO_METHODS.join(", ")}.`);
    return method;
  });
}

function readDates(text: string): readonly number[] {
  return text.split(",").map((part) => {
    const time = readTime(part.trim());
    if (time === undefined) throw new InvalidArgumentError("Give ISO dates, such as 2026-03-20,2026-06-19.");
    return time;
  });
}

function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("Give a number between 0 and 1, such as 0.7.");
  return value;
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}
