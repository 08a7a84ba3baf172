import { percentText, signedText, timeText } from "../../report/numberText.ts";
import type { PnlView } from "../../service/serviceState.ts";
import { createChart } from "./chart.ts";
import type { Room } from "./connect.ts";
import { el, section, setClass, setText } from "./dom.ts";
import { axisText, createFigure, toneOf } from "./figures.ts";
import type { View } from "./shell.ts";

const PARTS: readonly (readonly [Exclude<keyof PnlView, "since" | "total">, string, string])[] = [
  ["delta", "Delta", "what was left unhedged, times the move of spot"],
  ["gamma", "Gamma", "curvature, times half the squared move"],
  ["theta", "Theta", "time passing"],
  ["vega", "Vega", "moves of vol"],
  ["crossVol", "Vanna and volga", "moves of vol with spot and with themselves"],
  ["carry", "Carry", "interest earned less interest owed"],
  ["execution", "Hedge execution", "pool fees and slippage of hedges"],
  ["gas", "Gas", "of every transaction"],
  ["other", "Premiums and rest", "premiums above the mark and higher orders"],
];

/** Where the profit came from, by part and over time. */
export function pnlView(): View {
  const total = createFigure("P&L since start");
  const market = createFigure("Options and hedges together");
  const cost = createFigure("Cost of hedging");
  const bars = PARTS.map(([, name, note]) => bar(name, note));
  const flows = el("p", { class: "note flows" });
  const list = el("ul", { class: "card parts" }, ...bars.map((each) => each.root));
  const chart = createChart({
    title: "P&L since the keeper started",
    unit: "in quote",
    lines: [
      { label: "total", colour: "--blue" },
      { label: "market moves and time", colour: "--orange" },
      { label: "cost of hedging", colour: "--red" },
    ],
    x: "time",
    xText: (value) => timeText(value).slice(5),
    yText: axisText,
  });
  const nothing = el("p", { class: "empty card" }, "The P&L is known from the second block on.");
  const some = el(
    "div",
    {},
    el("dl", { class: "figures" }, total.root, market.root, cost.root),
    section("Attribution", "Each block's change of value split by what moved it; the parts sum to the P&L.", list, flows),
    section("Over time", "", el("div", { class: "charts one" }, chart.root)),
  );
  const root = el("div", {}, nothing, some);

  function update({ vault, pnlPoints }: Room): void {
    const { pnl, view } = vault ?? {};
    nothing.hidden = pnl !== undefined;
    some.hidden = pnl === undefined;
    if (pnl === undefined || view === undefined) return;
    const moved = pnl.delta + pnl.gamma + pnl.vega + pnl.crossVol + pnl.theta;
    const spent = pnl.execution + pnl.gas;
    total.set(signedText(pnl.total), `${view.quote} since ${timeText(pnl.since)} UTC`, toneOf(pnl.total, 0.5));
    market.set(signedText(moved), `${view.quote}: delta, gamma, vega and theta`, toneOf(moved, 0.5));
    cost.set(signedText(spent), `${view.quote}, ${percentText(view.equity > 0 ? -spent / view.equity : 0, 3)} of equity`);
    setText(
      flows,
      Math.abs(pnl.flows) < 0.5 ? "" : `Not counted: ${signedText(pnl.flows)} ${view.quote} of deposits less redemptions.`,
    );
    const most = Math.max(1e-9, ...PARTS.map(([part]) => Math.abs(pnl[part])));
    for (const [index, [part]] of PARTS.entries()) bars[index]?.set(pnl[part], most);
    chart.update([
      pnlPoints.map(({ timestamp }) => timestamp),
      pnlPoints.map((point) => point.total),
      pnlPoints.map((point) => point.market),
      pnlPoints.map((point) => point.cost),
    ]);
  }
  return { root, update, close: chart.close };
}

/** A part as a bar to the right of the middle when it earned, to the left when it cost. */
function bar(name: string, note: string) {
  const fill = el("span", { class: "fill" });
  const value = el("span", { class: "value" });
  const track = el("span", { class: "track", "aria-hidden": "true" }, fill, el("span", { class: "zero" }));
  const root = el("li", { class: "part" }, el("span", { class: "name" }, name, el("small", {}, note)), track, value);
  return {
    root,
    set(figure: number, most: number) {
      const width = (50 * Math.abs(figure)) / most;
      fill.style.left = `${figure < 0 ? 50 - width : 50}%`;
      fill.style.width = `${width}%`;
      setClass(fill, `fill ${toneOf(figure, 0)}`);
      setText(value, signedText(figure, 2));
    },
  };
}
