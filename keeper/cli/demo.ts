import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import type { RegionMethod } from "../hedging/regionsAt.ts";
import type { HedgeBelief } from "../risk/hedgeBelief.ts";
import { createLog } from "../service/log.ts";
import { weeklyStraddles } from "../simulation/demoSettings.ts";
import type { DemoParameters, Deployed } from "../simulation/runDemo.ts";
import { summarise } from "../simulation/summarise.ts";
import { HEDGE_DELTAS, readHedgeBelief, readProgrammeSizes } from "./config.ts";
import { deposit, positive, positiveWhole, whole } from "./numberOption.ts";
import { printSummary } from "./printSummary.ts";
import { readEvents } from "./readEvents.ts";
import { requireWritable } from "./requireWritable.ts";
import { showProgress } from "./showProgress.ts";

type DemoOptions = {
  days: number;
  block: number;
  seed: number;
  prices?: string;
  policy: RegionMethod;
  events?: string;
  riskAversion: number;
  hedgeDelta: HedgeBelief["kind"];
  deltaCoefficients?: string;
  programme: string;
  deposit: number;
  report: string;
  room?: number;
  dealer: boolean;
};

export const demoCommand = new Command("demo")
  .description(
    "run a vault on a local chain for some weeks: it sells options, the keeper hedges them, a report says what that saved and cost",
  )
  .option("--days <n>", "days to simulate", positive, 30)
  .option("--block <seconds>", "seconds between two blocks", positiveWhole, 600)
  .option("--seed <n>", "everything random follows from it", whole, 1)
  .option("--prices <file>", "CSV or .csv.gz with time and price of ether, hourly or finer, instead of the model")
  .addOption(
    new Option("--policy <name>", "which no-trade region decides").choices(["optimal", "closed-form"]).default("optimal"),
  )
  .option("--events <file>", "JSON list of {name, start, end, volFactor, riskAversionFactor}: known wild or calm times")
  .option("--risk-aversion <x>", "absolute risk aversion, 1 / quote: higher hedges closer", positive, 0.0005)
  .addOption(new Option("--hedge-delta <belief>", "delta that is hedged").choices(HEDGE_DELTAS).default("sticky-strike"))
  .option("--delta-coefficients <a,b,c>", "of minimum-variance, from keel fit-delta")
  .option("--programme <sizes>", "options sold of each leg a week", "WETH=60,WBTC=2")
  .option("--deposit <quote>", "what the depositor brings, quote", deposit, 2_000_000)
  .option("--no-dealer", "hedge with spot alone: nobody quotes options to the keeper")
  .option("--report <file>", "where the HTML report goes", "report.html")
  .option("--room <port>", "watch it in the control room on this port, which stays up until Ctrl-C", whole)
  .action(async (options: DemoOptions) => {
    const log = createLog("error");
    const openRoom = async (deployed: Deployed, port: number) => {
      const { createDemoRoom } = await import("./demoRoom.ts");
      const { listen } = await import("../service/listen.ts");
      const { app, watcher } = createDemoRoom(deployed, log);
      const { url, close } = await listen(app, port, "--room");
      process.once("SIGINT", close).once("SIGTERM", close);
      process.stderr.write(`Control room: ${url}\n`);
      return watcher;
    };
    const { room: port } = options;
    const parameters: DemoParameters = {
      days: options.days,
      blockSeconds: options.block,
      seed: options.seed,
      pricesFile: options.prices,
      policy: options.policy,
      events: await readEvents(options.events, "demo"),
      riskAversion: options.riskAversion,
      belief: readHedgeBelief(options.hedgeDelta, options.deltaCoefficients),
      programmes: weeklyStraddles(readProgrammeSizes(options.programme, ["WETH", "WBTC"])),
      deposit: options.deposit,
      dealer: options.dealer,
      log,
      watch: port === undefined ? undefined : (deployed) => openRoom(deployed, port),
    };
    await requireWritable(options.report, "--report");
    // The chain and the charts take seconds to load; other commands do not wait for them.
    const { runDemo } = await import("../simulation/runDemo.ts");
    const { demoReport } = await import("../report/demoReport.ts");
    const blocks = await runDemo({ ...parameters, onBlock: showProgress() });
    const summary = summarise(blocks);
    writeFileSync(options.report, await demoReport(blocks, summary, options));
    printSummary(summary, options.report);
  });
