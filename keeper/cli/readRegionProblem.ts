import { z } from "zod";
import type { RegionProblem } from "../hedging/regionProblem.ts";
import type { RegionMethod, RegionNode } from "../hedging/regionsAt.ts";
import { riskAversionWithin } from "../hedging/riskAversionWithin.ts";
import { readJsonFile, record, refuseField } from "./jsonFile.ts";

/** What a problem file holds, in the words of its reader. */
export const REGION_FORMAT = `
The problem is a JSON file:
{
  "spot": 2000,                       quote per unit, at elapsed time 0
  "vol": 0.8,                         of spot's moves, 0.8 = 80 % a year; rates are zero
  "positions": [                      the book; short positions have a negative size
    {"type": "call", "strike": 2000, "years": 0.0822, "size": -10}],
  "riskAversion": 0.001,              absolute, 1 / quote; or in its place
  "dailyPnlSd": 500,                  quote: what the hedged book's profit and loss may deviate by in a day, as it stands now
  "costs": {
    "proportional": 0.0005,           fraction of the value traded
    "fixed": 2,                       quote per trade
    "impact": 0,                      quote per squared unit traded; 0 when left out
    "carry": 0},                      quote per unit held and year; 0 when left out
  "method": "optimal",                or "closed-form"
  "checkEvery": 0.000342,             years between two looks at the book. When left out: the spacing of the nodes if their
                                      times are even up to the last expiry, else as often as the solution has steps
  "nodes": [[0, 2000], [0.01, 2100]]  elapsed years and spot, any number of them
}
It prints {"regions": [[lower, targetLower, targetUpper, upper], ...], "seconds": s}, one region for each node, in units of the
underlying held: nothing is done between lower and upper, outside one trades to the nearer target. seconds is the time to
solve in a process that has solved before.`;

export type RegionFile = {
  readonly problem: RegionProblem;
  readonly method: RegionMethod;
  readonly nodes: readonly RegionNode[];
};

const finite = (what: string) => z.number({ error: `must be ${what}` });
const positive = (what: string) => finite(what).positive({ error: `must be ${what}` });
const notNegative = (what: string) => finite(what).nonnegative({ error: `must be ${what}` });
const node = { error: "must be [elapsed years, spot]" };

const regionFile = record({
  spot: positive("a price above 0"),
  vol: positive("a vol above 0, such as 0.8 for 80 %"),
  positions: z
    .array(
      record({
        type: z.enum(["call", "put"], { error: 'must be "call" or "put"' }),
        strike: positive("a price above 0"),
        years: positive("years to expiry, above 0"),
        size: finite("a number of options, negative when short"),
      }),
      { error: "must be a list of options" },
    )
    .min(1, { error: "must hold at least one option" }),
  riskAversion: positive("a number above 0").optional(),
  dailyPnlSd: positive("quote a day, above 0").optional(),
  costs: record({
    proportional: notNegative("a fraction of the value traded, from 0").lt(1, { error: "must be a fraction below 1" }),
    fixed: notNegative("quote per trade, not negative"),
    impact: notNegative("quote per squared unit, not negative").default(0),
    carry: finite("quote per unit and year").default(0),
  }),
  method: z.enum(["optimal", "closed-form"], { error: 'must be "optimal" or "closed-form"' }).default("optimal"),
  checkEvery: positive("years between two looks, above 0").optional(),
  nodes: z.array(
    z.tuple([finite("elapsed years").nonnegative({ error: "must be elapsed years, from 0" }), positive("a price above 0")], node),
    {
      error: "must be a list of [elapsed years, spot]",
    },
  ),
});

/**
 * Reads and checks a problem file, or the standard input for `-`.
 * @throws InvalidInputError naming the file, the field and what it must be
 */
export async function readRegionProblem(path: string): Promise<RegionFile> {
  const parsed = regionFile.safeParse(await readJsonFile(path, "problem", "region"));
  if (!parsed.success) throw refuseField(path, parsed.error.issues[0], "the problem");
  const { method, nodes, riskAversion, dailyPnlSd, ...problem } = parsed.data;
  if (riskAversion !== undefined && dailyPnlSd === undefined) return { problem: { ...problem, riskAversion }, method, nodes };
  if (riskAversion !== undefined || dailyPnlSd === undefined) {
    throw refuseField(path, { path: [], message: "needs either riskAversion or dailyPnlSd, and not both" }, "the problem");
  }
  return { problem: { ...problem, riskAversion: riskAversionWithin(dailyPnlSd, problem) }, method, nodes };
}
