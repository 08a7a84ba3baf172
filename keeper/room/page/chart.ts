import type uPlotType from "uplot";
import { el, setText } from "./dom.ts";

declare const uPlot: typeof uPlotType;

export type Line = {
  readonly label: string;
  /** Name of a CSS colour variable. */
  readonly colour: string;
  readonly kind?: "line" | "edge" | "dots";
  /** Kept out of the legend. */
  readonly isQuiet?: boolean;
};

export type ChartOptions = {
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  /** Fills between two lines, by index, the upper first. */
  readonly band?: readonly [number, number];
  readonly x: "time" | "number";
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
  /** The vertical range for these data; that of all lines when absent. */
  readonly range?: (data: ChartData) => readonly [number, number];
};

/** x first, then one array a line. */
export type ChartData = readonly [readonly number[], ...(readonly (number | null)[])[]];

export type Chart = { readonly root: HTMLElement; update(data: ChartData): void; close(): void };

const HEIGHT = 260;
const FONT = '12px system-ui, "Segoe UI", Roboto, sans-serif';

/** A line chart in the page's colours with a legend that tells the values under the pointer; the arrow keys move it. */
export function createChart(options: ChartOptions): Chart {
  const { title, unit, lines, band, x, xText, yText, range } = options;
  const canvas = el("div", { class: "canvas" });
  const values = lines.map(() => el("output", {}));
  const moment = el("span", { class: "moment" });
  const legend = el("ul", { class: "legend" }, el("li", { class: "when" }, moment));
  for (const [index, { label, colour, kind = "line", isQuiet = false }] of lines.entries()) {
    const value = values[index];
    if (isQuiet || value === undefined) continue;
    const key = el("span", { class: `key ${kind}` });
    key.style.setProperty("--colour", `var(${colour})`);
    legend.append(el("li", {}, key, `${label} `, value));
  }
  const root = el("figure", { tabindex: "0", role: "group" }, el("figcaption", {}, title, el("small", {}, unit)), legend, canvas);
  let data: ChartData = [[]];
  let plot: uPlotType | undefined;
  let position: number | undefined;

  function tell(): void {
    const at = position ?? data[0].length - 1;
    const when = data[0][at];
    setText(moment, when === undefined ? "" : xText(when));
    for (const [index, value] of values.entries()) setText(value, valueText(index, at));
    root.setAttribute("aria-label", [title, unit, ...[...legend.children].map(({ textContent }) => textContent)].join(", "));
  }

  /** What the legend says of one line; of the lower edge of a band, all of the band. */
  function valueText(index: number, at: number): string {
    const of = (line: number) => data[line + 1]?.[at] ?? undefined;
    const figure = of(index);
    if (lines[index]?.kind === "dots") return "";
    if (figure === undefined) return "–";
    const upper = band?.[1] === index ? of(band[0]) : undefined;
    return upper === undefined ? yText(figure) : `${yText(figure)} to ${yText(upper)}`;
  }

  function draw(): uPlotType {
    const settings = uplotOptions(options, canvas.clientWidth, (index) => {
      position = index;
      tell();
    });
    settings.tzDate = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
    settings.scales = { x: { time: x === "time" }, y: range ? { range: () => [...range(data)] as [number, number] } : {} };
    return new uPlot(settings, toUplot(data), canvas);
  }

  root.addEventListener("keydown", ({ key }) => {
    const step = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
    if (step === 0 || plot === undefined) return;
    const next = Math.min(Math.max((position ?? data[0].length - 1) + step, 0), data[0].length - 1);
    const value = data[0][next];
    if (value !== undefined) plot.setCursor({ left: plot.valToPos(value, "x"), top: 0 });
  });
  const resize = new ResizeObserver(() => plot?.setSize({ width: canvas.clientWidth, height: HEIGHT }));
  resize.observe(canvas);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => plot?.redraw(false, true);
  scheme.addEventListener("change", repaint);

  return {
    root,
    update(next) {
      data = next;
      if (plot === undefined && canvas.clientWidth > 0) plot = draw();
      else plot?.setData(toUplot(data));
      tell();
    },
    close() {
      resize.disconnect();
      scheme.removeEventListener("change", repaint);
      plot?.destroy();
    },
  };
}

function uplotOptions(
  { lines, band, x, xText, yText }: ChartOptions,
  width: number,
  onPoint: (index: number | undefined) => void,
): uPlotType.Options {
  const axis = {
    stroke: () => css("--soft"),
    font: FONT,
    grid: { stroke: () => css("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [10, 30, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    axes: [
      {
        ...axis,
        space: 80,
        size: 30,
        values: (_, splits, _axis, _space, step) => splits.map(x === "time" ? clock(step) : xText),
      },
      {
        ...axis,
        values: (_, splits) => splits.map(yText),
        size: (_, labels) => 14 + 7 * Math.max(3, ...(labels ?? []).map((label) => label.length)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, colour, kind = "line" }): uPlotType.Series => {
        const stroke = () => css(colour);
        if (kind === "dots") return { label, stroke, paths: () => null, points: { show: true, size: 8, fill: stroke, width: 0 } };
        return { label, stroke, width: kind === "edge" ? 1 : 1.8, points: { show: false } };
      }),
    ],
    ...(band === undefined
      ? {}
      : { bands: [{ series: [band[0] + 1, band[1] + 1] as [number, number], fill: () => css("--region-fill") }] }),
  };
}

/** Times on an axis whose marks are so many seconds apart: midnight is a day, anything else a time of it. */
function clock(step: number): (seconds: number) => string {
  return (seconds) => {
    const time = new Date(seconds * 1000);
    if (seconds % 86_400 === 0) return time.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
    return time.toISOString().slice(11, step < 60 ? 19 : 16);
  };
}

/** uPlot only reads what it is given; its types do not say so. */
function toUplot(data: ChartData): uPlotType.AlignedData {
  return data as unknown as uPlotType.AlignedData;
}

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
