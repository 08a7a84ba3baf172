import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { HOUSE_STYLE, SERIES_COLOURS } from "./houseStyle.ts";

/** An echarts option object: plain data, functions cannot be carried over into the page. */
export type ChartOption = Readonly<Record<string, unknown>>;

export type PageChart = {
  readonly title?: string;
  /** A line under the title on how to read the chart. */
  readonly note?: string;
  readonly option: ChartOption;
  readonly height?: number;
};

export type PageTable = {
  readonly columns: readonly string[];
  /** One array of cells a row; a column that holds numbers, or nothing but figures in text ("+1,200", "3 %"), is set flush right. */
  readonly rows: readonly (readonly (string | number)[])[];
};

export type PageSection = {
  readonly heading: string;
  /** A sentence on what is to be seen. */
  readonly note?: string | undefined;
  /** Drawn side by side where there is room: three in a row, two when `wide`. */
  readonly charts?: readonly PageChart[] | undefined;
  readonly wide?: boolean;
  readonly table?: PageTable | undefined;
};

export type Page = {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Headline figures above the first section. */
  readonly figures?: readonly { readonly label: string; readonly value: string; readonly detail?: string }[] | undefined;
  readonly sections: readonly PageSection[];
};

/**
 * A report as one HTML file that opens offline: the chart library is inside. It follows the reader's light or dark preference
 * and prints.
 */
export async function renderPage(page: Page): Promise<string> {
  const library = await readFile(createRequire(import.meta.url).resolve("echarts/dist/echarts.min.js"), "utf8");
  const options: ChartOption[] = [];
  const sections = page.sections.map((section) => renderSection(section, options)).join("\n");
  const figures =
    page.figures
      ?.map(({ label, value, detail }) => {
        const small = detail ? `<dd class="detail">${escapeHtml(detail)}</dd>` : "";
        return `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>${small}</div>`;
      })
      .join("") ?? "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(page.title)}</h1>
${page.subtitle ? `<p>${escapeHtml(page.subtitle)}</p>` : ""}
${figures ? `<dl>${figures}</dl>` : ""}
</header>
${sections}
</main>
<script>${library.replaceAll("</script", "<\\/script")}</script>
<script>const options = ${JSON.stringify(options).replaceAll("<", "\\u003c")};
${SCRIPT}</script>
</body>
</html>
`;
}

function renderSection({ heading, note, charts = [], wide = false, table }: PageSection, options: ChartOption[]): string {
  const drawn = charts.map(({ title, note, option, height = 280 }) => {
    const index = options.push({ aria: { enabled: true }, ...option }) - 1;
    const caption = title
      ? `<figcaption>${escapeHtml(title)}${note ? `<small>${escapeHtml(note)}</small>` : ""}</figcaption>`
      : "";
    return `<figure>${caption}<div class="chart" data-chart="${index}" style="height:${height}px"></div></figure>`;
  });
  return `<section>
<h2>${escapeHtml(heading)}</h2>
${note ? `<p>${escapeHtml(note)}</p>` : ""}
${drawn.length > 0 ? `<div class="charts${drawn.length === 1 ? " one" : wide ? " wide" : ""}">${drawn.join("\n")}</div>` : ""}
${table ? renderTable(table) : ""}
</section>`;
}

function renderTable({ columns, rows }: PageTable): string {
  const isNumeric = columns.map(
    (_, i) =>
      rows.some((row) => typeof row[i] === "number") || (rows.length > 0 && rows.every((row) => FIGURE.test(String(row[i])))),
  );
  const cell = (tag: "th" | "td", value: string | number, i: number) =>
    `<${tag}${isNumeric[i] ? ' class="n"' : String(value).length > WRAP ? ' class="w"' : ""}>${escapeHtml(String(value))}</${tag}>`;
  const head = columns.map((column, i) => cell("th", column, i)).join("");
  const body = rows.map((row) => `<tr>${row.map((value, i) => cell("td", value, i)).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** Cells longer than this may break over lines. */
const WRAP = 60;

/** A figure as text: sign, digits with separators, perhaps a unit of one sign. */
const FIGURE = /^[+−-]?\d[\d,.]*( %)?$/;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const STYLE = `${HOUSE_STYLE}main { max-width: 1240px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; text-wrap: balance; } h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 0 0 12px; color: var(--soft); max-width: 80ch; }
dl { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-size: 20px; font-variant-numeric: tabular-nums; }
dl div:has(.detail) { flex: 1 1 200px; } .detail { color: var(--soft); font-size: 13px; line-height: 1.4; margin-top: 3px; }
section { margin-top: 34px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(360px, 1fr)); gap: 14px; }
.charts.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); }
.charts.one { grid-template-columns: 1fr; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 10px 4px; min-width: 0; }
figcaption { font-weight: 600; font-size: 14px; padding: 0 4px 4px; }
figcaption small { display: block; font-weight: 400; font-size: 13px; line-height: 1.4; color: var(--soft); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin-top: 12px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 9px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } tr:last-child td { border-bottom: 0; } .n { text-align: right; } .w { white-space: normal; min-width: 260px; }
@media (max-width: 420px) {
  .charts { grid-template-columns: 1fr; }
  table:not(:has(th:nth-child(3))) td { white-space: normal; min-width: 0; }
}
@media print { figure, section { break-inside: avoid; } }
`;

/** Draws every chart in the colours of the page and again when the reader's preference changes. */
const SCRIPT = `
const dark = matchMedia("(prefers-color-scheme: dark)");
let charts = [];
function draw() {
  for (const chart of charts) chart.dispose();
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const axis = {
    axisLine: { lineStyle: { color: colour("--line") } }, axisTick: { lineStyle: { color: colour("--line") } },
    axisLabel: { color: colour("--soft") }, splitLine: { lineStyle: { color: colour("--line") } }, nameTextStyle: { color: colour("--soft") },
  };
  const theme = {
    color: ${JSON.stringify(SERIES_COLOURS)}, backgroundColor: "transparent", textStyle: { color: colour("--ink"), fontFamily: "inherit" },
    categoryAxis: axis, valueAxis: axis, logAxis: axis, timeAxis: axis,
    legend: { textStyle: { color: colour("--ink") }, inactiveColor: colour("--line"), pageTextStyle: { color: colour("--soft") } },
    tooltip: { backgroundColor: colour("--card"), borderColor: colour("--line"), textStyle: { color: colour("--ink") } },
    visualMap: { textStyle: { color: colour("--soft") } }, heatmap: { label: { color: colour("--ink") } }, title: { textStyle: { color: colour("--ink") } },
  };
  charts = [...document.querySelectorAll("[data-chart]")].map((element) => {
    const chart = echarts.init(element, theme);
    chart.setOption({ animation: false, ...options[element.dataset.chart] });
    return chart;
  });
}
draw();
dark.addEventListener("change", draw);
addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
`;
