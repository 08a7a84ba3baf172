import { Command, InvalidArgumentError, Option } from "commander";
import { MOVE_KINDS } from "../hedging/ratio/hedgeSample.ts";
import { RATIO_METHODS, type RatioMethod } from "../hedging/ratio/ratioModel.ts";
import { readTime } from "../simulation/models/readTime.ts";
import { answerFromFile, answerFromMoments, type HedgeRatioOptions } from "./hedgeRatioAnswer.ts";
import { nonNegative, positive, positiveWhole, whole } from "./numberOption.ts";

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
    const answer = options.file === undefined ? answerFromMoments(options) : answerFromFile(options.file, options);
    process.stdout.write(options.json ? `${JSON.stringify(answer.json, null, 2)}\n` : answer.text);
  });

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
