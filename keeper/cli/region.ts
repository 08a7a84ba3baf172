import { Command } from "commander";
import { regionsAt } from "../hedging/regionsAt.ts";
import { REGION_FORMAT, readRegionProblem } from "./readRegionProblem.ts";

/** `keel region`: a book and what hedging it costs in, holdings between which nothing is done out. */
export const regionCommand = new Command("region")
  .description("the no-trade region of a book of options: when to trade its hedge, and to where")
  .requiredOption("--problem <file>", "problem as JSON, see below; - reads the standard input")
  .addHelpText("after", REGION_FORMAT)
  .action(async ({ problem: path }: { problem: string }) => {
    const { problem, method, nodes } = await readRegionProblem(path);
    const clock = () => performance.now() / 1000;
    // The first solve also compiles the code, which a keeper does once in its life; the second is the one to time.
    regionsAt(problem, method, nodes, clock);
    const answer = regionsAt(problem, method, nodes, clock);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  });
