import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { minimumVarianceDelta } from "../../../keeper/pricing/minimumVarianceDelta.ts";

async function fitDelta(input: string): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "keeper/cli/keel.ts", "fit-delta"]);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, out, err };
}

const truth = { a: -0.2, b: 0.3, c: -0.4 };
const rows = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((delta) =>
  [-40, 25].map((spotChange) => {
    const option = { spot: 3000, years: 0.1, delta, vega: 300 };
    return { ...option, spotChange, priceChange: minimumVarianceDelta(truth, option) * spotChange };
  }),
);
const lines = rows.map((row) => JSON.stringify(row));

describe("keel fit-delta", () => {
  it("answers observations with the coefficients that made them", async () => {
    const { code, out } = await fitDelta(`${lines.join("\n")}\n\n`);
    const fit = JSON.parse(out);
    for (const name of ["a", "b", "c"] as const) expect(fit[name]).toBeCloseTo(truth[name], 9);
    expect(fit.gain).toBeCloseTo(1, 9);
    expect(fit.observations).toBe(10);
    expect(code).toBe(0);
  });

  it.each([
    { name: "a line that is no observation", input: [...lines, '{"spot":3000}'].join("\n"), said: /^keel: line 11: years: / },
    { name: "too few observations", input: `${lines[0]}\n`, said: /^keel: the observations do not determine a, b and c/ },
  ])("refuses $name in one line", async ({ input, said }) => {
    const { code, out, err } = await fitDelta(input);
    expect(err).toMatch(said);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(out).toBe("");
    expect(code).toBe(1);
  });
});
