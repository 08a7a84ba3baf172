import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { pricesFromFile } from "../../../../keeper/simulation/models/pricesFromFile.ts";

const folder = mkdtempSync(join(tmpdir(), "prices-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const start = 1_700_000_000;

describe("pricesFromFile", () => {
  it.each([
    ["seconds", "timestamp,open,close", (t: number) => `${t},1,`],
    ["milliseconds", "date,open,close", (t: number) => `${t * 1000},1,`],
    ["microseconds", "open_time,volume,Close", (t: number) => `${t * 1e6},1,`],
    ["ISO with a zone", "time,x,price", (t: number) => `${new Date(t * 1000).toISOString()},1,`],
    [
      "ISO without a zone",
      "time,x,price",
      (t: number) => `${new Date(t * 1000).toISOString().slice(0, 19).replace("T", " ")},1,`,
    ],
  ])("reads times in %s", (name, header, prefix) => {
    const file = write(`${name}.csv`, `${header}\n${prefix(start)}10\n${prefix(start + 3600)}11\n${prefix(start + 7200)}12\n`);
    const history = pricesFromFile(file);
    expect([...history.times]).toEqual([start, start + 3600, start + 7200]);
    expect([...history.prices]).toEqual([10, 11, 12]);
    expect(history).toMatchObject({ stepSeconds: 3600, duplicates: 0, gaps: 0, missingSteps: 0 });
  });

  it("reads gzip, newest first, behind a line of advertising", () => {
    const text = `https://prices.example\nunix,date,close\n${start + 120},x,3\n${start + 60},x,2\n${start},x,1\n`;
    const history = pricesFromFile(write("newest.csv.gz", gzipSync(text)));
    expect([...history.times]).toEqual([start, start + 60, start + 120]);
    expect([...history.prices]).toEqual([1, 2, 3]);
  });

  it("drops duplicates, keeping the newer of two that disagree, in either order", () => {
    const rows = [`${start},1`, `${start},1`, `${start + 60},2`, `${start + 60},3`, `${start + 120},4`];
    const expected = { duplicates: 2, conflictingDuplicates: 1 };
    const ascending = pricesFromFile(write("up.csv", `time,price\n${rows.join("\n")}\n`));
    const descending = pricesFromFile(write("down.csv", `time,price\n${rows.toReversed().join("\n")}\n`));
    for (const history of [ascending, descending]) {
      expect(history).toMatchObject(expected);
      expect([...history.prices]).toEqual([1, 3, 4]);
    }
  });

  it("counts gaps and fills nothing in", () => {
    const times = [0, 60, 120, 300, 360, 600].map((offset) => start + offset);
    const history = pricesFromFile(write("gaps.csv", `time,price\n${times.map((time) => `${time},5`).join("\n")}\n`));
    expect([...history.times]).toEqual(times);
    expect(history).toMatchObject({ stepSeconds: 60, gaps: 2, missingSteps: 2 + 3 });
  });

  it("takes the named columns", () => {
    const file = write("named.csv", `when,WETH,USDC\n${start},1800,1\n${start + 60},1801,1\n`);
    expect([...pricesFromFile(file, { time: "when", price: "weth" }).prices]).toEqual([1800, 1801]);
  });

  it.each([
    [
      "a price that is no number",
      `time,price\n${start},1\n${start + 60},n/a\n${start + 120},2\n`,
      /bad.*line 3.*"n\/a".*remove the line/,
    ],
    ["a negative price", `time,price\n${start},1\n\n${start + 60},-2\n`, /line 4.*"-2"/],
    ["a missing price", `time,price\n${start},1\n${start + 60}\n`, /line 3: the price is missing/],
    ["a time that is none", `time,price\n${start},1\nyesterday,2\n`, /line 3.*"yesterday".*unix seconds/],
    ["no header", `${start},1\n${start + 60},2\n`, /line 1: no header.*add a header line/],
    ["one price", `time,price\n${start},1\n`, /at least two/],
  ])("refuses %s, naming file, line and cure", (name, content, message) => {
    const file = write(`bad ${name}.csv`, content);
    expect(() => pricesFromFile(file)).toThrow(InvalidInputError);
    expect(() => pricesFromFile(file)).toThrow(message);
  });

  it("does not send for columns to a flag that no command has", () => {
    const file = write("no header.csv", `${start},1\n${start + 60},2\n`);
    expect(() => pricesFromFile(file)).not.toThrow(/name the columns/);
  });

  it("counts gaps and duplicates of the period asked for", () => {
    const rows = [0, 60, 60, 120, 240, 300, 300, 300, 360, 540].map((second) => `${start + second},5`);
    const file = write("period.csv", `time,price\n${rows.join("\n")}\n`);
    expect(pricesFromFile(file)).toMatchObject({ duplicates: 3, gaps: 2, missingSteps: 3 });
    const cut = pricesFromFile(file, {}, { from: start + 120, to: start + 540 });
    expect([...cut.times]).toEqual([120, 240, 300, 360].map((second) => start + second));
    expect(cut).toMatchObject({ duplicates: 2, gaps: 1, missingSteps: 1 });
  });

  it("refuses a file that is not there", () => {
    expect(() => pricesFromFile(join(folder, "none.csv"))).toThrow(/none\.csv cannot be read/);
  });

  it("gives back any sorted history, whatever the order of its lines", () => {
    const times = fc.uniqueArray(fc.integer({ min: 1e9, max: 2e9 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(times, fc.boolean(), (values, isNewestFirst) => {
        const ascending = values.toSorted((a, b) => a - b);
        const lines = (isNewestFirst ? ascending.toReversed() : ascending).map((time) => `${time},${time / 7}`);
        const history = pricesFromFile(write("any.csv", `time,price\n${lines.join("\n")}\n`));
        expect([...history.times]).toEqual(ascending);
        expect([...history.prices]).toEqual(ascending.map((time) => time / 7));
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
