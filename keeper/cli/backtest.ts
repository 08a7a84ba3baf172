import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { backtestPage } from "../report/backtestPage.ts";
import { renderPage } from "../report/page.ts";
import { backtest } from "../simulation/backtest/backtest.ts";
import { buildMarket } from "../simulation/backtest/buildMarket.ts";
import { costRiskFrontier } from "../simulation/backtest/costRiskFrontier.ts";
import { type ProgrammeLeg, STRUCTURES } from "../simulation/backtest/cycles.ts";
import { gasFromFile } from "../simulation/backtest/gasFromFile.ts";
import { impliedFromChains } from "../simulation/backtest/impliedFromChains.ts";
import type { TradingTerms } from "../simulation/backtest/market.ts";
import { POLICIES, type PolicyMaker } from "../simulation/backtest/policies.ts";
import { withDrawdown } from "../simulation/backtest/withDrawdown.ts";
import { withRegime } from "../simulation/backtest/withRegime.ts";
import { pricesFromFile } from "../simulation/models/pricesFromFile.ts";
import { readTime } from "../simulation/models/readTime.ts";
import { backtestTable } from "./backtestTable.ts";
import { anyNumber, nonNegative, positive, whole } from "./numberOption.ts";
import { progressBar } from "./progressBar.ts";
import { requireWritable } from "./requireWritable.ts";

export type TermsOptions = { fee: number; depth: number; gasUnits: number; latency: number; carry: number };
export type ControlOptions = { drawdown?: true; regime?: true };

const DAY = 86_400;

type BacktestOptions = TermsOptions &
  ControlOptions & {
    capital?: number;
    prices: string;
    gas: string;
    etherPrice?: number;
    structure: keyof typeof STRUCTURES;
    legs?: readonly ProgrammeLeg[];
    every: "week" | "month";
    notional: number;
    riskAversion: number;
    halfLife: number;
    implied: number;
    chain?: string;
    currency: string;
    from?: number;
    to?: number;
    policy: readonly PolicyMaker[];
    sweep?: true;
    seed: number;
    json?: true;
    html?: string;
  };

/** `keel backtest`: an option programme rolled over real prices under several hedging policies, side by side. */
export const backtestCommand = withControls(withTerms(new Command("backtest")))
  .description("rolls an option programme over a file of prices under several hedging policies and sets them side by side")
  .requiredOption("--prices <file>", "CSV or .csv.gz with time and price, hourly or finer")
  .option("--gas <price>", "gas price in gwei, or a CSV file of gas prices in gwei or wei", notBlank, "30")
  .option(
    "--ether-price <quote>",
    "price of ether that gas is paid at; the file's own when absent, as for a file of ether",
    positive,
  )
  .addOption(new Option("--structure <name>", "what is sold").choices(Object.keys(STRUCTURES)).default("straddle"))
  .option("--legs <list>", "instead of a structure: type:moneyness:size, such as call:0.1:-1,put:-0.1:-1,put:-0.3:1", readLegs)
  .addOption(
    new Option("--every <cycle>", "expiry every Friday or last Friday of a month").choices(["week", "month"]).default("week"),
  )
  .option("--notional <quote>", "underlying that each cycle is written on, quote", positive, 1_000_000)
  .option("--risk-aversion <x>", "absolute risk aversion, 1 / quote", positive, 1e-5)
  .option("--half-life <hours>", "after which a squared return counts half in the forecast of vol", positive, 72)
  .option("--implied <ratio>", "vol that options are sold at over the forecast", positive, 1.1)
  .option(
    "--chain <folder>",
    "Deribit-style option chains whose at-the-money vols take its place from each to the next, for a week at most",
  )
  .option("--currency <name>", "of the chains", "ETH")
  .option("--from <date>", "first day of the prices used", toTime)
  .option("--to <date>", "day after the last one", toTime)
  .addOption(policiesOption(Object.values(POLICIES), "all of them"))
  .option(
    "--capital <quote>",
    "with --drawdown, and only then: equity that the fall is counted from; the notional when absent",
    positive,
  )
  .option("--sweep", "draw the frontier of cost and risk over a range of risk aversions too")
  .option("--seed <n>", "of the bootstrap", whole, 1)
  .option("--json", "print everything as JSON instead of a table")
  .option("--html <file>", "write charts and tables as one page that opens offline")
  .action(async (options: BacktestOptions) => {
    if (options.html !== undefined) await requireWritable(options.html, "--html");
    const history = pricesFromFile(options.prices, {}, options);
    const life = (options.every === "week" ? 7 : 30) / 365;
    const impliedVolAt = options.chain === undefined ? undefined : await impliedFromChains(options.chain, options.currency, life);
    const market = buildMarket(history.times, history.prices, {
      gasWeiAt: gasAt(options.gas),
      halfLifeSeconds: options.halfLife * 3600,
      firstVol: 0.8,
      impliedOverForecast: options.implied,
      impliedVolAt,
      leastVol: 0.1,
    });
    const problem = {
      market,
      programme: { legs: options.legs ?? STRUCTURES[options.structure], every: options.every, notional: options.notional },
      terms: { ...termsFrom(options), etherPrice: options.etherPrice },
      riskAversion: options.riskAversion,
      policies: withControlled(options.policy, options, options.capital ?? options.notional, DAY),
      seed: options.seed,
    };
    const bar = progressBar("cycles");
    const result = backtest({ ...problem, onProgress: bar.show });
    const frontier = options.sweep ? costRiskFrontier(problem, bar.show) : undefined;
    bar.stop();
    const data = {
      file: history.file,
      rows: history.times.length,
      gaps: history.gaps,
      missingSteps: history.missingSteps,
      duplicates: history.duplicates,
    };
    if (options.html !== undefined) await writeFile(options.html, await renderPage(backtestPage(result, data, frontier)));
    const { runs, unhedged, ...figures } = result;
    process.stdout.write(
      options.json ? `${JSON.stringify({ data, ...figures, frontier }, null, 2)}\n` : backtestTable(result, data, frontier),
    );
    if (options.html !== undefined && !options.json) process.stdout.write(`\nwritten: ${options.html}\n`);
  });

/** What every simulation of trading has to be told about costs. */
export function withTerms(command: Command): Command {
  return command
    .option("--fee <fraction>", "pool fee and half spread, fraction of the price", nonNegative, 0.0005)
    .option("--depth <quote>", "a trade worth x pays x/depth of itself in price impact", positive, 200_000_000)
    .option("--gas-units <n>", "gas of one hedge", nonNegative, 400_000)
    .option("--latency <rows>", "rows between a decision and its trade", whole, 0)
    .option("--carry <rate>", "cost of holding a unit of quote value for a year, below 0 where it earns", anyNumber, 0);
}

/** The two controls of risk that a policy can be put under. */
export function withControls(command: Command): Command {
  return command
    .option("--drawdown", "set the first policy under drawdown control beside it")
    .option("--regime", "set the first policy with the regime switch beside it");
}

/** The policies, and after the first one itself under the controls asked for. @param spacing  seconds between the returns that tell the regime */
export function withControlled(
  [first, ...others]: readonly PolicyMaker[],
  { drawdown, regime }: ControlOptions,
  capital: number,
  spacing: number,
): readonly PolicyMaker[] {
  if (first === undefined) return [];
  const controlled = [...(drawdown ? [withDrawdown(first, capital)] : []), ...(regime ? [withRegime(first, spacing)] : [])];
  return [first, ...controlled, ...others];
}

export function termsFrom({ fee, depth, gasUnits, latency, carry }: TermsOptions): TradingTerms {
  return { feeFraction: fee, depth, gasUnits, latency, carryRate: carry };
}

/** Policies by their names; without any those of `preset`, which the help calls `presetText`. */
export function policiesOption(preset: readonly PolicyMaker[], presetText: string): Option {
  return new Option("--policy <list>", `policies, the first one the yardstick: ${Object.keys(POLICIES).join(", ")}`)
    .argParser(readPolicies)
    .default(preset, presetText);
}

function readPolicies(text: string): readonly PolicyMaker[] {
  return text.split(",").map((name) => {
    const policy = POLICIES[name.trim()];
    if (policy === undefined)
      throw new InvalidArgumentError(`There is no policy "${name}": choose of ${Object.keys(POLICIES).join(", ")}.`);
    return policy;
  });
}

function readLegs(text: string): readonly ProgrammeLeg[] {
  return text.split(",").map((part) => {
    const [type, moneyness, size] = part.trim().split(":");
    const leg = { type, moneyness: Number(moneyness), size: Number(size) };
    const isLeg = (type === "call" || type === "put") && leg.moneyness > -1 && leg.size !== 0 && Number.isFinite(leg.size);
    if (!isLeg) throw new InvalidArgumentError(`"${part}" is no leg: write type:moneyness:size, such as put:-0.1:-1.`);
    return leg as ProgrammeLeg;
  });
}

function notBlank(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Give a price in gwei, 0 for free gas, or a file.");
  return text;
}

function gasAt(text: string): (time: number) => number {
  const gwei = Number(text);
  return gwei >= 0 ? () => gwei * 1e9 : gasFromFile(text);
}

function toTime(text: string): number {
  const time = readTime(text);
  if (time === undefined) throw new InvalidArgumentError("Give an ISO date, such as 2020-01-01.");
  return time;
}
