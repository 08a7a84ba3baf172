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

  it("prints no interval for fewer than eight cycles, and no deviation of a single one", async () => {
    const html = join(folder, "short.html");
    const flags = ["backtest", "--prices", priceFile(), "--policy", "closed-form,daily"];
    const [six, one] = await Promise.all([
      keel([...flags, "--json"]),
      keel([...flags, "--to", "2026-01-10", "--sweep", "--html", html]),
    ]);
    expect(Object.keys(JSON.parse(six.stdout).policies[1].againstFirst)).toEqual(["estimate"]);
    expect(one.stdout).toContain("1 cycles from");
    expect(one.stdout).toMatch(/^daily +−?[\d,]+ +– +−?[\d,]+ +−?[\d,]+ /m);
    expect(one.stdout).not.toContain("[");
    const rows = /<td[^>]*>daily<\/td>\s*(<td[^>]*>[^<]*<\/td>\s*)<td[^>]*>–<\/td>/g;
    expect(readFileSync(html, "utf8").match(rows), "lower bound and deviation").toHaveLength(2);
  });

  it("counts the faults of the period, and carry among the costs", async () => {
    const flags = ["--from", "2026-01-09", "--policy", "daily", "--carry", "0.1"];
    const { stdout } = await keel(["backtest", "--prices", priceFile(), ...flags]);
    expect(stdout).toContain("0 gaps of 0 steps in all, 0 duplicates dropped");
    expect(stdout).toMatch(/ gas +carry$/m);
    expect(stdout).toMatch(/^daily .* −?[1-9][\d,]*$/m);
  });

  it("values gas at the ether price given, whatever the asset in the file costs", async () => {
    const flags = ["backtest", "--prices", priceFile(), "--policy", "daily", "--gas", "25", "--json"];
    const runs = await Promise.all(["1000", "3000"].map((price) => keel([...flags, "--ether-price", price])));
    const [dear, cheap] = runs.map(({ stdout }) => JSON.parse(stdout).policies[0]).reverse();
    // What is held at the end is sold too.
    expect(cheap.costs.gas).toBeCloseTo((cheap.trades + 1) * 400_000 * 25e-9 * 1_000, 6);
    expect(dear.costs.gas).toBeCloseTo(3 * cheap.costs.gas, 6);
  });

  it.each([
    [["--policy", "martingale"], 'There is no policy "martingale"'],
    [["--legs", "call:0.1"], '"call:0.1" is no leg'],
    [["--from", "2031-01-01"], "No prices between --from and --to"],
    [["--carry", "abc"], "option '--carry <rate>' argument 'abc' is invalid. Give a number"],
    [["--fee", ""], "option '--fee <fraction>' argument '' is invalid. Give a number from 0"],
    [["--gas", ""], "option '--gas <price>' argument '' is invalid. Give a price in gwei"],
  ])("refuses %j with the cure", async (flags, said) => {
    const { code, stderr } = await keel(["backtest", "--prices", priceFile(), ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
