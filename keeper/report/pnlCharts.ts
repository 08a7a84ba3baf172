import type { BlockPnl } from "../simulation/accountBlock.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";
import type { DemoSummary } from "../simulation/summarise.ts";
import { PART_NAMES } from "./demoWords.ts";
import { signedText } from "./numberText.ts";
import type { PageChart } from "./page.ts";
import { line, milliseconds, rounded, type TimePoint, timeChart } from "./timeChart.ts";

const HEDGED = "#2a78d6";
const UNHEDGED = "#e8853a";
const GAIN = "#1f9e89";
const LOSS = "#d1495b";

/** P&L since the start and day by day, hedged against unhedged. */
export function pnlCharts(blocks: readonly DemoBlock[], { days }: DemoSummary, sample: readonly number[]): readonly PageChart[] {
  const hedged = cumulative(blocks, sample, ({ account }) => account.pnl.total);
  const unhedged = cumulative(blocks, sample, ({ account }) => account.unhedged);
  const bars = (name: string, color: string, values: readonly number[]) => ({
    name,
    type: "bar",
    color,
    data: values.map((value) => rounded(value, 0)),
    barGap: 0,
  });
  return [
    {
      title: "P&L since the start",
      note: "The flatter line is what hedging is for.",
      option: timeChart("USDC", [
        line("unhedged", unhedged, { color: UNHEDGED }),
        line("hedged", hedged, { color: HEDGED, lineStyle: { width: 2.2 } }),
      ]),
      height: 320,
    },
    {
      title: "P&L of each UTC day",
      note: "The variance figure compares the spread of these bars.",
      option: {
        ...timeChart("USDC", [
          bars(
            "unhedged",
            UNHEDGED,
            days.map((day) => day.unhedged),
          ),
          bars(
            "hedged",
            HEDGED,
            days.map(({ pnl }) => pnl.total),
          ),
        ]),
        xAxis: dayAxis(days),
      },
      height: 320,
    },
  ];
}

/** Totals by part, and the parts of each day. */
export function attributionCharts({ attribution, days }: DemoSummary): readonly PageChart[] {
  const names = Object.keys(PART_NAMES) as (keyof typeof PART_NAMES)[];
  const bars = [...names.map((part) => [PART_NAMES[part], attribution[part]] as const), ["Total", attribution.total] as const];
  return [
    {
      title: "Parts of the whole run's P&L",
      note: "Right of zero earned, left of zero lost. Options sold earn theta and lose gamma; the difference is their profit.",
      height: 420,
      option: {
        grid: { left: 138, right: 20, top: 10, bottom: 46 },
        tooltip: { trigger: "item", formatter: "{b}: {c} USDC", confine: true },
        xAxis: {
          type: "value",
          name: "USDC",
          nameLocation: "middle",
          nameGap: 28,
          boundaryGap: ["28%", "28%"],
          splitNumber: 4,
          axisLabel: { hideOverlap: true },
        },
        yAxis: { type: "category", inverse: true, data: bars.map(([name]) => name), axisTick: { show: false } },
        series: [
          {
            type: "bar",
            barCategoryGap: "35%",
            data: bars.map(([name, value]) => ({
              value: rounded(value, 0),
              itemStyle: { color: name === "Total" ? HEDGED : value < 0 ? LOSS : GAIN },
              label: { show: true, position: value < 0 ? "left" : "right", formatter: signedText(value), color: "inherit" },
            })),
          },
        ],
      },
    },
    {
      title: "Parts of each UTC day's P&L",
      note: "Bars above zero earned, below zero lost; the line is their sum.",
      height: 420,
      option: {
        ...timeChart("USDC", [
          ...DAY_PARTS.map(([name, parts, color]) => ({
            name,
            type: "bar",
            stack: "day",
            color,
            data: days.map(({ pnl }) =>
              rounded(
                parts.reduce((sum, part) => sum + pnl[part], 0),
                0,
              ),
            ),
          })),
          {
            name: "P&L",
            type: "line",
            color: HEDGED,
            symbol: "circle",
            symbolSize: 5,
            data: days.map(({ pnl }) => rounded(pnl.total, 0)),
          },
        ]),
        grid: { left: 64, right: 18, top: 92, bottom: 30 },
        xAxis: dayAxis(days),
      },
    },
  ];
}

const DAY_PARTS: readonly (readonly [string, readonly (keyof BlockPnl)[], string])[] = [
  ["theta", ["theta"], "#1f9e89"],
  ["gamma", ["gamma"], "#d1495b"],
  ["delta left", ["delta"], "#c9a227"],
  ["vol moves", ["vega", "crossVol"], "#6f5bd0"],
  ["premium above mark", ["spread"], "#e8853a"],
  ["fees, slippage, gas", ["fees", "slippage", "optionSpread", "gas", "operations"], "#8a8f98"],
  ["carry, residual", ["carry", "residual"], "#b5478f"],
];

/** What hedging had cost by then, by kind. */
export function costChart(blocks: readonly DemoBlock[], sample: readonly number[]): PageChart {
  const paid = (...parts: readonly (keyof BlockPnl)[]) =>
    cumulative(blocks, sample, ({ account }) => -parts.reduce((sum, part) => sum + account.pnl[part], 0));
  return {
    title: "Cost since the start, by kind",
    note: "Rising is paid, falling is gained. Slippage is against the oracle's price, so a pool that lags can give some back.",
    height: 320,
    option: timeChart("USDC", [
      line("all costs", paid("fees", "slippage", "optionSpread", "gas"), { color: HEDGED, lineStyle: { width: 2.4 } }),
      line("pool fees", paid("fees"), { color: "#e8853a" }),
      line("slippage", paid("slippage"), { color: "#b5478f" }),
      line("options above mark", paid("optionSpread"), { color: "#6f5bd0" }),
      line("gas", paid("gas"), { color: "#c9a227" }),
    ]),
  };
}

function cumulative(
  blocks: readonly DemoBlock[],
  sample: readonly number[],
  of: (block: DemoBlock) => number,
): readonly TimePoint[] {
  let level = 0;
  const levels = blocks.map((block) => (level += of(block)));
  return sample.flatMap((at) => {
    const block = blocks[at];
    return block === undefined ? [] : [[milliseconds(block), rounded(levels[at] ?? 0, 1)] as const];
  });
}

function dayAxis(days: DemoSummary["days"]) {
  const name = ({ start }: DemoSummary["days"][number]) =>
    new Date(start * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return { type: "category", data: days.map(name), axisLabel: { hideOverlap: true }, axisTick: { show: false } };
}
