import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseChain, readChain } from "../../../keeper/desk/readChain.ts";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { cryptoLike } from "../pricing/syntheticSmile.ts";
import { CARRY, chainCsv, OBSERVED, SPOT } from "./chainCsv.ts";

const csv = chainCsv({ withoutFuture: [1, 4] });

describe("reading an option chain", () => {
  it("sorts one currency's options into expiries with forwards and prices in quote", () => {
    const chain = parseChain(csv, "eth");
    expect(chain).toMatchObject({ currency: "ETH", observedAt: OBSERVED, spot: SPOT });
    expect(chain.expiries).toHaveLength(cryptoLike.expiries.length);
    for (const [i, { years, forward, options }] of chain.expiries.entries()) {
      expect(years).toBeCloseTo(cryptoLike.expiries[i]?.years as number, 7);
      expect(forward / (SPOT * Math.exp(CARRY * years))).toBeCloseTo(1, 6);
      expect(options).toHaveLength(50);
    }
    const dearest = Math.max(...(chain.expiries[9]?.options ?? []).map(({ mark }) => mark ?? 0));
    expect(dearest).toBeGreaterThan(1000);
  });

  it("finds the forward by put-call parity where there is no future", () => {
    const { expiries } = parseChain(csv, "ETH");
    expect(expiries.map(({ forwardSource }) => forwardSource)).toEqual(
      cryptoLike.expiries.map((_, i) => (i === 1 || i === 4 ? "parity" : "future")),
    );
  });

  it("falls back on the price the venue itself uses when parity has too few quotes", () => {
    const bare = csv.replaceAll(/^(.*,ETH-1-.*-P,.*)$/gm, "").replace(/\n+/g, "\n");
    expect(parseChain(bare, "ETH").expiries[1]?.forwardSource).toBe("underlying");
  });

  it("takes an empty or zero price as no quote", () => {
    const row = "2026-03-02T09:00:00+00:00,X,2000,call,2100,2026-03-27T08:00:00+00:00,,0,0.01,2000,0,ETH,2000";
    const chain = parseChain(`${csv.split("\n")[0]}\n${row}\n`, "ETH");
    expect(chain.expiries[0]?.options[0]).toMatchObject({ bid: undefined, ask: undefined, mark: 20, markVol: undefined });
  });

  it("reads plain and gzipped files alike", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chain-"));
    await writeFile(join(folder, "chain.csv"), csv);
    await writeFile(join(folder, "chain.csv.gz"), gzipSync(csv));
    expect(await readChain(join(folder, "chain.csv.gz"), "ETH")).toEqual(await readChain(join(folder, "chain.csv"), "ETH"));
    await writeFile(join(folder, "torn.csv.gz"), gzipSync(csv).subarray(0, 900));
    await expect(readChain(join(folder, "torn.csv.gz"), "ETH")).rejects.toThrow("damaged gzip file; download it again");
    await expect(readChain(join(folder, "none.csv"), "ETH")).rejects.toThrow("none.csv: cannot be read; check the path");
  });

  it("names the currencies it holds when asked for another", () => {
    expect(() => parseChain(csv, "SOL")).toThrow("holds no options on SOL; it holds BTC and ETH");
  });

  it.each([
    [
      "a strike that is no number",
      ",X,2000,call,21x0,2026-03-27T08:00:00+00:00,,,0.01,2000,0.6,ETH,2000",
      'line 3: strike is "21x0" but must be a number',
    ],
    [
      "an unknown option type",
      ",X,2000,swap,2100,2026-03-27T08:00:00+00:00,,,0.01,2000,0.6,ETH,2000",
      'line 3: option_type is "swap" but must be call or put',
    ],
    [
      "a negative price",
      ",X,2000,call,2100,2026-03-27T08:00:00+00:00,-1,,0.01,2000,0.6,ETH,2000",
      'line 3: bid_price is "-1" but must',
    ],
    [
      "an expiry that is no date",
      ",X,2000,call,2100,27MAR,,,0.01,2000,0.6,ETH,2000",
      'line 3: expiry_datetime is "27MAR" but must be a date and time',
    ],
    ["a missing cell", ",X,2000,call,2100,2026-03-27T08:00:00+00:00,,,0.01,2000,0.6,ETH", "line 3"],
  ])("points at the line and says the cure for %s", (_, wrong, message) => {
    const [header, good] = csv.split("\n");
    const text = `${header}\n${good}\n2026-03-02T09:00:00+00:00${wrong}\n`;
    expect(() => parseChain(text, "ETH")).toThrow(InvalidInputError);
    expect(() => parseChain(text, "ETH")).toThrow(message);
    expect(() => parseChain(text, "ETH")).toThrow("correct that line or remove it");
  });

  it("names the columns that are missing, and says when there is nothing", () => {
    expect(() => parseChain("strike,price\n1,2\n", "ETH")).toThrow("has no column timestamp, currency, option_type");
    expect(() => parseChain("", "ETH")).toThrow("has no options");
  });

  it("refuses a chain whose options have all expired", () => {
    expect(() => parseChain(csv.replaceAll("2026-03-02T09:00:00+00:00", "2030-01-01T00:00:00+00:00"), "ETH")).toThrow(
      "has expired",
    );
  });
});
