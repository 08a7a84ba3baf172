import { describe, expect, it } from "vitest";
import { keel } from "../service/runningDevnet.ts";

describe("keel simulate", () => {
  it("says how many weeks are run of the days asked for", async () => {
    const { stdout } = await keel(["simulate", "--paths", "2", "--days", "10", "--block", "3600"]);
    expect(stdout).toMatch(/^2 paths of 1 whole weeks \(of the 10 days asked\)/);
    expect(stdout).toMatch(/ carry$/m);
  });

  it("gives a single path no interval", async () => {
    const { stdout } = await keel(["simulate", "--paths", "1", "--days", "14", "--block", "3600"]);
    expect(stdout).toMatch(/^1 paths of 2 whole weeks,/);
    expect(stdout).toMatch(/^closed-form: daily variance cut by [\d.]+ %$/m);
  });

  it("refuses fewer days than a week with the cure", async () => {
    const { code, stderr } = await keel(["simulate", "--days", "6"]);
    expect(code).toBe(1);
    expect(stderr).toBe("keel: --days 6 holds no whole week: give 7 or more\n");
  });
});
