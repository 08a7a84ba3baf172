import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type HedgeColumns, readHedgeFile } from "../../../keeper/cli/readHedgeFile.ts";

const folder = mkdtempSync(join(tmpdir(), "hedge-file-"));
let count = 0;

function read(content: string | Uint8Array, columns: Partial<HedgeColumns> = {}, positive = true, rolls: readonly number[] = []) {
  count++;
  const file = join(folder, `${count}.csv`);
  writeFileSync(file, content);
  return readHedgeFile(file, { spot: "Spot", future: "Perp", ...columns }, positive, rolls);
}

const rows = Array.from({ length: 20 }, (_, t) => `2024-01-${String(t + 1).padStart(2, "0")},${100 + t}.5,${200 + t}.25`);
const plain = `Date,Spot,Perp\n${rows.join("\n")}\n`;
const breaks = ({ levels }: ReturnType<typeof read>) => levels.isBreak.flatMap((isBreak, t) => (isBreak ? [t] : []));

describe("readHedgeFile", () => {
  const expected = read(plain).levels;

  it("reads spot and future by name, whatever the case", () => {
    const { levels, lines, badRows } = read(plain, { spot: "SPOT", future: "perp" });
    expect([levels.spot[3], levels.future[3], lines[3], levels.spot.length]).toEqual([103.5, 203.25, 5, 20]);
    expect(badRows).toEqual([]);
  });

  const european = rows.map((row) => row.replaceAll(",", ";").replaceAll(".", ","));
  it.each([
    ["semicolons, decimal commas and a byte-order mark", `\uFEFFDate;Spot;Perp\r\n${european.join("\r\n")}`, {}],
    ["tabs", plain.replaceAll(",", "\t"), {}],
    ["gzip", gzipSync(plain), {}],
    ["no header, columns by number", rows.join("\n"), { spot: "2", future: "3" }],
    ["columns by number under a header", plain, { spot: "2", future: "3" }],
    ["the newest row first", `Date,Spot,Perp\n${[...rows].reverse().join("\n")}`, {}],
  ])("reads %s", (_, content, columns) => {
    expect(read(content, columns).levels).toEqual(expected);
  });

  it("says that it turned a file whose newest row came first, with the lines as they stand there", () => {
    const { turned, lines } = read(`Date,Spot,Perp\n${[...rows].reverse().join("\n")}`);
    expect(turned).toBe(true);
    expect([lines[0], lines[19]]).toEqual([21, 2]);
  });

  it("sorts rows by time and drops exact repeats, with the lines as they stand in the file", () => {
    const shuffled = rows.map((_, t) => rows[(7 * t) % 20] as string);
    const { levels, sorted, turned, lines, repeats } = read(`Date,Spot,Perp\n${shuffled.join("\n")}`);
    expect([levels, sorted, turned, repeats]).toEqual([expected, true, false, []]);
    expect(lines.map((line) => shuffled[line - 2])).toEqual(rows);
    const backwards = read(`Date,Spot,Perp\n${shuffled.toReversed().join("\n")}`);
    expect([backwards.levels, backwards.sorted, backwards.turned]).toEqual([expected, true, false]);
    const twice = read(`Date,Spot,Perp\n${rows.flatMap((row) => [row, row]).join("\n")}`);
    expect([twice.levels, twice.sorted]).toEqual([expected, false]);
    expect(twice.repeats).toEqual(rows.map((_, t) => 3 + 2 * t));
    expect(twice.conflicts).toEqual([]);
  });

  it("keeps a hole where it lies in time when the rows are out of order", () => {
    const broken = rows.with(9, "2024-01-10,n/a,1");
    const shuffled = broken.map((_, t) => broken[(7 * t) % 20] as string);
    expect(breaks(read(`Date,Spot,Perp\n${shuffled.join("\n")}`))).toEqual([9]);
  });

  it("keeps the day of a roll in both contracts, the old one first, and names other prices of one time and contract", () => {
    const marked = rows.map((row, t) => `${row},${t < 12 ? "H4" : "M4"}`).toSpliced(12, 0, `${rows[12]}9,H4`);
    const file = read(`Date,Spot,Perp,Contract\n${marked.map((_, t) => marked[(8 * t) % 21]).join("\n")}`, { roll: "contract" });
    expect([breaks(file), file.rolls, file.repeats, file.conflicts]).toEqual([[13], 1, [], []]);
    const corrected = rows.toSpliced(5, 0, "2024-01-05,104.5,999");
    expect(read(`Date,Spot,Perp\n${corrected.join("\n")}`).conflicts).toEqual([7]);
  });

  it("leaves rows without times, and their repeats, as they stand", () => {
    const same = read(`Spot,Perp\n${["1,2", "1,2", "3,4", "1,2"].join("\n")}`);
    expect([Array.from(same.levels.spot), same.sorted, same.repeats]).toEqual([[1, 1, 3, 1], false, []]);
  });

  it("leaves a bad row out, names its line, and lets no move reach across the hole, in either direction of time", () => {
    const broken = rows.with(9, "2024-01-10,n/a,1").with(10, "2024-01-11,5,-3");
    const { badRows, ...file } = read(`Date,Spot,Perp\n${broken.join("\n")}`);
    expect(badRows).toEqual([
      { line: 11, reason: 'the spot "n/a" is no number' },
      { line: 12, reason: "the future -3 is not positive" },
    ]);
    expect(breaks({ badRows, ...file })).toEqual([9]);
    const turned = read(`Date,Spot,Perp\n${[...broken].reverse().join("\n")}`);
    expect(breaks(turned)).toEqual([9]);
    expect(turned.levels).toEqual(file.levels);
  });

  it("takes a price of zero or less where moves are differences", () => {
    expect(read(plain.replace("203.25", "-37.63"), {}, false).levels.future[3]).toBe(-37.63);
  });

  it("marks rolls by the column of the contract or by date", () => {
    const marked = rows.map((row, t) => `${row},${t < 12 ? "H4" : "M4"}`);
    const byColumn = read(`Date,Spot,Perp,Contract\n${marked.join("\n")}`, { roll: "contract" });
    const byDate = read(plain, {}, true, [Date.UTC(2024, 0, 13) / 1000]);
    expect([breaks(byColumn), byColumn.rolls]).toEqual([[12], 1]);
    expect([breaks(byDate), byDate.rolls]).toEqual([[12], 1]);
  });

  it.each([
    [
      "a column that is not there",
      plain,
      { spot: "Price" },
      /no column "Price"; choose of Date, Spot, Perp, or give a number from 1 to 3/,
    ],
    ["a column number beyond the last", plain, { spot: "4" }, /no column "4"/],
    ["too many bad rows", plain.replaceAll(".5,", "x,"), {}, /20 bad rows of 20, too many.*line 2: the spot "100x" is no number/],
    ["too few rows", "Spot,Perp\n1,2\n2,3\n", {}, /2 usable rows/],
    ["text that is no table", 'Spot,Perp\n"1,2\n', {}, /cannot be read/],
    ["nothing", "", {}, /no column "Spot"/],
  ])("refuses %s", (_, content, columns, message) => {
    expect(() => read(content, columns)).toThrow(message);
  });

  it("refuses roll dates without times, or outside the file", () => {
    expect(() => read(plain.replaceAll("Date", "Day"), {}, true, [1_704_844_800])).toThrow(
      /line 2: roll dates need a time in every row/,
    );
    expect(() => read(plain, {}, true, [Date.UTC(2030, 0, 1) / 1000])).toThrow(/outside the rows/);
    expect(() => readHedgeFile(join(folder, "none.csv"), { spot: "a", future: "b" }, true, [])).toThrow(
      /none\.csv cannot be read/,
    );
  });
});
