import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const keel = (path: string, input?: string) => {
  const running = run(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "keeper/cli/keel.ts",
    "region",
    "--problem",
    path,
  ]);
  running.child.stdin?.end(input);
  return running;
};

const problem = {
  spot: 2000,
  vol: 0.8,
  positions: [{ type: "call", strike: 2000, years: 0.0821917808219178, size: -10 }],
  riskAversion: 0.001,
  costs: { proportional: 0.0005, fixed: 2 },
  method: "optimal",
  nodes: [
    [0, 2000],
    [0.04, 2300],
    [0.082, 1000],
  ],
};

describe("keel region", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "region-"));
  });
  const save = async (content: unknown) => {
    const path = join(folder, "problem.json");
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const refusal = async (content: unknown) => {
    const outcome = await keel(await save(content)).catch((error) => error);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
    return outcome.stderr;
  };

  it("prints one region around the holding that covers the calls for each node, from a file and from the standard input", async () => {
    const { regions, seconds } = JSON.parse((await keel(await save(problem))).stdout);
    expect(seconds).toBeGreaterThan(0);
    expect(regions).toHaveLength(3);
    for (const [lower, targetLower, targetUpper, upper] of regions) {
      expect(lower).toBeLessThan(targetLower);
      expect(targetLower).toBeLessThanOrEqual(targetUpper);
      expect(targetUpper).toBeLessThan(upper);
    }
    // Ten at-the-money calls need 5.46 units (Black-Scholes delta .5457), and nothing once they are worthless.
    expect(regions[0][0]).toBeLessThan(5.46);
    expect(regions[0][3]).toBeGreaterThan(5.46);
    expect(regions[2][0]).toBeLessThan(0);
    expect(regions[2][3]).toBeGreaterThan(0);
    expect(JSON.parse((await keel("-", JSON.stringify(problem))).stdout).regions).toEqual(regions);
    const closed = JSON.parse((await keel("-", JSON.stringify({ ...problem, method: "closed-form" }))).stdout);
    expect(closed.regions[0][0]).toBeCloseTo(regions[0][0], 0);
    expect(closed.regions).not.toEqual(regions);
  });

  it("says which field is wrong and what it must be", async () => {
    expect(await refusal({ ...problem, vol: 0 })).toMatch(/problem\.json: vol must be a vol above 0/);
    expect(await refusal({ ...problem, positions: [] })).toMatch(/positions must hold at least one option/);
    expect(await refusal({ ...problem, nodes: [[0, 2000], [1]] })).toMatch(/nodes\[1\]/);
    expect(await refusal({ ...problem, nodes: [[0, -1]] })).toMatch(/nodes\[0\]\[1\] must be a price above 0/);
    expect(await refusal({ ...problem, method: "best" })).toMatch(/method must be "optimal" or "closed-form"/);
    expect(await refusal({ ...problem, cost: 1 })).toMatch(/the problem has no field cost; it has spot, vol,/);
    expect(await refusal("{")).toMatch(/it must be JSON \(see keel region --help\)/);
  });
});
