import { spawnSync } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { answerJsonLines } from "../../../keeper/cli/jsonLines.ts";
import { InvalidInputError } from "../../../keeper/errors.ts";

async function run(text: string, answer: (row: unknown) => object): Promise<{ failures: number; lines: unknown[] }> {
  let written = "";
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      written += String(chunk);
      setImmediate(done);
    },
  });
  const failures = await answerJsonLines(answer, { input: Readable.from([text]), output });
  const lines = written.split("\n").filter((line) => line !== "");
  return { failures, lines: lines.map((line) => JSON.parse(line)) };
}

describe("answerJsonLines", () => {
  it("answers in order through a slow reader, and goes on after bad lines", async () => {
    const answer = (row: unknown): object => {
      if (row === 2) throw new InvalidInputError("two is refused");
      return { row };
    };
    const { failures, lines } = await run("1\n\n2\r\n{oops\n3", answer);
    expect(lines).toEqual([
      { row: 1 },
      { error: "two is refused", line: 3 },
      { error: "the line is not JSON", line: 4 },
      { row: 3 },
    ]);
    expect(failures).toBe(2);
  });

  it("does not hide a fault of the program as a bad line", async () => {
    const fault = new TypeError("a fault");
    await expect(
      run("1", () => {
        throw fault;
      }),
    ).rejects.toBe(fault);
  });
});

describe("keel price and keel iv", () => {
  const keel = (
    args: string[],
    rows: readonly (object | string)[],
  ): { status: number | null; lines: Record<string, unknown>[] } => {
    const script = `
      const { Command } = await import("commander");
      const { priceCommand } = await import("./keeper/cli/price.ts");
      const { ivCommand } = await import("./keeper/cli/iv.ts");
      await new Command().addCommand(priceCommand).addCommand(ivCommand).parseAsync(${JSON.stringify(args)}, { from: "user" });`;
    const input = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd,
      input,
      encoding: "utf8",
    });
    const lines = stdout.split("\n").filter((line) => line !== "");
    return { status, lines: lines.map((line) => JSON.parse(line)) };
  };
  const haug = { type: "call", spot: 60, strike: 65, years: 0.25, vol: 0.3, rate: 0.08, tag: "a" };

  it("prices rows, keeps their own fields, and reports bad ones with exit code 1", () => {
    const { status, lines } = keel(["price"], [haug, { ...haug, vol: -1 }, { ...haug, type: "swap" }, "nonsense", haug]);
    expect(status).toBe(1);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject(haug);
    expect(lines[0]?.price).toBeCloseTo(2.1334, 4);
    expect(lines.slice(1, 4).map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(lines[2]?.error).toMatch(/^type: /);
    expect(lines[4]).toEqual(lines[0]);
  });

  it("prices Lewis's Heston call, and Bates without jumps the same", () => {
    const model = { v0: 0.04, kappa: 4, theta: 0.25, sigma: 1, rho: -0.5 };
    const lewis = { type: "call", spot: 100, strike: 100, years: 1, rate: 0.01, yield: 0.02, ...model };
    const { status, lines } = keel(["price", "--model", "heston"], [lewis]);
    expect(status).toBe(0);
    expect(lines[0]).toMatchObject(lewis);
    expect(lines[0]?.price).toBeCloseTo(16.07015491702883, 9);
    const bates = keel(["price", "--model", "bates"], [{ ...lewis, lambda: 0, jumpMean: -0.1, jumpSd: 0.2 }]);
    expect(bates.lines[0]?.price).toBeCloseTo(16.07015491702883, 9);
  });

  it("finds vols, and says why there is none", () => {
    const { vol, ...option } = haug;
    const { status, lines } = keel(
      ["iv"],
      [
        { ...option, price: 2.1333684449162 },
        { ...option, price: 61 },
        { ...option, price: -1 },
      ],
    );
    expect(status).toBe(0);
    expect(lines[0]?.vol).toBeCloseTo(vol, 12);
    expect(lines[1]).toMatchObject({ vol: null, reason: "above-maximum" });
    expect(lines[2]).toMatchObject({ vol: null, reason: "below-intrinsic" });
  });
});
