import { inspect } from "node:util";
import { Command } from "commander";
import { KeelError } from "../errors.ts";
import { redact } from "../execution/secret.ts";

/** Exit codes: 1 = a person must change something, 75 = the same command may work later. */
const FIX_ME = 1;
const RETRY_ME = 75;

/** A command is loaded when it is asked for, all of them for the help. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import("./demo.ts")).demoCommand,
  devnet: async () => (await import("./devnet.ts")).devnetCommand,
  deploy: async () => (await import("./deploy.ts")).deployCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  run: async () => (await import("./run.ts")).runCommand,
  status: async () => (await import("./status.ts")).statusCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  watch: async () => (await import("./watch.ts")).watchCommand,
  price: async () => (await import("./price.ts")).priceCommand,
  iv: async () => (await import("./iv.ts")).ivCommand,
  "fit-delta": async () => (await import("./fitDelta.ts")).fitDeltaCommand,
  surface: async () => (await import("./surface.ts")).surfaceCommand,
  stress: async () => (await import("./stress.ts")).stressCommand,
  "hedge-ratio": async () => (await import("./hedgeRatio.ts")).hedgeRatioCommand,
  backtest: async () => (await import("./backtest.ts")).backtestCommand,
  simulate: async () => (await import("./simulate.ts")).simulateCommand,
  region: async () => (await import("./region.ts")).regionCommand,
};

const program = new Command("keel").description(
  "An on-chain options vault and the keeper that hedges it only when the risk removed is worth more than its cost.",
);
const asked = Object.entries(COMMANDS).filter(([name]) => name === process.argv[2]);
for (const [, load] of asked.length === 0 ? Object.entries(COMMANDS) : asked) program.addCommand(await load());

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

/** A fault of Keel's own: the stack is for whoever mends it, without the URLs and keys that libraries put into messages. */
function report(error: unknown): void {
  process.stderr.write(`keel: unexpected error, please report it: ${redact(inspect(error))}\n`);
  process.exitCode = FIX_ME;
}

process.on("uncaughtException", (error) => {
  report(error);
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof KeelError) {
    process.stderr.write(`keel: ${redact(error.message)}\n`);
    process.exitCode = error.retryable ? RETRY_ME : FIX_ME;
  } else {
    report(error);
  }
}
