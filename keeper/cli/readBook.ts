import { z } from "zod";
import { InvalidInputError } from "../errors.ts";
import { assertSviSlice } from "../pricing/svi.ts";
import type { Book, Smile } from "../risk/book.ts";
import type { RiskBudget } from "../risk/checkRiskBudget.ts";
import { spotVol } from "../risk/spotVol.ts";
import type { StressedBook } from "../risk/stress.ts";
import { readJsonFile, record, refuseField } from "./jsonFile.ts";

/** What a book file holds, in the words of its reader. */
export const BOOK_FORMAT = `
The book is a JSON file:
{
  "now": "2026-03-02T08:00:00Z",              valuation time; the present when left out
  "underlyings": [{
    "symbol": "WETH",
    "spot": 3000,                             quote per unit
    "holdings": 12.5,                         units held in every form, debt negative
    "targetDelta": 0,                         units the book wants; 0 when left out
    "legs": [                                 options; short positions have a negative size
      {"type": "call", "strike": 3300, "expiry": "2026-03-27T08:00:00Z", "size": -25}],
    "smiles": [                               one for each live expiry: a flat vol (0.7 = 70 %) or an svi slice
      {"expiry": "2026-03-27T08:00:00Z", "vol": 0.7, "carry": 0},
      {"expiry": "2026-06-26T08:00:00Z", "carry": 0.03,
       "svi": {"a": 0.3, "b": 0.2, "rho": -0.3, "m": 0, "sigma": 0.4}}],
    "costs": {                                of trading q units: fixed + proportional |q| + impact q^2, in quote
      "fixed": 4, "proportional": 1.5, "impact": 0.02},
    "vol": 0.7                                measures a deviation of spot; that of the first smile when left out
  }],
  "riskBudget": {                             optional, quote; exit code 1 when exceeded
    "stressLoss": 50000, "expectedShortfall": 20000}
}
An expiry is an ISO time or unix seconds. svi is annualised variance v(k) = a + b(rho(k-m) + sqrt((k-m)^2 + sigma^2)),
k = ln(K/F); carry gives the forward F = S e^(carry T), 0 when left out. A leg past its expiry may add "settlementPrice".`;

export type StressBookFile = { readonly books: readonly StressedBook[]; readonly riskBudget: RiskBudget };

const finite = (what: string) => z.number({ error: `must be ${what}` });
const positive = (what: string) => finite(what).positive({ error: `must be ${what}` });
const notNegative = (what: string) => finite(what).nonnegative({ error: `must be ${what}` });

const time = { error: 'must be a time, such as "2026-03-27T08:00:00Z" or unix seconds' };
const moment = z
  .union([z.number(time).positive(time), z.iso.datetime({ offset: true, ...time })], time)
  .transform((value) => (typeof value === "number" ? value : Date.parse(value) / 1000));

const leg = record({
  type: z.enum(["call", "put"], { error: 'must be "call" or "put"' }),
  strike: positive("a price above 0"),
  expiry: moment,
  size: finite("a number of options, negative when short"),
  settlementPrice: positive("the price it settled at, above 0").optional(),
});

const smile = record({
  expiry: moment,
  carry: finite("a yearly rate, such as 0.03").default(0),
  vol: positive("a vol above 0, such as 0.7 for 70 %").optional(),
  svi: record({
    a: finite("a number"),
    b: finite("a number"),
    rho: finite("a number"),
    m: finite("a number"),
    sigma: finite("a number"),
  }).optional(),
})
  .refine(({ vol, svi }) => (vol === undefined) !== (svi === undefined), { error: "needs either vol or svi, and not both" })
  .superRefine(({ svi }, context) => {
    if (svi === undefined) return;
    try {
      assertSviSlice(svi);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      context.addIssue({ code: "custom", path: ["svi"], message: `is not a smile: ${error.message}` });
    }
  });

const bookFile = record({
  now: moment.optional(),
  underlyings: z
    .array(
      record({
        symbol: z.string({ error: 'must be a name, such as "WETH"' }).min(1),
        spot: positive("a price above 0"),
        holdings: finite("a number of units, 0 for none"),
        targetDelta: finite("a number of units").default(0),
        legs: z.array(leg, { error: "must be a list of options, [] for none" }),
        smiles: z.array(smile, { error: "must be a list of smiles, [] for none" }),
        costs: record({
          fixed: notNegative("quote per trade, not negative"),
          proportional: notNegative("quote per unit, not negative"),
          impact: notNegative("quote per squared unit, not negative"),
        }),
        vol: positive("a vol above 0, such as 0.7 for 70 %").optional(),
      }),
      { error: "must be a list" },
    )
    .min(1, { error: "must hold at least one underlying" }),
  riskBudget: record({
    stressLoss: notNegative("an amount of quote, not negative").optional(),
    expectedShortfall: notNegative("an amount of quote, not negative").optional(),
  }).default({}),
});

type Underlying = z.infer<typeof bookFile>["underlyings"][number];

/**
 * Reads and checks a book file.
 * @param now  unix seconds, for a file that does not say
 * @throws InvalidInputError naming the file, the field and what it must be
 */
export async function readBook(path: string, now: number): Promise<StressBookFile> {
  const parsed = bookFile.safeParse(await readJsonFile(path, "book", "stress"));
  if (!parsed.success) throw refuse(path, parsed.error.issues[0]);
  const { underlyings, riskBudget } = parsed.data;
  const at = parsed.data.now ?? now;
  return { books: underlyings.map((underlying, index) => toStressed(path, underlying, index, at)), riskBudget };
}

function toStressed(path: string, underlying: Underlying, index: number, now: number): StressedBook {
  const { symbol, spot, holdings, targetDelta, legs, costs } = underlying;
  const again = underlying.smiles.findIndex(({ expiry }, i, all) => all.findIndex((each) => each.expiry === expiry) < i);
  if (again >= 0) {
    const day = new Date((underlying.smiles[again]?.expiry ?? 0) * 1000).toISOString();
    throw refuse(path, {
      path: ["underlyings", index, "smiles", again, "expiry"],
      message: `is ${day}, which has a smile already; keep one of them`,
    });
  }
  const smiles = new Map(
    underlying.smiles.map(({ expiry, carry, vol = 0, svi }): [number, Smile] => [
      expiry,
      { slice: svi ?? { a: vol * vol, b: 0, rho: 0, m: 0, sigma: 1 }, carry },
    ]),
  );
  const bare = legs.findIndex(({ expiry }) => expiry > now && !smiles.has(expiry));
  if (bare >= 0) {
    const expiry = legs[bare]?.expiry ?? 0;
    const day = new Date(expiry * 1000).toISOString();
    throw refuse(path, {
      path: ["underlyings", index, "legs", bare, "expiry"],
      message: `is ${day}, for which there is no smile; add one to underlyings[${index}].smiles`,
    });
  }
  const book: Book = { underlying: symbol, spot, now, legs, smiles, holdings, targetDelta };
  const vol = underlying.vol ?? spotVol(book);
  if (vol === undefined) {
    throw refuse(path, { path: ["underlyings", index, "vol"], message: "is needed where no smile is live, such as 0.7" });
  }
  return { book, costs, vol };
}

function refuse(path: string, issue: { path: readonly PropertyKey[]; message: string } | undefined): InvalidInputError {
  return refuseField(path, issue, "the book");
}
