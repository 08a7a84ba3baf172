import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { ols } from "../../../keeper/hedging/ratio/ols.ts";
import { linearPair } from "../hedging/ratio/simulatedPairs.ts";

const run = promisify(execFile);
const keel = (...parameters: string[]) =>
  run(process.execPath, ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts", "hedge-ratio", ...parameters]);

const { spot, future } = linearPair("command", 320, 0.9, 0.006);
const prices = (moves: Float64Array, start: number) => {
  let price = start;
  return [start, ...Array.from(moves, (move) => (price *= Math.exp(move)))];
};
const rows = prices(spot, 2000).map((s, t) => [s, prices(future, 2010)[t] as number] as const);
const days = rows.map((_, t) => new Date(Date.UTC(2024, 0, 1) + t * 86_400_000).toISOString().slice(0, 10));
const truth = ols(spot, future);

describe("keel hedge-ratio", () => {
  let folder: string;
  let file: string;
  const save = async (name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const columns = (path: string) => ["--file", path, "--spot", "Spot", "--future", "Perp"];
  const json = async (...parameters: string[]) => JSON.parse((await keel(...parameters, "--json")).stdout);
  const refusal = async (...parameters: string[]): Promise<string> => {
    const outcome = await keel(...parameters).catch((error) => error);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    return outcome.stderr;
  };
  const csv = rows.map(([s, f], t) => `${days[t]},${s},${f}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ratio-"));
    file = await save("prices.csv", `Date,Spot,Perp\n${csv.join("\n")}\n`);
  });

  it("sets all methods side by side with errors, effectiveness, verdict and the test of cointegration", async () => {
    const { stdout } = await keel(...columns(file));
    for (const method of [
      "naive",
      "ols",
      "rolling",
      "recursive",
      "ewma",
      "garch-ccc",
      "garch-dcc",
      "kalman",
      "vecm",
      "shortfall",
    ]) {
      expect(stdout).toMatch(new RegExp(`^${method} +\\d\\.\\d{4} .* %  +(good|fair|weak)$`, "m"));
    }
    expect(stdout).toMatch(new RegExp(`^ols +${truth.beta.toFixed(4)} +${Number(truth.betaError.toPrecision(5))} `, "m"));
    expect(stdout).toMatch(/^Cointegration: Johansen trace.* against 15\.494; Engle-Granger: /m);
    expect(stdout).toMatch(/^Warning, vecm: not cointegrated/m);
  });

  it("prints every parameter as JSON", async () => {
    const report = await json(
      ...columns(file),
      "--method",
      "ols,garch-dcc,vecm",
      "--percent",
      "--exposure",
      "137",
      "--contract-size",
      "100",
    );
    expect(report).toMatchObject({ rows: 321, moves: 320, returns: "log", badRows: [], rolls: 0 });
    const [plain, dcc, vecm] = report.estimates;
    expect(plain.ratio).toBeCloseTo(truth.beta, 10);
    expect(plain.parameters.alpha).toBeCloseTo(100 * truth.alpha, 8);
    expect(plain.parameters.betaError).toBeCloseTo(truth.betaError, 10);
    expect(Object.keys(dcc.parameters)).toEqual(
      expect.arrayContaining(["spotOmega", "spotBetaError", "correlation", "logLikelihood"]),
    );
    const [s, f] = rows.at(-1) as readonly [number, number];
    expect(report.contracts.method).toBe("ols");
    expect(report.contracts.wanted).toBeCloseTo((137 * truth.beta * s) / f, 6);
    expect(vecm.parameters.alpha).toHaveLength(2);
    expect(vecm.parameters).toMatchObject({ criticalValue: 15.4943, isCointegrated: false });
  });

  it("names bad rows and outliers with their lines, and leaves outliers out when asked", async () => {
    const [s, f] = rows[50] as readonly [number, number];
    const changed = csv.with(50, `${days[50]},${10 * s},${f}`).with(200, `${days[200]},n/a,2000`);
    const { stdout } = await keel(
      ...columns(await save("changed.csv", `Date,Spot,Perp\n${changed.join("\n")}\n`)),
      "--method",
      "ols",
      "--drop-outliers",
    );
    expect(stdout).toMatch(/320 rows, 316 log moves/);
    expect(stdout).toMatch(/^1 bad rows left out: line 202 \(the spot "n\/a" is no number\)\.$/m);
    expect(stdout).toMatch(/^2 outliers left out: line 52 \(spot, \d+ robust deviations\), line 53 \(spot, /m);
  });

  it("refuses the impossible correlation of a textbook slip", async () => {
    expect(await refusal("--covariance", "2", "--sd-spot", "1.2", "--sd-future", "1.5")).toMatch(
      /correlation of 1\.11.*check that/,
    );
  });

  it("answers a textbook from its moments", async () => {
    const { stdout } = await keel("--correlation", "0.928", "--sd-spot", "0.0263", "--sd-future", "0.0313");
    expect(stdout).toMatch(/^h\* = 0\.7798, correlation 0\.9280, effectiveness 86\.1 %/);
  });

  it("shows the jeweller every rounding and proposes the smaller contract", async () => {
    const { stdout } = await keel("--exposure", "137", "--contract-size", "100", "--smaller-contract", "10");
    for (const line of [
      /^ +100 +floor +1 +100 +37 unhedged +27\.0 %$/m,
      /^ +100 +ceil +2 +200 +63 over-hedged +46\.0 %$/m,
      /^ +10 +nearest +14 +140 +3 over-hedged +2\.2 %$/m,
      /^Proposed: the 10-unit contract\.$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it.each([
    [["--file", "FILE", "--spot", "Price", "--future", "Perp"], /no column "Price"; choose of Date, Spot, Perp/],
    [["--file", "FILE", "--spot", "Spot", "--future", "Perp", "--method", "magic"], /There is no method "magic"/],
    [[], /Give prices by --file/],
  ])("refuses %j", async (parameters, message) => {
    expect(await refusal(...parameters.map((each) => (each === "FILE" ? file : each)))).toMatch(message);
  });
});
