import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { impliedFromChains } from "../../../../keeper/simulation/backtest/impliedFromChains.ts";

const DAY = 86_400;
const FIRST = Date.UTC(2026, 0, 2, 8) / 1000;
const folder = mkdtempSync(join(tmpdir(), "keel-chains-"));
const empty = mkdtempSync(join(tmpdir(), "keel-chains-"));
afterAll(() => {
  for (const each of [folder, empty]) rmSync(each, { recursive: true });
});

/** A chain of one currency whose smiles are flat, one vol for each life in days. */
function writeChain(name: string, time: number, vols: readonly (readonly [number, number])[]): void {
  const iso = (at: number) => new Date(at * 1000).toISOString();
  const head = "timestamp,currency,option_type,strike,expiry_datetime,index_price,underlying,implied_volatility";
  const rows = vols.flatMap(([days, vol]) =>
    [2_600, 2_900, 3_100, 3_400].map((strike) => {
      const type = strike < 3_000 ? "put" : "call";
      return [iso(time), "ETH", type, strike, iso(time + days * DAY), 3_000, 3_000, vol].join(",");
    }),
  );
  writeFileSync(join(folder, name), [head, ...rows].join("\n"));
}

writeChain("b.csv", FIRST + 2 * DAY, [[7, 0.8]]);
writeChain("a.csv", FIRST, [
  [4, 0.5],
  [10, 0.7],
]);

describe("implied vols from a folder of chains", () => {
  it("interpolates total variance between the expiries around the life wanted", async () => {
    const at = await impliedFromChains(folder, "ETH", 7 / 365);
    // Halfway between 4 days at 50 % and 10 days at 70 %.
    expect(at(FIRST)).toBeCloseTo(Math.sqrt((0.5 ** 2 * 4 + 0.7 ** 2 * 10) / 2 / 7), 12);
  });

  it("holds each chain until the next, for a week at most, and knows nothing before the first", async () => {
    const at = await impliedFromChains(folder, "ETH", 7 / 365);
    expect(at(FIRST - 1)).toBeUndefined();
    expect(at(FIRST + 2 * DAY - 1)).toBe(at(FIRST));
    expect(at(FIRST + 2 * DAY)).toBeCloseTo(0.8, 12);
    expect(at(FIRST + 9 * DAY)).toBeCloseTo(0.8, 12);
    expect(at(FIRST + 9 * DAY + 1)).toBeUndefined();
  });

  it("refuses a folder without chains", async () => {
    await expect(impliedFromChains(empty, "ETH", 7 / 365)).rejects.toThrow(InvalidInputError);
    await expect(impliedFromChains(join(empty, "none"), "ETH", 7 / 365)).rejects.toThrow(InvalidInputError);
  });
});
