import type { DemoBlock } from "../simulation/runDemo.ts";
import type { ChartOption } from "./page.ts";

/** One drawn point: milliseconds since 1970 and a value; null breaks a line. */
export type TimePoint = readonly [number, number | null];

/** What every chart over time shares; the y axis carries its unit. */
export function timeChart(unit: string, series: readonly ChartOption[], more: ChartOption = {}): ChartOption {
  return {
    useUTC: true,
    grid: { left: 64, right: 18, top: 52, bottom: 30 },
    legend: { top: 0, left: 0, type: "scroll", icon: "roundRect", itemWidth: 16, itemHeight: 4 },
    tooltip: { trigger: "axis", confine: true },
    xAxis: { type: "time", splitLine: { show: false }, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", scale: true, name: unit, nameGap: 8, nameTextStyle: { align: "right" } },
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
