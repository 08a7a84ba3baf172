import { createInterface } from "node:readline";
import { Command } from "commander";
import { z } from "zod";
import { InvalidInputError } from "../errors.ts";
import { type DeltaObservation, fitMinimumVarianceDelta } from "../pricing/minimumVarianceDelta.ts";
import { parseJsonLine, reasonOf } from "./jsonLines.ts";

const observation = z.object({
  spot: z.number().positive(),
  years: z.number().positive(),
  delta: z.number(),
  vega: z.number(),
  spotChange: z.number(),
  priceChange: z.number(),
});

/** `keel fit-delta`: what options did in, the coefficients of their minimum-variance delta out. */
export const fitDeltaCommand = new Command("fit-delta")
  .description("fits the minimum-variance delta to options you observed: JSON lines from stdin, one line with a, b, c on stdout")
  .addHelpText(
    "after",
    `
A row is one option over one interval: spot, years, delta, vega (per 1.00 vol) at its start, as keel price answers them, and
spotChange, priceChange over it, in quote. The delta is delta + vega (a + b delta + c delta^2) / (spot sqrt(years)), Hull and White 2017.
gain is the share of the hedged variance that it removes in this sample. Hedge it with KEEL_HEDGE_DELTA=minimum-variance and
KEEL_DELTA_COEFFICIENTS=a,b,c.`,
  )
  .action(async () => {
    const observations = await readObservations(process.stdin);
    const fit = fitMinimumVarianceDelta(observations);
    process.stdout.write(`${JSON.stringify({ ...fit, observations: observations.length })}\n`);
  });

/** @throws InvalidInputError naming the first line that is no observation: a fit to part of the data would not say so */
async function readObservations(input: NodeJS.ReadableStream): Promise<DeltaObservation[]> {
  const observations: DeltaObservation[] = [];
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === "") continue;
    try {
      observations.push(observation.parse(parseJsonLine(text)));
    } catch (cause) {
      throw new InvalidInputError(`line ${line}: ${reasonOf(cause)}`, { line }, { cause });
    }
  }
  return observations;
}
