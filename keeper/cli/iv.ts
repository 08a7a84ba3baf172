import { Command } from "commander";
import { z } from "zod";
import { impliedVol } from "../pricing/impliedVol.ts";
import { runRowCommand } from "./jsonLines.ts";
import { optionRow } from "./optionRow.ts";

const pricedRow = optionRow.extend({ price: z.number() });

function answer(row: unknown): object {
  const option = pricedRow.parse(row);
  const implied = impliedVol(option);
  return implied.ok ? { ...option, vol: implied.vol } : { ...option, vol: null, reason: implied.reason };
}

/** `keel iv`: option rows with a price in, the same rows with their implied vol out. */
export const ivCommand = new Command("iv")
  .description("implied vols of European options: JSON lines from stdin, each answered on stdout with its vol")
  .addHelpText(
    "after",
    `
Fields of a row: type (call or put), spot, strike, years, price, and optionally rate and yield (continuous).
A price no vol explains is answered with vol null and a reason: below-intrinsic, no-time-value, above-maximum or expired.
A row that cannot be read is answered with {"error", "line"}, and the exit code is 1.`,
  )
  .action(async () => runRowCommand(answer));
