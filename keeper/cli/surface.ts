import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { type FittedChain, fitChain } from "../desk/fitChain.ts";
import { readChain } from "../desk/readChain.ts";
import type { QuoteSide } from "../pricing/smileQuote.ts";
import { sviVol } from "../pricing/svi.ts";
import { renderPage } from "../report/page.ts";
import { surfacePage } from "../report/surfacePage.ts";
import { alignedTable } from "./alignedTable.ts";
import { requireWritable } from "./requireWritable.ts";

type SurfaceOptions = { chain: string; currency: string; side: QuoteSide; json?: true; html?: string };

/** `keel surface`: an option chain in, the arbitrage-free slices to post out. */
export const surfaceCommand = new Command("surface")
  .description("fits an arbitrage-free volatility surface to an option chain and shows what it repaired")
  .requiredOption("--chain <file>", "option chain as Deribit publishes it, .csv or .csv.gz")
  .option("--currency <symbol>", "which underlying of the chain", "ETH")
  .addOption(new Option("--side <price>", "price the fit aims at").choices(["mark", "mid", "bid", "ask"]).default("mark"))
  .option("--json", "print everything as JSON instead of a table")
  .option("--html <file>", "write the smiles, term structure and arbitrage as one page that opens offline")
  .addHelpText(
    "after",
    `
Columns read: timestamp, currency, option_type, strike, expiry_datetime, index_price, underlying, and where present
futures_price, bid_price, ask_price, mark_price (in coin) and implied_volatility (of the mark, 0.65 = 65 %).
Slices are annualised variance, as the VolSurface contract takes them: v(k) = a + b(rho(k-m) + sqrt((k-m)^2 + sigma^2)).`,
  )
  .action(async ({ chain, currency, side, json, html }: SurfaceOptions) => {
    const quotes = await readChain(chain, currency);
    if (html !== undefined) await requireWritable(html, "--html");
    const fitted = fitChain(quotes, side);
    if (html !== undefined) await writeFile(html, await renderPage(surfacePage(fitted)));
    process.stdout.write(json ? `${JSON.stringify(toJson(fitted), undefined, 2)}\n` : toTable(fitted));
    if (html !== undefined && !json) process.stdout.write(`\nwritten: ${html}\n`);
  });

/** Everything but the quotes; a gap of −Infinity, which JSON cannot say, becomes the string "-Infinity". */
function toJson({ expiries, ...chain }: FittedChain): object {
  const spoken = (value: number | undefined) => (value === undefined || Number.isFinite(value) ? value : String(value));
  return {
    ...chain,
    expiries: expiries.map(({ points, before, after, ...expiry }) => ({
      ...expiry,
      quotes: points.length,
      before: { butterfly: spoken(before.butterfly), calendar: spoken(before.calendar) },
      after: { butterfly: spoken(after.butterfly), calendar: spoken(after.calendar) },
    })),
  };
}

const COLUMNS = [
  "expiry",
  "days",
  "forward",
  "carry%",
  "vol%",
  "a",
  "b",
  "rho",
  "m",
  "sigma",
  "median",
  "max",
  "g before",
  "g after",
  "gap before",
  "gap after",
];

function toTable({ currency, spot, expiries }: FittedChain): string {
  const rows = expiries.map(({ expiry, years, forward, carry, slice, error, before, after }) => [
    new Date(expiry * 1000).toISOString().slice(0, 10),
    (years * 365).toFixed(2),
    forward.toFixed(2),
    (100 * carry).toFixed(2),
    (100 * sviVol(slice, 0)).toFixed(2),
    ...[slice.a, slice.b, slice.rho, slice.m, slice.sigma].map((value) => value.toFixed(4)),
    error ? (100 * error.median).toFixed(2) : "-",
    error ? (100 * error.max).toFixed(2) : "-",
    ...[before.butterfly, after.butterfly].map((value) => value.toFixed(4)),
    ...[before.calendar, after.calendar].map((value) => value?.toExponential(1) ?? "-"),
  ]);
  const intro = `${currency}, spot ${spot}. Errors in vol points within ±30 % moneyness. g and total-variance gap: below zero is arbitrage.`;
  return `${intro}\n${alignedTable(COLUMNS, rows)}\n`;
}
