import type { DemoBlock } from "../simulation/runDemo.ts";
import type { ChartOption } from "./page.ts";

/** One drawn point: milliseconds since 1970 and a value; null breaks a line. */
export type TimePoint = readonly [number, number | null];

/** Legend keys as short bars at the left, whatever a series draws with. */
export const LEGEND: ChartOption = { top: 0, left: 0, icon: "roundRect", itemWidth: 16, itemHeight: 4 };
export const TIME_AXIS: ChartOption = {
  type: "time",
  splitLine: { show: false },
  min: "dataMin",
  max: "dataMax",
  axisLabel: { formatter: "{d} {MMM}", hideOverlap: true, showMinLabel: false, showMaxLabel: false },
};

/** A y axis named by its unit, above its labels. */
export function axisName(unit: string): ChartOption {
  return { name: unit, nameGap: 10, nameTextStyle: { align: "left", padding: [0, 0, 0, -40] } };
}

/** What every chart over time shares; the y axis carries its unit. */
export function timeChart(unit: string, series: readonly ChartOption[], more: ChartOption = {}): ChartOption {
  return {
    useUTC: true,
    grid: { left: 64, right: 18, top: 52, bottom: 30 },
    legend: LEGEND,
    tooltip: { trigger: "axis", confine: true },
    xAxis: TIME_AXIS,
    yAxis: { type: "value", scale: true, ...axisName(unit) },
    series,
    ...more,
  };
}

/** A plain line. */
export function line(name: string, data: readonly TimePoint[], more: ChartOption = {}): ChartOption {
  return { name, type: "line", data, showSymbol: false, symbol: "circle", symbolSize: 6, lineStyle: { width: 1.6 }, ...more };
}

export function milliseconds({ snapshot }: DemoBlock): number {
  return snapshot.block.timestamp * 1000;
}

/** Fewer digits make a smaller file. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
