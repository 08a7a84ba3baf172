import { ageText, numberText, percentText, signedText, timeText } from "../../report/numberText.ts";
import type { UnderlyingView } from "../../service/vaultView.ts";
import type { Room } from "./connect.ts";
import { el, section, setClass, setText } from "./dom.ts";
import { createErrorChart, type ErrorChart } from "./errorChart.ts";
import { createFigure, proseText, toneOf, unitsText } from "./figures.ts";
import { actRow, createActTable } from "./hedgesView.ts";
import { createLimitBar } from "./limitBar.ts";
import { hashOf } from "./route.ts";
import type { View } from "./shell.ts";

const LATEST = 5;
const VERDICTS: Readonly<Record<string, string>> = {
  hold: "Holding",
  hedge: "Hedging",
  take: "Taking an option quote",
  provision: "Readying collateral",
  refuse: "Not deciding",
};

/** How one vault stands now: the decision, the figures that matter, Greeks against limits, the error in its region, the last hedges. */
export function overviewView(vault: string): View {
  const verdict = el("strong", {});
  const reasons = el("ul", { class: "reasons" });
  const decision = el("div", { class: "decision card" }, verdict, reasons);
  const figures = {
    equity: createFigure("Equity"),
    pnl: createFigure("P&L since start"),
    use: createFigure("Way to the trigger"),
    budget: createFigure("Execution budget"),
    health: createFigure("Aave health"),
    oracle: createFigure("Oldest oracle answer"),
  };
  const cards = el("div", { class: "cards" });
  const charts = el("div", { class: "charts" });
  const greeks = new Map<string, ReturnType<typeof greekCard>>();
  const errors = new Map<string, ErrorChart>();
  const latest = createActTable("Latest actions", "Nothing was traded yet: no hedge was worth its cost.");
  const all = el("a", { href: hashOf(vault, "hedges"), class: "more" }, "All hedges and their reasons");
  const root = el(
    "div",
    {},
    decision,
    el("dl", { class: "figures" }, ...Object.values(figures).map((figure) => figure.root)),
    section(
      "Greeks against limits",
      "Shaded is where nothing need be done: the no-trade region, then what the guard allows.",
      cards,
    ),
    section(
      "Hedge error in its no-trade region",
      "Inside the shaded region a hedge would cost more than the risk it removes.",
      charts,
    ),
    section("Latest actions", "", latest.root, all),
  );

  function update(room: Room): void {
    const { view, pnl } = room.vault ?? {};
    if (view === undefined) return;
    const line = room.message.vaults.find(({ key }) => key === vault);
    setText(verdict, VERDICTS[view.decision.verdict] ?? view.decision.verdict);
    setClass(decision, `decision card ${view.decision.verdict}`);
    fillReasons(reasons, view.decision.reason);
    figures.equity.set(numberText(view.equity), `${view.quote}, ${numberText(view.quoteCash)} of it in cash`);
    if (pnl === undefined) figures.pnl.set("–", "Known from the second block on");
    else figures.pnl.set(signedText(pnl.total), `${view.quote} since ${timeText(pnl.since)} UTC`, toneOf(pnl.total, 0.5));
    const use = line?.regionUse;
    figures.use.set(
      use === undefined ? "–" : use > 99 ? "> 9,900 %" : percentText(use, 0),
      use === undefined
        ? "Nothing can be decided"
        : use > 1
          ? "Outside the region: a hedge is due"
          : "100 % is where a hedge begins",
      use !== undefined && use > 1 ? "warned" : "",
    );
    const left = view.budget.limit > 0 ? view.budget.left / view.budget.limit : 0;
    figures.budget.set(percentText(left, 0), `${numberText(view.budget.left)} of ${numberText(view.budget.limit)} ${view.quote}`);
    // An account without debt has endless health, which JSON carries as null.
    const health: number | null = view.health;
    figures.health.set(
      health === null ? "No debt" : numberText(health, 2),
      `The guard's floor is ${numberText(view.healthFloor, 2)}`,
    );
    const ages = view.underlyings
      .map(({ symbol, oracleAgeSeconds }) => [oracleAgeSeconds, symbol] as const)
      .sort((a, b) => b[0] - a[0]);
    figures.oracle.set(
      ages[0] === undefined ? "–" : ageText(ages[0][0]),
      ages[0] === undefined ? "" : `${ages[0][1]}, before this block`,
    );
    for (const each of view.underlyings) {
      const card = greeks.get(each.symbol) ?? greekCard(each.symbol);
      if (!greeks.has(each.symbol)) {
        greeks.set(each.symbol, card);
        cards.append(card.root);
        const chart = createErrorChart(each.symbol);
        errors.set(each.symbol, chart);
        charts.append(chart.root);
      }
      card.update(each, view.quote);
      errors.get(each.symbol)?.update(room);
    }
    latest.fill(room.acts.slice(0, LATEST).map((act) => actRow(act, room.vault?.inFlight ?? [])));
  }

  return {
    root,
    update,
    close() {
      for (const chart of errors.values()) chart.close();
    },
  };
}

/** The reason's parts as lines: each underlying speaks for itself. */
function fillReasons(list: HTMLElement, reason: string): void {
  if (list.dataset.reason === reason) return;
  list.dataset.reason = reason;
  list.replaceChildren(
    ...proseText(reason)
      .split("; ")
      .map((part) => el("li", {}, part)),
  );
}

function greekCard(symbol: string) {
  const price = el("span", { class: "price" });
  const region = createLimitBar("Error in region");
  const delta = createLimitBar("Hedge error");
  const gamma = createLimitBar("Gamma, per 1 % move");
  const vega = createLimitBar("Vega, per vol point");
  const holdings = el("p", { class: "detail" });
  const root = el(
    "article",
    { class: "card" },
    el("h3", {}, symbol, price),
    el("ul", { class: "limits" }, region.root, delta.root, gamma.root, vega.root),
    holdings,
  );
  return {
    root,
    update(view: UnderlyingView, quote: string) {
      setText(price, `${numberText(view.price, 2)} ${quote}, ${ageText(view.oracleAgeSeconds)} old`);
      const plan = view.plan;
      region.root.hidden = plan === undefined;
      if (plan !== undefined) {
        const { lower, upper } = plan.region;
        const slack = (upper - lower) / 3 || 1;
        region.set(
          plan.hedgeError,
          [lower - slack, upper + slack],
          [lower, upper],
          unitsText(plan.hedgeError),
          `${unitsText(lower)} to ${unitsText(upper)} ${symbol}`,
        );
      }
      limited(delta, view.hedgeError, 1, symbol);
      limited(gamma, view.gamma, view.price / 100, symbol);
      limited(vega, view.vega, 0.01, quote);
      const legs = view.legs.length;
      setText(
        holdings,
        `Net holdings ${unitsText(view.holdings)} ${symbol} against ${legs} option ${legs === 1 ? "position" : "positions"}`,
      );
    },
  };
}

/** @param scale  from the contract's unit to the desk's */
function limited(
  bar: ReturnType<typeof createLimitBar>,
  { value, limit }: UnderlyingView["gamma"],
  scale: number,
  unit: string,
): void {
  const bound = limit * scale;
  bar.set(
    value * scale,
    [-1.15 * bound, 1.15 * bound],
    [-bound, bound],
    unitsText(value * scale),
    `limit ±${unitsText(bound).replace("+", "")} ${unit}`,
  );
}
