import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const keel = (...parameters: string[]) =>
  run(process.execPath, ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts", "stress", ...parameters]);

const book = {
  now: "2026-03-02T08:00:00Z",
  underlyings: [
    {
      symbol: "WETH",
      spot: 3000,
      holdings: 12,
      legs: [
        { type: "call", strike: 3300, expiry: "2026-03-27T08:00:00Z", size: -25 },
        { type: "put", strike: 2700, expiry: "2026-06-26T08:00:00Z", size: -10 },
      ],
      smiles: [
        { expiry: "2026-03-27T08:00:00Z", vol: 0.7 },
        { expiry: "2026-06-26T08:00:00Z", carry: 0.03, svi: { a: 0.3, b: 0.2, rho: -0.3, m: 0, sigma: 0.4 } },
      ],
      costs: { fixed: 4, proportional: 1.5, impact: 0.02 },
    },
    {
      symbol: "WBTC",
      spot: 90_000,
      holdings: 0.4,
      legs: [{ type: "call", strike: 95_000, expiry: 1_774_598_400, size: -1 }],
      smiles: [{ expiry: 1_774_598_400, vol: 0.55 }],
      costs: { fixed: 4, proportional: 45, impact: 30 },
    },
  ],
};

describe("keel stress", () => {
  let folder: string;
  let path: string;
  const save = async (name: string, content: unknown) => {
    const file = join(folder, name);
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  const refusal = async (content: unknown) => {
    const outcome = await keel("--book", await save("bad.json", content)).catch((error) => error);
    expect(outcome.code).toBe(1);
    return outcome.stderr as string;
  };
  /** The book with one field of its first underlying changed. */
  const changed = (change: object) => ({ ...book, underlyings: [{ ...book.underlyings[0], ...change }] });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stress-"));
    path = await save("book.json", book);
  });

  it("prints Greeks, coverage, matrix, scenarios and tails", async () => {
    const { stdout } = await keel("--book", path);
    for (const part of [
      /^underlying +expiry +days +legs +option value +cash delta /m,
      /^WETH +2026-06-26 +116\.0 +1 /m,
      /^WBTC .* over-hedged$/m,
      /^ +x2\.5 +-/m,
      /^spot −7σ, vol ×2, gas ×10/m,
    ]) {
      expect(stdout).toMatch(part);
    }
    expect(stdout.match(/ worst$/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^normal, revalued +- /m);
  });

  it("prints the same as JSON", async () => {
    const { stdout } = await keel("--book", path, "--json", "--horizon", "48", "--confidence", "0.99");
    const report = JSON.parse(stdout);
    expect(report.settings).toMatchObject({ horizonSeconds: 172_800, confidence: 0.99 });
    expect(report.jumps.total[0][2][6]).toBe(0);
    expect(report.greeks.underlyings.map((each: { underlying: string }) => each.underlying)).toEqual(["WETH", "WBTC"]);
    expect(report.worst.total).toBe(Math.min(...report.outcomes.map((each: { total: number }) => each.total)));
  });

  it("replays a price file from its crash and from a moment asked for", async () => {
    const rows = Array.from({ length: 24 * 60 }, (_, hour) => {
      const time = new Date(Date.UTC(2020, 2, 1) + hour * 3_600_000).toISOString();
      return `${time.slice(0, 19)},${200 + (hour % 7)}${hour > 290 ? ".5" : ""}`;
    });
    rows[270] = `${(rows[270] as string).slice(0, 20)}110`;
    const prices = await save("prices.csv", `timestamp,close\n${rows.join("\n")}\n`);
    const { stdout } = await keel("--book", path, "--prices", prices, "--replay", "2020-03-20T06:00Z", "--json");
    const report = JSON.parse(stdout);
    const names = report.replays.map((each: { name: string }) => each.name);
    expect(names.slice(0, 2)).toEqual(["replay 2020-03-12 00:00", "replay 2020-03-20 06:00"]);
    expect(Math.min(...report.replays[0].spotFactors)).toBeCloseTo(110 / 201, 1);
    expect(report.tails.map((each: { method: string }) => each.method)).toContain("filtered historical (EWMA), revalued");
  });

  it("refuses to replay a moment the prices do not reach, or without prices", async () => {
    const prices = await save("few.csv", "timestamp,close\n2020-03-01,200\n2020-03-02,190\n2020-03-03,195\n");
    await expect(keel("--book", path, "--prices", prices, "--replay", "2019-05-01")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /few\.csv holds prices of 2020-03-01 00:00 to 2020-03-03 00:00 UTC: nothing to replay from 2019-05-01 00:00; choose a time within/,
      ),
    });
    await expect(keel("--book", path, "--replay", "2020-03-01")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing to replay 2020-03-01 00:00 from: name a file of prices with --prices/),
    });
  });

  it("writes a page that opens offline, a heat map to each time and underlying", async () => {
    const html = join(folder, "stress.html");
    await keel("--book", path, "--html", html);
    const page = await readFile(html, "utf8");
    expect(page.includes("<h1>Stress: WETH, WBTC</h1>")).toBe(true);
    expect(page.match(/data-chart="/g)).toHaveLength(3 + 1 + 2);
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)=/);
  });

  it("refuses a page that cannot be written before it reports anything", async () => {
    await expect(keel("--book", path, "--html", folder)).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^keel: --html .* cannot be written: EISDIR.*name a file in a folder that exists/),
    });
  });

  it("exits 1 when the risk budget is exceeded, after printing all of it", async () => {
    const file = await save("tight.json", { ...book, riskBudget: { stressLoss: 100, expectedShortfall: 1e9 } });
    await expect(keel("--book", file)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^stressLoss .* EXCEEDED\n(.*\n)*?expectedShortfall .* within$/m),
    });
  });

  it("names the field and the cure", async () => {
    const legs = book.underlyings[0]?.legs ?? [];
    const smiles = book.underlyings[0]?.smiles ?? [];
    expect(await refusal(changed({ spot: -1 }))).toMatch(/bad\.json: underlyings\[0\]\.spot must be a price above 0/);
    expect(await refusal(changed({ legs: [{ ...legs[0], type: "cal" }] }))).toMatch(
      /underlyings\[0\]\.legs\[0\]\.type must be "call" or "put"/,
    );
    expect(await refusal(changed({ legs: [{ ...legs[0], expiry: "next friday" }] }))).toMatch(
      /legs\[0\]\.expiry must be a time, such as/,
    );
    expect(await refusal(changed({ smiles: [smiles[0]] }))).toMatch(
      /legs\[1\]\.expiry is 2026-06-26T08:00:00\.000Z, for which there is no smile; add one to underlyings\[0\]\.smiles/,
    );
    expect(await refusal(changed({ smiles: [...smiles, { expiry: "2026-03-27T09:00:00+01:00", vol: 0.9 }] }))).toMatch(
      /smiles\[2\]\.expiry is 2026-03-27T08:00:00\.000Z, which has a smile already; keep one of them/,
    );
    expect(await refusal(changed({ smiles: [{ ...smiles[0], svi: (smiles[1] as { svi?: object }).svi }] }))).toMatch(
      /smiles\[0\] needs either vol or svi, and not both/,
    );
    expect(
      await refusal(changed({ smiles: [smiles[0], { ...smiles[1], svi: { a: 0.3, b: 0.2, rho: -1.3, m: 0, sigma: 0.4 } }] })),
    ).toMatch(/smiles\[1\]\.svi is not a smile: .*rho/);
    expect(await refusal(changed({ legs: [], smiles: [] }))).toMatch(/underlyings\[0\]\.vol is needed where no smile is live/);
    expect(await refusal(changed({ holding: 3 }))).toMatch(
      /underlyings\[0\] has no field holding; it has symbol, spot, holdings,/,
    );
    expect(await refusal([])).toMatch(/bad\.json: the book must be an object of now, underlyings, riskBudget/);
    expect(await refusal({})).toMatch(/bad\.json: underlyings must be a list/);
    expect(await refusal("{]")).toMatch(/bad\.json: .*it must be JSON/);
    await expect(keel("--book", join(folder, "nowhere.json"))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nowhere\.json: .*give the path of a book file/),
    });
  });
});
