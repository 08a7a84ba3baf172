import { Command, Option } from "commander";
import { InvalidInputError } from "../errors.ts";
import { numberText, percentText } from "../report/numberText.ts";
import { closedForm, type PolicyMaker } from "../simulation/backtest/policies.ts";
import { type SimulationResult, simulatePaths } from "../simulation/backtest/simulatePaths.ts";
import { MODELS, type ModelName } from "../simulation/models/modelPath.ts";
import { alignedTable } from "./alignedTable.ts";
import {
  type ControlOptions,
  policiesOption,
  type TermsOptions,
  termsFrom,
  withControlled,
  withControls,
  withTerms,
} from "./backtest.ts";
import { BACKTEST_COLUMNS, policyRow } from "./backtestTable.ts";
import { readProgrammeSizes } from "./config.ts";
import { positive, positiveWhole, whole } from "./numberOption.ts";
import { progressBar } from "./progressBar.ts";

/** A path of weeks holds too few days to tell regimes apart. */
const REGIME_SPACING_SECONDS = 4 * 3600;

type SimulateOptions = TermsOptions &
  ControlOptions & {
    capital: number;
    model: ModelName;
    volOfVol?: number;
    paths: number;
    days: number;
    block: number;
    programme: string;
    riskAversion: number;
    policy: readonly PolicyMaker[];
    seed: number;
    json?: true;
  };

/** `keel simulate`: the demo's programme over thousands of model paths, off the chain. */
export const simulateCommand = withControls(withTerms(new Command("simulate")))
  .description("runs the demo's weekly straddles over many paths of a model of prices and says what hedging saves and costs")
  .addOption(new Option("--model <name>", "of the prices").choices(MODELS).default("bates"))
  .option("--vol-of-vol <x>", "of heston and bates, instead of the model's own", positive)
  .option("--paths <n>", "paths", positiveWhole, 2_000)
  .option("--days <n>", "days of each path, of which whole weeks are run", positiveWhole, 30)
  .option("--block <seconds>", "seconds between two decisions", positiveWhole, 600)
  .option("--programme <sizes>", "options sold of each leg a week", "WETH=60,WBTC=2")
  .option("--risk-aversion <x>", "absolute risk aversion, 1 / quote", positive, 0.0005)
  .addOption(policiesOption([closedForm], closedForm.name))
  .option(
    "--capital <quote>",
    "with --drawdown, and only then: equity on each underlying that the fall is counted from",
    positive,
    1_000_000,
  )
  .option("--seed <n>", "everything random follows from it", whole, 1)
  .option("--json", "print everything as JSON instead of a table")
  .action((options: SimulateOptions) => {
    if (options.days < 7) throw new InvalidInputError(`--days ${options.days} holds no whole week: give 7 or more`);
    const bar = progressBar("paths");
    const result = simulatePaths({
      model: options.model,
      volOfVol: options.volOfVol,
      paths: options.paths,
      days: options.days,
      blockSeconds: options.block,
      sizes: readProgrammeSizes(options.programme, ["WETH", "WBTC"]),
      terms: termsFrom(options),
      riskAversion: options.riskAversion,
      policies: withControlled(options.policy, options, options.capital, REGIME_SPACING_SECONDS),
      seed: options.seed,
      onProgress: bar.show,
    });
    bar.stop();
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : toText(options, result));
  });

function toText({ model, paths, days, block }: SimulateOptions, result: SimulationResult): string {
  const reductions = Object.entries(result.varianceReduction).map(
    ([name, { estimate, lower, upper }]) =>
      `${name}: daily variance cut by ${percentText(estimate)}${lower === undefined || upper === undefined ? "" : ` (95 %: ${percentText(lower)} to ${percentText(upper)})`}`,
  );
  return [
    `${numberText(paths)} paths of ${numberText(result.cycles / paths)} whole weeks${days % 7 === 0 ? "" : ` (of the ${days} days asked)`}, a decision every ${block} s, ${model}. Quote per week; costs over all paths, drawdown the mean of a path's own.`,
    "",
    alignedTable(BACKTEST_COLUMNS, result.policies.map(policyRow), 1),
    "",
    ...reductions,
    "",
  ].join("\n");
}
