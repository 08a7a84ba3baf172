import type { DemoBlock } from "../simulation/runDemo.ts";
import { numberText } from "./numberText.ts";
import type { ChartOption, PageChart } from "./page.ts";
import { axisName, LEGEND, line, milliseconds, rounded, TIME_AXIS, type TimePoint, timeChart } from "./timeChart.ts";

type Series = { readonly type: "call" | "put"; readonly strike: number; readonly points: TimePoint[] };

const SPOT = "#2a78d6";
const STRIKE = "#e8853a";
const COLOURS = { call: "#1f9e89", put: "#b5478f" } as const;

/** Spot with the strikes of the options held drawn on it, and beneath it the size of every series over time. */
export function bookChart(blocks: readonly DemoBlock[], sample: readonly number[], symbol: string): PageChart {
  const spot: TimePoint[] = [];
  const book = new Map<string, Series>();
  for (const at of sample) {
    const block = blocks[at];
    const underlying = block?.snapshot.underlyings.find((each) => each.symbol === symbol);
    if (block === undefined || underlying === undefined) continue;
    const time = milliseconds(block);
    spot.push([time, rounded(underlying.price, 2)]);
    for (const { type, strike, expiry, size } of underlying.legs) {
      const key = `${type} ${strike} ${expiry}`;
      const series = book.get(key) ?? { type, strike, points: [] };
      if (size !== 0) book.set(key, series);
      if (size !== 0 || series.points.length > 0) series.points.push([time, rounded(size, 4)]);
    }
  }
  const lower = { xAxisIndex: 1, yAxisIndex: 1 };
  // Both axes span the whole run, or the two parts would not stand above each other.
  const axis = { ...TIME_AXIS, min: spot[0]?.[0] ?? 0, max: spot.at(-1)?.[0] ?? 1 };
  const sizes = [...book.values()].map(({ type, points }) =>
    line(`${type}s`, points, {
      ...lower,
      step: "end",
      color: COLOURS[type],
      areaStyle: { opacity: 0.14 },
      lineStyle: { width: 1.2 },
    }),
  );
  return {
    title: `${symbol}: spot, strikes and options held`,
    note: "Above, the price with the strike of each option held from its first sale to expiry; below, whole options held by series, minus is sold.",
    height: 440,
    option: {
      ...timeChart("", [line("spot", spot, { color: SPOT }), ...strikeLines([...book.values()]), ...sizes]),
      legend: { ...LEGEND, data: ["spot", "strike", "calls", "puts"] },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      grid: [
        { left: 64, right: 18, top: 52, height: 210 },
        { left: 64, right: 18, top: 312, bottom: 30 },
      ],
      xAxis: [
        { ...axis, gridIndex: 0, axisLabel: { show: false } },
        { ...axis, gridIndex: 1, axisLine: { onZero: false } },
      ],
      yAxis: [
        { type: "value", scale: true, ...axisName(`USDC per ${symbol}`) },
        { type: "value", gridIndex: 1, splitNumber: 2, ...axisName("options held") },
      ],
    },
  };
}

/** A horizontal line for each strike while an option at it was held, with the strike written at its start. */
function strikeLines(book: readonly Series[]): readonly ChartOption[] {
  const runs = new Map<string, { strike: number; from: number; to: number }>();
  for (const { strike, points } of book) {
    const [from, to] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
    const same = [...runs.values()].find((run) => run.strike === strike && run.from <= to && from <= run.to);
    if (same === undefined) runs.set(`${strike} ${from}`, { strike, from, to });
    else Object.assign(same, { from: Math.min(same.from, from), to: Math.max(same.to, to) });
  }
  return [...runs.values()].map(({ strike, from, to }) =>
    line(
      "strike",
      [
        [from, strike],
        [to, strike],
      ],
      {
        color: STRIKE,
        lineStyle: { width: 2, type: "dashed" },
        endLabel: { show: true, formatter: numberText(strike), color: STRIKE, offset: [-4, -9], align: "right" },
      },
    ),
  );
}
