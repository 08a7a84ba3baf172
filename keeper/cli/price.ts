import { Command, Option } from "commander";
import { z } from "zod";
import { bates } from "../pricing/bates.ts";
import { blackScholes } from "../pricing/blackScholes.ts";
import { type HestonValue, heston } from "../pricing/heston.ts";
import { runRowCommand } from "./jsonLines.ts";
import { optionRow } from "./optionRow.ts";

const bsmRow = optionRow.extend({ vol: z.number() });
const hestonRow = optionRow.extend({
  v0: z.number(),
  kappa: z.number(),
  theta: z.number(),
  sigma: z.number(),
  rho: z.number(),
});
const batesRow = hestonRow.extend({ lambda: z.number(), jumpMean: z.number(), jumpSd: z.number() });

const models = {
  bsm: (row: unknown): object => {
    const option = bsmRow.parse(row);
    return { ...option, ...blackScholes(option) };
  },
  heston: (row: unknown): object => {
    const option = hestonRow.parse(row);
    return { ...option, ...withoutClash(heston(option)) };
  },
  bates: (row: unknown): object => {
    const option = batesRow.parse(row);
    return { ...option, ...withoutClash(bates(option)) };
  },
};

/** In a Heston row theta and rho already mean the long-run variance and the correlation. */
function withoutClash({ theta: timeTheta, rho: rateRho, ...value }: HestonValue): object {
  return { ...value, timeTheta, rateRho };
}

/** `keel price`: option rows in, the same rows with price and Greeks out. */
export const priceCommand = new Command("price")
  .description("price European options: JSON lines from stdin, each answered on stdout with its price and Greeks")
  .addOption(new Option("--model <model>", "pricing model").choices(Object.keys(models)).default("bsm"))
  .addHelpText(
    "after",
    `
Fields of a row: type (call or put), spot, strike, years, and optionally rate and yield (continuous), plus
  bsm     vol (0.80 = 80 %)
  heston  v0, kappa, theta, sigma, rho; the Greeks theta and rho are answered as timeTheta and rateRho
  bates   those of heston and lambda, jumpMean, jumpSd
A row that cannot be priced is answered with {"error", "line"}, and the exit code is 1.`,
  )
  .action(async ({ model }: { model: keyof typeof models }) => runRowCommand(models[model]));
