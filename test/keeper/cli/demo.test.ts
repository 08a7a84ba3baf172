import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keel } from "../service/runningDevnet.ts";

const folder = mkdtempSync(join(tmpdir(), "demo-"));
const report = join(folder, "report.html");

describe("keel demo", () => {
  it.each([
    [["demo", "--block", "0", "--report", report], "Give a whole number from 1"],
    [["demo", "--programme", "FOO=1", "--report", report], "the market has no FOO; choose of WETH, WBTC"],
    [["demo", "--programme", "WETH=", "--report", report], '"WETH=" is not SYMBOL=SIZE'],
    [["simulate", "--programme", "FOO=1"], "the market has no FOO; choose of WETH, WBTC"],
    [["demo", "--report", join(folder, "none", "report.html")], "name a file in a folder that exists"],
    [["demo", "--report", folder], "cannot be written"],
    [["demo", "--deposit", "1", "--report", report], "Give 100 or more: a vault takes no smaller deposit"],
  ])("refuses %j with the cure, before anything runs", async (parameters, said) => {
    const { code, stdout, stderr } = await keel(parameters);
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});
