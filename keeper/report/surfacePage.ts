import type { FittedChain, FittedChainExpiry } from "../desk/fitChain.ts";
import { type SviSlice, sviTotalVariance, sviVariance, sviVol } from "../pricing/svi.ts";
import type { ChartOption, Page } from "./page.ts";

/** The page of a fitted surface: a smile for each expiry, the term structure, total variances, parameters and arbitrage. */
export function surfacePage({ currency, observedAt, spot, expiries }: FittedChain): Page {
  const repaired = expiries.filter(({ before }) => before.butterfly < 0 || (before.calendar ?? 0) < 0).length;
  const errors = expiries.flatMap(({ error }) => (error ? [error.median] : [])).sort((x, y) => x - y);
  return {
    title: `${currency} volatility surface`,
    subtitle: `${new Date(observedAt * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC. One SVI slice per expiry, together free of static arbitrage.`,
    figures: [
      { label: "Spot", value: spot.toLocaleString("en-US", { maximumFractionDigits: 2 }) },
      { label: "Expiries", value: String(expiries.length) },
      { label: "Typical error within ±30 %", value: `${points(errors[Math.floor(errors.length / 2)] ?? 0)} vol pts` },
      { label: "Arbitrage before repair", value: `${repaired} of ${expiries.length} expiries` },
    ],
    sections: [
      {
        heading: "Smiles",
        note: "Each dot is the mark of one out-of-the-money option, the bar its bid to ask. The line is the slice to post; dashed, where it differs, the free fit before repair.",
        charts: expiries.map((expiry) => ({
          title: `${day(expiry)} (${(expiry.years * 365).toFixed(1)} d)`,
          option: smileChart(expiry),
        })),
      },
      {
        heading: "Term structure",
        note: "Vol at the forward, and one standard deviation below and above it.",
        charts: [{ option: termChart(expiries), height: 320 }],
      },
      {
        heading: "Total variance",
        note: "Variance times years at each log-moneyness, one line an expiry. Where no two lines cross there is no calendar arbitrage.",
        charts: [{ option: varianceChart(expiries), height: 420 }],
      },
      {
        heading: "Slices",
        note: "Annualised variance v(k) = a + b·(ρ·(k−m) + √((k−m)² + σ²)), errors in vol points.",
        table: slicesTable(expiries),
      },
      {
        heading: "Arbitrage",
        note: "Lowest g(k) of each slice and lowest total-variance gap above the expiry before, over every strike; below zero there is arbitrage, −∞ is a wing that ends up below.",
        table: {
          columns: ["expiry", "g before", "g after", "gap before", "gap after"],
          rows: expiries.map((expiry) => [
            day(expiry),
            figure(expiry.before.butterfly),
            figure(expiry.after.butterfly),
            figure(expiry.before.calendar),
            figure(expiry.after.calendar),
          ]),
        },
      },
    ],
  };
}

const SAMPLES = 120;
/** Legend keys as short bars, whatever a series draws with. */
const KEY = { icon: "roundRect", itemWidth: 16, itemHeight: 4 };

function smileChart({ points: quotes, slice, fitted, forward, years }: FittedChainExpiry): ChartOption {
  const atMoney = Math.sqrt(sviVariance(slice, 0) * years);
  // Beyond six standard deviations marks are decoration and would flatten the rest.
  const shown = quotes.filter(({ k }) => Math.abs(k) <= 6 * atMoney);
  const strikes = (shown.length > 1 ? shown : quotes).map(({ k }) => k);
  const [low, high] = [Math.min(-2 * atMoney, ...strikes), Math.max(2 * atMoney, ...strikes)];
  const ks = Array.from({ length: SAMPLES + 1 }, (_, i) => low + ((high - low) * i) / SAMPLES);
  const curve = (one: SviSlice) =>
    ks.map((k) => [round(forward * Math.exp(k)), percent(Math.sqrt(Math.max(sviVariance(one, k), 0)))]);
  const marks = shown.map(({ strike, markVol, vol }) => [strike, percent(markVol ?? vol)]);
  const line = curve(slice);
  const levels = [...marks, ...line].map((point) => point[1] as number);
  const [bottom, top] = [Math.min(...levels), Math.max(...levels)];
  const margin = 0.15 * (top - bottom) + 1;
  const floor = Math.max(0, Math.floor(bottom - margin));
  const ceiling = Math.ceil(top + margin);
  const within = (value: number) => Math.min(Math.max(value, floor), ceiling);
  // A bar from bid to ask is a line series broken by nulls, so that the page needs no code of its own.
  const spreads = shown.flatMap(({ strike, bidVol, askVol }) =>
    askVol === undefined
      ? []
      : [
          [strike, within(percent(bidVol ?? 0))],
          [strike, within(percent(askVol))],
          [strike, null],
        ],
  );
  const isRepaired = slice !== fitted;
  return {
    grid: { left: 46, right: 14, top: 34, bottom: 40 },
    legend: { top: 0, data: ["bid to ask", "mark", "slice", ...(isRepaired ? ["free fit"] : [])], ...KEY },
    tooltip: { trigger: "item" },
    xAxis: {
      type: "value",
      scale: true,
      name: "strike",
      nameLocation: "middle",
      nameGap: 24,
      splitLine: { show: false },
      axisLabel: { hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: floor,
      max: ceiling,
      axisLabel: { formatter: "{value} %", showMinLabel: false, showMaxLabel: false },
    },
    series: [
      {
        name: "bid to ask",
        type: "line",
        data: spreads,
        symbol: "none",
        connectNulls: false,
        lineStyle: { width: 3, opacity: 0.35 },
        color: "#8a8f98",
        silent: true,
      },
      ...(isRepaired
        ? [
            {
              name: "free fit",
              type: "line",
              data: curve(fitted),
              symbol: "none",
              lineStyle: { type: "dashed", width: 1.5 },
              color: "#e8853a",
              silent: true,
            },
          ]
        : []),
      { name: "slice", type: "line", data: line, symbol: "none", lineStyle: { width: 2 }, color: "#2a78d6", silent: true },
      { name: "mark", type: "scatter", data: marks, symbolSize: 5, color: "#1f9e89", tooltip: { formatter: "{c} %" } },
    ],
  };
}

function termChart(expiries: readonly FittedChainExpiry[]): ChartOption {
  const at = (deviations: number) =>
    expiries.map(({ slice, years }) => [
      round(years * 365),
      percent(sviVol(slice, deviations * Math.sqrt(sviTotalVariance(slice, 0, years)))),
    ]);
  const series = (name: string, deviations: number, type = "solid") => ({
    name,
    type: "line",
    data: at(deviations),
    symbolSize: 7,
    lineStyle: { type, width: deviations === 0 ? 2.5 : 1.5 },
  });
  return {
    grid: { left: 52, right: 20, top: 40, bottom: 44 },
    legend: { top: 0, ...KEY },
    tooltip: { trigger: "axis" },
    xAxis: {
      type: "log",
      name: "days to expiry",
      nameLocation: "middle",
      nameGap: 26,
      min: "dataMin",
      max: "dataMax",
      axisLabel: { showMinLabel: false, showMaxLabel: false },
      splitLine: { show: false },
    },
    yAxis: { type: "value", scale: true, axisLabel: { formatter: "{value} %", showMinLabel: false, showMaxLabel: false } },
    series: [
      series("at the forward", 0),
      series("one deviation below", -1, "dashed"),
      series("one deviation above", 1, "dotted"),
    ],
  };
}

function varianceChart(expiries: readonly FittedChainExpiry[]): ChartOption {
  const widest = Math.min(1, Math.max(...expiries.flatMap(({ points: quotes }) => quotes.map(({ k }) => Math.abs(k)))));
  const ks = Array.from({ length: SAMPLES + 1 }, (_, i) => widest * ((2 * i) / SAMPLES - 1));
  return {
    grid: { left: 70, right: 150, top: 16, bottom: 44 },
    legend: { type: "scroll", orient: "vertical", right: 0, top: 10, ...KEY },
    tooltip: { trigger: "item" },
    xAxis: {
      type: "value",
      name: "ln(K/F)",
      nameLocation: "middle",
      nameGap: 26,
      min: -round(widest),
      max: round(widest),
      splitLine: { show: false },
    },
    yAxis: { type: "log", scale: true, axisLabel: { formatter: "{value}" } },
    series: expiries.map((expiry, i) => ({
      name: day(expiry),
      type: "line",
      symbol: "none",
      // From blue for the first expiry to orange for the last, as a reader orders them.
      color: `hsl(${Math.round(215 + (170 * i) / Math.max(expiries.length - 1, 1)) % 360}, 62%, 55%)`,
      data: ks.map((k) => [round(k), Number(sviTotalVariance(expiry.slice, k, expiry.years).toPrecision(6))]),
    })),
  };
}

function slicesTable(expiries: readonly FittedChainExpiry[]) {
  return {
    columns: [
      "expiry",
      "days",
      "forward",
      "from",
      "carry %",
      "vol at forward %",
      "a",
      "b",
      "ρ",
      "m",
      "σ",
      "median error",
      "largest error",
      "quotes",
    ],
    rows: expiries.map((expiry) => {
      const { years, forward, forwardSource, carry, slice, error, points: quotes } = expiry;
      const { a, b, rho, m, sigma } = slice;
      const parameters = [a, b, rho, m, sigma].map((value) => Number(value.toPrecision(5)));
      return [
        day(expiry),
        Number((years * 365).toFixed(2)),
        round(forward),
        forwardSource,
        Number((100 * carry).toFixed(2)),
        percent(sviVol(slice, 0)),
        ...parameters,
        error ? Number(points(error.median)) : "none",
        error ? Number(points(error.max)) : "none",
        quotes.length,
      ];
    }),
  };
}

function day({ expiry }: { expiry: number }): string {
  return new Date(expiry * 1000).toISOString().slice(0, 10);
}

function percent(vol: number): number {
  return Number((100 * vol).toFixed(2));
}

function points(vol: number): string {
  return (100 * vol).toFixed(2);
}

function round(value: number): number {
  return Number(value.toPrecision(7));
}

function figure(value: number | undefined): number | string {
  if (value === undefined) return "first";
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : "−∞";
}
