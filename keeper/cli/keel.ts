import { Command } from "commander";
import { KeelError } from "../errors.ts";
import { backtestCommand } from "./backtest.ts";
import { demoCommand } from "./demo.ts";
import { deployCommand } from "./deploy.ts";
import { devnetCommand } from "./devnet.ts";
import { fitDeltaCommand } from "./fitDelta.ts";
import { ivCommand } from "./iv.ts";
import { priceCommand } from "./price.ts";
import { runCommand } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { stressCommand } from "./stress.ts";
import { surfaceCommand } from "./surface.ts";

/** Exit codes: 1 = a person must change something, 75 = the same command may work later. */
const FIX_ME = 1;
const RETRY_ME = 75;

const program = new Command("keel")
  .description("An on-chain options vault and the keeper that hedges it only when the risk removed is worth more than its cost.")
  .addCommand(demoCommand)
  .addCommand(devnetCommand)
  .addCommand(deployCommand)
  .addCommand(runCommand)
  .addCommand(statusCommand)
  .addCommand(priceCommand)
  .addCommand(ivCommand)
  .addCommand(fitDeltaCommand)
  .addCommand(surfaceCommand)
  .addCommand(stressCommand)
  .addCommand(backtestCommand)
  .addCommand(simulateCommand);

// One line whatever is wrong, the cure in it: commander would add suggestions and help on lines of their own.
for (const command of [program, ...program.commands]) {
  const name = command === program ? "" : ` ${command.name()}`;
  const tidy = (text: string) =>
    text
      .replace(/^error: /, "")
      .replace(/\s+/g, " ")
      .trim()
      .replace(/\.$/, "");
  command.configureOutput({
    outputError: (text, write) => write(`keel: ${tidy(text)}; see \`npm run keel --${name} --help\`\n`),
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof KeelError)) throw error;
  process.stderr.write(`keel: ${error.message}\n`);
  process.exitCode = error.retryable ? RETRY_ME : FIX_ME;
}
