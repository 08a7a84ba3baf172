import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { backtestCommand } from "../../../keeper/cli/backtest.ts";
import { keel } from "../service/runningDevnet.ts";
import { hourlyMarket } from "../simulation/backtest/hourlyMarket.ts";

const folder = mkdtempSync(join(tmpdir(), "backtest-"));
const { times, prices } = hourlyMarket(6, 0.7, 11);
const lines = [...times.keys()].map((row) => `${times[row]},${(prices[row] as number).toFixed(4)}`);

/** The market as a file with one hour missing and one repeated. */
function priceFile(): string {
  const path = join(folder, "prices.csv");
  writeFileSync(path, ["timestamp,close", ...lines.slice(0, 40), lines[39], ...lines.slice(41)].join("\n"));
  return path;
}

describe("keel backtest", () => {
  it("says in its help which policies are judged when none is named", () => {
    expect(backtestCommand.helpInformation()).toMatch(/--policy <list>[^-]+(-[^-]+)+\(default: all of them\)/);
  });

  it("reports the file's faults, sets policies side by side and draws them", async () => {
    const html = join(folder, "report.html");
    const { code, stdout } = await keel(["backtest", "--prices", priceFile(), "--gas", "25", "--sweep", "--html", html]);
    expect(code).toBe(0);
    expect(stdout).toContain("1,008 prices, 1 gaps of 1 steps in all, 1 duplicates dropped");
    expect(stdout).toContain("6 cycles from 2026-01-02 to 2026-02-13");
    for (const policy of ["closed-form", "whalley-wilmott", "band-5", "band-10", "band-20", "hourly", "daily"])
      expect(stdout).toMatch(new RegExp(`^${policy} `, "m"));
    expect(stdout).toContain("Frontier of closed-form");
    expect(readFileSync(html, "utf8")).toContain("Hedging cost");
  });

  it("prints the same as JSON, every policy's costs adding up", async () => {
    const { code, stdout } = await keel(["backtest", "--prices", priceFile(), "--policy", "closed-form,daily", "--json"]);
    expect(code).toBe(0);
    const { policies, cycles, data } = JSON.parse(stdout);
    expect([cycles, data.missingSteps, data.duplicates]).toEqual([6, 1, 1]);
    expect(policies.map(({ name }: { name: string }) => name)).toEqual(["closed-form", "daily"]);
    for (const { costs, turnover } of policies) expect(costs.fees).toBeCloseTo(turnover * 0.0005, 6);
  });

  it.each([
    [["--policy", "martingale"], 'There is no policy "martingale"'],
    [["--legs", "call:0.1"], '"call:0.1" is no leg'],
    [["--from", "2031-01-01"], "No prices between --from and --to"],
  ])("refuses %j with the cure", async (flags, said) => {
    const { code, stderr } = await keel(["backtest", "--prices", priceFile(), ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
