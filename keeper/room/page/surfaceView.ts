import { ageText, numberText, percentText, sizeText, timeText } from "../../report/numberText.ts";
import type { SurfaceCurves } from "../smileCurves.ts";
import { type Chart, createChart, type Line } from "./chart.ts";
import type { Room } from "./connect.ts";
import { createTable, el, section } from "./dom.ts";
import type { View } from "./shell.ts";

const COLOURS = ["--blue", "--orange", "--region", "--purple"];

/** The posted volatility surface: a smile for each expiry, and how old it is. */
export function surfaceView(): View {
  const charts = el("div", { class: "charts" });
  const drawn = new Map<string, Chart>();
  const nothing = el(
    "p",
    { class: "empty card" },
    "No smile is posted yet: the desk posts them when the market's marks are known.",
  );
  const slices = createTable(
    "Posted smiles",
    [
      { name: "Underlying" },
      { name: "Expiry, UTC" },
      { name: "In, days", kind: "number" },
      { name: "Vol at the money", kind: "number" },
      { name: "Forward", kind: "number" },
      { name: "Carry a year", kind: "number" },
      { name: "Posted", kind: "number" },
    ],
    "No smile is posted yet.",
  );
  const root = el(
    "div",
    {},
    section(
      "Volatility surface",
      "The vault is valued on these smiles; each line is one expiry, by strike, each dot an option the vault holds.",
      nothing,
      charts,
    ),
    section("Slices", "", slices.root),
  );

  function update({ vault }: Room): void {
    const { view, surfaces = [] } = vault ?? {};
    if (view === undefined) return;
    const posted = surfaces.filter(({ smiles }) => smiles.length > 0);
    nothing.hidden = posted.length > 0;
    for (const surface of posted) {
      // Another expiry is another line: such a chart is drawn anew.
      const id = [surface.symbol, ...surface.smiles.map(({ expiry }) => expiry)].join(" ");
      if (!drawn.has(id)) {
        for (const [known, chart] of drawn) if (known.startsWith(`${surface.symbol} `)) remove(known, chart);
        const chart = smileChart(surface);
        drawn.set(id, chart);
        charts.append(chart.root);
      }
      drawn.get(id)?.update([surface.strikes, ...surface.smiles.flatMap(({ vols, held }) => [vols, held])]);
    }
    const now = view.block.timestamp;
    slices.fill(
      posted.flatMap(({ symbol, smiles }) => {
        const price = view.underlyings.find((each) => each.symbol === symbol)?.price ?? 0;
        return smiles.map(({ expiry, postedAt, atTheMoney, carry }) => [
          symbol,
          timeText(expiry),
          numberText((expiry - now) / 86_400, 2),
          percentText(atTheMoney),
          sizeText(price * Math.exp((carry * (expiry - now)) / (365 * 86_400))),
          percentText(carry, 2),
          `${ageText(now - postedAt)} ago`,
        ]);
      }),
    );
  }

  function remove(id: string, chart: Chart): void {
    chart.close();
    chart.root.remove();
    drawn.delete(id);
  }

  return {
    root,
    update,
    close() {
      for (const chart of drawn.values()) chart.close();
    },
  };
}

function smileChart({ symbol, smiles }: SurfaceCurves): Chart {
  return createChart({
    title: `${symbol} smiles`,
    unit: "annualised vol by strike",
    lines: smiles.flatMap(({ expiry }, index): Line[] => {
      const colour = COLOURS[index % COLOURS.length] ?? "--blue";
      return [
        { label: timeText(expiry).slice(0, 10), colour },
        { label: "options held", colour, kind: "dots", isQuiet: index > 0 },
      ];
    }),
    x: "number",
    xText: sizeText,
    yText: (value) => percentText(value),
  });
}
