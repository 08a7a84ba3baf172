import { describe, expect, it } from "vitest";
import { demoPage, demoReport } from "../../../keeper/report/demoReport.ts";
import { biggestHedges, hedgesOf } from "../../../keeper/report/hedgeTable.ts";
import { sampleBlocks } from "../../../keeper/report/sampleBlocks.ts";
import { summarise } from "../../../keeper/simulation/summarise.ts";
import { syntheticDemo } from "../simulation/syntheticDemo.ts";

const blocks = syntheticDemo();
const summary = summarise(blocks);
const meta = { days: 30, block: 600, seed: 1, riskAversion: 0.0005, programme: "WETH=60,WBTC=2 <b>", deposit: 2_000_000 };

type Drawn = { readonly name?: string; readonly data: readonly (readonly unknown[])[] };

describe("the demo's report", () => {
  it("is one file of at most three megabytes with every text escaped", async () => {
    const html = await demoReport(blocks, summary, meta);
    expect(html.length).toBeLessThan(3_000_000);
    expect(html).toContain("WETH=60,WBTC=2 &lt;b&gt;");
    expect(html).not.toContain("WBTC=2 <b>");
  });

  it("draws no line of more than about 1,500 points and every hedge", () => {
    const charts = demoPage(blocks, summary, meta).sections.flatMap(({ charts = [] }) => charts);
    const series = charts.flatMap(({ option }) => option.series as readonly Drawn[]);
    for (const { data } of series) expect(data.length).toBeLessThanOrEqual(1500);
    const markers = series.filter(({ name }) => name === "hedge").reduce((sum, { data }) => sum + data.length, 0);
    expect(markers).toBe(hedgesOf(blocks).length);
    expect(markers).toBeGreaterThan(50);
  });

  it("names as many hedges as the cost of one is over, and what the return leaves out", () => {
    const { figures = [] } = demoPage(blocks, { ...summary, hedges: 14, takes: 6 }, meta);
    const figure = (wanted: string) => figures.find(({ label }) => label === wanted);
    expect(figure("Hedges")?.value).toMatch(/^20 in /);
    expect(figure("Hedges")?.detail).toMatch(/^14 in spot, 6 in options; [\d.]+ USDC each/);
    expect(figure("P&L hedged")?.detail).toContain("return on deposits after the keeper's gas");
  });

  it("says under every chart how to read it", () => {
    for (const { charts = [] } of demoPage(blocks, summary, meta).sections)
      for (const { title, note } of charts) expect(title && note).toBeTruthy();
  });

  it("stands a run of no more than an hour", async () => {
    const short = syntheticDemo({ days: 1 / 24 });
    expect(await demoReport(short, summarise(short), meta)).toContain("<td>Seed</td>");
  });
});

describe("sampleBlocks", () => {
  it("keeps the first, the last and every hedge with the block after it", () => {
    const sample = sampleBlocks(blocks, 100);
    expect(sample[0]).toBe(0);
    expect(sample.at(-1)).toBe(blocks.length - 1);
    const kept = new Set(sample);
    for (const { position } of hedgesOf(blocks))
      expect([position, Math.min(position + 1, blocks.length - 1)].every((at) => kept.has(at))).toBe(true);
    expect(sample).toEqual([...kept].sort((a, b) => a - b));
  });
});

describe("biggestHedges", () => {
  it("orders by value traded", () => {
    const hedges = hedgesOf(blocks);
    const biggest = biggestHedges(hedges, 5);
    const least = Math.min(...biggest.map(({ notional }) => notional));
    expect(biggest).toHaveLength(5);
    expect(hedges.filter(({ notional }) => notional > least).length).toBeLessThan(5);
  });
});
