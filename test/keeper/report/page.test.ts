import { describe, expect, it } from "vitest";
import { renderPage } from "../../../keeper/report/page.ts";

const page = {
  title: "Fees & <tails>",
  figures: [{ label: "Spot", value: "2,000" }],
  sections: [
    { heading: "Chart", charts: [{ title: "one", option: { series: [{ type: "line", name: "</script><b>" }] } }] },
    {
      heading: "Table",
      table: {
        columns: ["name", "value"],
        rows: [
          ["a<b", 1.5],
          ["none", "−∞"],
        ],
      },
    },
  ],
} as const;

describe("a report page", () => {
  it("opens offline: the chart library is inside and nothing is fetched", async () => {
    const html = await renderPage(page);
    const scripts = html.match(/<script>/g);
    expect(scripts).toHaveLength(2);
    expect(html.includes("echarts={}")).toBe(true);
    const markup = html.replaceAll(/<script>.*?<\/script>/gs, "");
    expect(markup).not.toMatch(/(src|href|url\()/);
  });

  it("writes text as text, wherever it comes from", async () => {
    const html = await renderPage(page);
    expect(html.includes("<title>Fees &amp; &lt;tails&gt;</title>")).toBe(true);
    expect(html.includes("<td>a&lt;b</td>")).toBe(true);
    // Two script elements, each closed once: no data can end them early.
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  it("sets a column of numbers flush right, words in it too", async () => {
    const html = await renderPage(page);
    expect(html.includes('<th>name</th><th class="n">value</th>')).toBe(true);
    expect(html.includes('<td class="n">−∞</td>')).toBe(true);
  });

  it("sets a column of nothing but figures in text flush right", async () => {
    const rows = [
      ["+1,200", "3 %", "2026-01-02"],
      ["−0.5", "12 %", "7"],
    ];
    const html = await renderPage({ title: "", sections: [{ heading: "", table: { columns: ["a", "b", "c"], rows } }] });
    expect(html).toContain('<th class="n">a</th><th class="n">b</th><th>c</th>');
  });

  it("knows light and dark", async () => {
    const html = await renderPage(page);
    expect(html.includes("prefers-color-scheme: dark")).toBe(true);
  });
});
