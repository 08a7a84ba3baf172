import { timeText } from "../../report/numberText.ts";
import { type Chart, type ChartData, createChart } from "./chart.ts";
import type { Room } from "./connect.ts";
import { axisText } from "./figures.ts";

export type ErrorChart = { readonly root: HTMLElement; update(room: Room): void; close(): void };

/** An endless region, that of an empty book, is drawn this many times as wide as the widest error. */
const WIDEST = 4;

/** The hedge error of one underlying inside its no-trade region over the blocks seen, with every hedge where it was decided. */
export function createErrorChart(symbol: string): ErrorChart {
  const chart: Chart = createChart({
    title: `${symbol} hedge error`,
    unit: `in ${symbol}; a dot is a hedge, decided at the error shown`,
    lines: [
      { label: "upper trigger", colour: "--region", kind: "edge", isQuiet: true },
      { label: "no-trade region", colour: "--region", kind: "edge" },
      { label: "hedge error", colour: "--blue" },
      { label: "hedge", colour: "--red", kind: "dots" },
    ],
    band: [0, 1],
    x: "time",
    xText: (value) => timeText(value).slice(5),
    yText: (value) => (Math.abs(value) < 1e-9 ? "0" : axisText(value)),
    range,
  });
  return {
    root: chart.root,
    update({ points, acts }) {
      const own = points.filter((point) => point.symbol === symbol);
      const hedged = new Set(
        acts
          .filter(
            ({ verdict, hedgeErrors }) =>
              (verdict === "hedge" || verdict === "take") && hedgeErrors.some(({ underlying }) => underlying === symbol),
          )
          .map(({ block }) => block),
      );
      chart.update([
        own.map(({ timestamp }) => timestamp),
        own.map(({ upper }) => upper ?? null),
        own.map(({ lower }) => lower ?? null),
        own.map(({ hedgeError }) => hedgeError),
        own.map(({ block, hedgeError }) => (hedged.has(block) ? hedgeError : null)),
      ]);
    },
    close: chart.close,
  };
}

function range([, uppers = [], lowers = [], errors = []]: ChartData): readonly [number, number] {
  const finite = (values: readonly (number | null)[]) => values.flatMap((value) => (value === null ? [] : [Math.abs(value)]));
  const error = Math.max(0, ...finite(errors));
  const sorted = [...finite(uppers), ...finite(lowers)].sort((a, b) => a - b);
  const region = sorted[Math.floor(0.9 * sorted.length)] ?? 0;
  const most = 1.15 * Math.max(error, Math.min(region, WIDEST * error)) || region || 1;
  return [-most, most];
}
