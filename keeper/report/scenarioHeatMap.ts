import type { ScenarioGrid } from "../risk/stressReport.ts";
import { numberText } from "./numberText.ts";
import type { ChartOption } from "./page.ts";

/** Loss red, gain blue, none the colour of the card behind, so that it reads on light and dark. */
const COLOURS = [
  "rgba(209,73,91,0.8)",
  "rgba(209,73,91,0.4)",
  "rgba(128,128,128,0.08)",
  "rgba(42,120,214,0.4)",
  "rgba(42,120,214,0.8)",
];

/** Profit by spot (across) and vol (upwards), every cell with its amount. */
export function scenarioHeatMap(
  { spots, volMultipliers }: ScenarioGrid,
  pnl: readonly (readonly number[])[],
  label: (spot: number) => string,
  name: string,
): ChartOption {
  const largest = Math.max(1e-9, ...pnl.flat().map(Math.abs));
  // A cell is coloured by the root of its share, which keeps small losses visible, and speaks its own amount.
  const data = pnl.flatMap((row, y) =>
    row.map((value, x) => ({
      value: [x, y, Number((Math.sign(value) * Math.sqrt(Math.abs(value) / largest)).toFixed(4))],
      name: `${label(spots[x] as number)}, vol ×${volMultipliers[y]}: ${numberText(value)}`,
      label: { formatter: short(value) },
    })),
  );
  return {
    grid: { left: 64, right: 16, top: 10, bottom: 48 },
    tooltip: { formatter: "{b}" },
    xAxis: {
      type: "category",
      data: spots.map(label),
      name,
      nameLocation: "middle",
      nameGap: 28,
      splitLine: { show: false },
      axisTick: { show: false },
    },
    yAxis: {
      type: "category",
      data: volMultipliers.map((multiplier) => `vol ×${multiplier}`),
      splitLine: { show: false },
      axisTick: { show: false },
    },
    visualMap: { show: false, min: -1, max: 1, dimension: 2, inRange: { color: COLOURS } },
    series: [{ type: "heatmap", data, label: { show: true, fontSize: 11 }, itemStyle: { borderWidth: 0 } }],
  };
}

/** An amount that fits a cell. */
function short(value: number): string {
  const size = Math.abs(value);
  const text =
    size >= 999_500 ? `${(size / 1e6).toPrecision(3)}M` : size >= 999.5 ? `${(size / 1e3).toPrecision(3)}k` : size.toFixed(0);
  return value < 0 && text !== "0" ? `−${text}` : text;
}
