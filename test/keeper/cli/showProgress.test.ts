import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { printSummary } from "../../../keeper/cli/printSummary.ts";
import { progressLines, showProgress } from "../../../keeper/cli/showProgress.ts";
import { type DemoSummary, summarise } from "../../../keeper/simulation/summarise.ts";
import { syntheticDemo } from "../simulation/syntheticDemo.ts";

const blocks = syntheticDemo({ days: 3, blockSeconds: 1800 });
const tally = { hedged: 1234.4, unhedged: -5678.2, gas: 89, hedges: 12, lastHedge: "2026-01-03 10:00  WETH sell 1.000" };

function terminal(more: object): { stream: PassThrough; text: () => string } {
  const stream = Object.assign(new PassThrough(), more);
  return { stream, text: () => String(stream.read() ?? "") };
}

describe("the picture of one block", () => {
  it("fits the terminal, whatever its width", () => {
    for (const width of [40, 80, 100, 140]) {
      for (const block of blocks) for (const line of progressLines(block, tally, width)) expect(line.length).toBeLessThan(width);
    }
  });

  it("shows the error, its region and where it stands in it", () => {
    const block = blocks.find(({ report }) => report.decision?.verdict === "hedge");
    const plan = block?.report.decision?.plans.find(({ verdict }) => verdict === "hedge");
    if (block === undefined || plan === undefined) expect.fail("nothing was hedged in three days");
    const row = progressLines(block, tally, 100).find((line) => line.startsWith(plan.underlying));
    expect(row).toContain(plan.hedgeError > plan.region.upper ? "├───────────▶" : "◀───────────┤");
    const held = progressLines(blocks[0] as (typeof blocks)[number], tally, 100);
    expect(held[2]).toContain("●");
    expect(held.join("\n")).toContain("hedged +1,234   unhedged −5,678");
  });

  it("says why nothing was decided", () => {
    const block = {
      ...(blocks[0] as (typeof blocks)[number]),
      report: { decision: undefined, submission: undefined, events: [], problem: "No smile for WETH" },
    };
    const lines = progressLines(block, tally, 100);
    expect(lines[2]).toContain("not decided");
    expect(lines.at(-1)).toContain("No smile for WETH");
  });
});

describe("showProgress", () => {
  it("writes one plain line a simulated day where there is no terminal, and one at the end", () => {
    const { stream, text } = terminal({});
    const onBlock = showProgress(stream);
    for (const block of blocks) onBlock(block);
    const lines = text().trimEnd().split("\n");
    // 08:30 on the first day to 08:00 on the fourth: three midnights.
    expect(lines.map((line) => line.match(/2026-01-\d\d \d\d:\d\d/)?.[0])).toEqual([
      "2026-01-03 00:00",
      "2026-01-04 00:00",
      "2026-01-05 00:00",
      "2026-01-05 08:00",
    ]);
    expect(lines.join("")).not.toContain("\x1b");
  });

  it("repaints a terminal in place and no more than ten times a second", () => {
    const { stream, text } = terminal({ isTTY: true, columns: 100 });
    let now = 0;
    const onBlock = showProgress(stream, () => now);
    for (const block of blocks.slice(0, 50)) {
      onBlock(block);
      now += 10;
    }
    const painted = text();
    expect(painted.match(/Block /g)).toHaveLength(5);
    expect(painted.split("\x1b[8A")).toHaveLength(5);
  });

  it("always paints the last block", () => {
    const { stream, text } = terminal({ isTTY: true, columns: 100 });
    const onBlock = showProgress(stream, () => 0);
    for (const block of blocks) onBlock(block);
    expect(text()).toContain("Block 144 of 144");
  });
});

describe("printSummary", () => {
  const printed = (days: number, hedging = true) => {
    const { stream, text } = terminal({});
    printSummary(summarise(syntheticDemo({ days, blockSeconds: 1800, hedging })), "out/report.html", stream);
    return text();
  };

  it("begins with the variance removed and ends with where the report is", () => {
    const lines = printed(3).trim().split("\n");
    expect(lines[0]).toMatch(/^Hedging (removed|added) [\d.]+ % (of|to) the variance of daily P&L\.$/);
    expect(lines.at(-1)).toContain("out/report.html");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
  });

  it("does not claim an effect where nothing was hedged", () => {
    expect(printed(3, false)).toContain("Nothing was hedged");
  });

  const asked = (changed: Partial<DemoSummary>) => {
    const { stream, text } = terminal({});
    printSummary({ ...summarise(syntheticDemo({ days: 1, hedging: false })), ...changed }, "out/report.html", stream);
    return text();
  };

  it("names as many hedges as the cost of one is over", () => {
    const cost = { total: 640, poolFees: 640, slippage: 0, options: 0, gas: 0, perHedge: 32 };
    expect(asked({ hedges: 14, takes: 6, cost })).toContain("640 USDC: 32.00 a hedge, 20 hedges (14 in spot, 6 in options)");
    expect(asked({ hedges: 0, takes: 6, cost })).not.toContain("Nothing was hedged");
  });

  it("says that the return is what is left after the keeper's gas, which the vault's equity does not pay", () => {
    const figures = { equityStart: 0, equityEnd: 2_000_091, flows: 2_000_000, returnOnDeposits: -0.0001 };
    expect(asked(figures)).toContain("2,000,091 USDC with +2,000,000 paid in; return after the keeper's gas −0.01 %");
  });
});
