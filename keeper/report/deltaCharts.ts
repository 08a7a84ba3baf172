import { quantile } from "simple-statistics";
import { hedgeErrors } from "../simulation/hedgeErrors.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";
import { hedgesOf } from "./hedgeTable.ts";
import { numberText, signedText, timeText } from "./numberText.ts";
import type { PageChart } from "./page.ts";
import { axisName, LEGEND, line, milliseconds, rounded, type TimePoint, timeChart } from "./timeChart.ts";

const DIGITS = 4;
const HEDGED = "#2a78d6";
const UNHEDGED = "#e8853a";
const REGION = "#1f9e89";
const MARKER = "#d1495b";

/** One underlying's hedge error with and without hedges, and close up inside its no-trade region with every hedge. */
export function deltaCharts(blocks: readonly DemoBlock[], sample: readonly number[], symbol: string): readonly PageChart[] {
  const errors = hedgeErrors(blocks, symbol);
  const drawn = (value: (error: NonNullable<(typeof errors)[number]>) => number): readonly TimePoint[] =>
    sample.flatMap((at) => {
      const [block, error] = [blocks[at], errors[at]];
      return block === undefined
        ? []
        : [[milliseconds(block), error === undefined ? null : rounded(value(error), DIGITS)] as const];
    });
  const sizes = errors.flatMap((error) => (error === undefined ? [] : [Math.abs(error.hedgeError)]));
  // An expiry frees a whole hedge at once and an empty book has an endless region: both are cut off so that the rest can be seen.
  const widest = Math.max(1e-6, 1.3 * (sizes.length > 0 ? quantile(sizes, 0.98) : 0));
  const within = (value: number) => Math.min(Math.max(value, -widest), widest);
  const hedges = hedgesOf(blocks).filter(({ underlying }) => underlying === symbol);
  const edge = {
    showSymbol: false,
    stack: "region",
    stackStrategy: "all",
    lineStyle: { width: 1, opacity: 0.6 },
    color: REGION,
    silent: true,
  };
  return [
    {
      title: `${symbol}: delta with and without hedges`,
      note: "Units of the underlying away from neutral. Zero means a small price move changes nothing.",
      option: timeChart(symbol, [
        line(
          "without hedges",
          drawn(({ withoutHedges }) => withoutHedges),
          { color: UNHEDGED },
        ),
        line(
          "with hedges",
          drawn(({ hedgeError }) => hedgeError),
          { color: HEDGED },
        ),
      ]),
      height: 320,
    },
    {
      title: `${symbol}: delta error in its no-trade region`,
      note: `${numberText(hedges.length)} hedges, each a dot where the error left the shaded region: point at one for the reason. What lies beyond the axis is drawn at its edge.`,
      option: timeChart(
        symbol,
        [
          {
            ...line(
              "lower bound",
              drawn(({ region }) => within(region.lower)),
            ),
            ...edge,
          },
          {
            ...line(
              "no-trade region",
              drawn(({ region }) => within(region.upper) - within(region.lower)),
            ),
            ...edge,
            areaStyle: { opacity: 0.16 },
          },
          line(
            "delta error",
            drawn(({ hedgeError }) => within(hedgeError)),
            { color: HEDGED, lineStyle: { width: 1.3 }, silent: true },
          ),
          {
            name: "hedge",
            type: "scatter",
            symbolSize: 7,
            color: MARKER,
            z: 5,
            data: hedges.map(({ at, errorBefore, reason, errorAfter }) => ({
              value: [at * 1000, rounded(within(errorBefore), DIGITS)],
              name: `${timeText(at)} UTC\n${symbol} ${reason}${errorAfter === undefined ? "" : `\nOne block later the error is ${signedText(errorAfter, 3)}.`}`,
            })),
          },
        ],
        {
          legend: { ...LEGEND, data: ["delta error", "no-trade region", "hedge"] },
          tooltip: { trigger: "item", formatter: "{b}", confine: true, extraCssText: "white-space: pre-line; max-width: 340px" },
          yAxis: {
            type: "value",
            ...axisName(symbol),
            min: -widest,
            max: widest,
            axisLabel: { showMinLabel: false, showMaxLabel: false },
          },
        },
      ),
      height: 320,
    },
  ];
}
