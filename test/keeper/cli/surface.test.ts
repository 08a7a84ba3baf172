import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { chainCsv } from "../desk/chainCsv.ts";

const run = promisify(execFile);
const keel = (...parameters: string[]) =>
  run(process.execPath, ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts", "surface", ...parameters]);

describe("keel surface", () => {
  let folder: string;
  let chain: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "surface-"));
    chain = join(folder, "chain.csv");
    await writeFile(chain, chainCsv({ lift: { 4: 0.3 } }));
  });

  it("prints one line an expiry", async () => {
    const { stdout } = await keel("--chain", chain);
    expect(stdout).toMatch(/^ETH, spot 2000/);
    expect(stdout.trim().split("\n")).toHaveLength(2 + 10);
  });

  it("prints slices as JSON with the arbitrage before and after", async () => {
    const { stdout } = await keel("--chain", chain, "--json");
    const { currency, expiries } = JSON.parse(stdout);
    expect(currency).toBe("ETH");
    expect(Object.keys(expiries[0].slice).sort()).toEqual(["a", "b", "m", "rho", "sigma"]);
    const before = expiries[5].before.calendar;
    expect(before === "-Infinity" || before < 0).toBe(true);
    expect(expiries[5].after.calendar).toBeGreaterThan(0);
  });

  it("writes a page that opens offline", async () => {
    const path = join(folder, "surface.html");
    await keel("--chain", chain, "--html", path);
    const html = await readFile(path, "utf8");
    expect(html.includes("<h1>ETH volatility surface</h1>")).toBe(true);
    expect(html.match(/data-chart="/g)).toHaveLength(12);
  });

  it("refuses a page that cannot be written before it fits anything", async () => {
    await expect(keel("--chain", chain, "--html", folder)).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^keel: --html .* cannot be written: EISDIR.*name a file in a folder that exists/),
    });
  });

  it("exits 1 and lists the currencies for one that is not there", async () => {
    await expect(keel("--chain", chain, "--currency", "SOL")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds no options on SOL; it holds BTC and ETH"),
    });
  });

  it("exits 1 with the line and the cure for a bad line", async () => {
    const path = join(folder, "bad.csv");
    await writeFile(path, chainCsv().replace(/,call,/, ",cull,"));
    await expect(keel("--chain", path)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /bad\.csv: line 2: option_type is "cull" but must be call or put; correct that line or remove it/,
      ),
    });
  });
});
