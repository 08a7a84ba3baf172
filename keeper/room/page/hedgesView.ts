import { numberText, timeText } from "../../report/numberText.ts";
import type { Act, InFlightView } from "../../service/serviceState.ts";
import type { Room } from "./connect.ts";
import { type Cell, createTable, el, section, type Table } from "./dom.ts";
import { proseText, shortHex, unitsText } from "./figures.ts";
import type { View } from "./shell.ts";

/** A table of what the keeper did, newest first. */
export function createActTable(caption: string, empty: string): Table {
  return createTable(
    caption,
    [
      { name: "Time, UTC" },
      { name: "Block", kind: "number" },
      { name: "What", kind: "tag" },
      { name: "State" },
      { name: "Hedge error, units" },
      { name: "Cost, quote", kind: "number" },
      { name: "Why", kind: "prose" },
      { name: "Transaction", kind: "hash" },
    ],
    empty,
  );
}

/** @param inFlight  what is not mined yet: its hash is the latest attempt's */
export function actRow(act: Act, inFlight: readonly InFlightView[]): readonly Cell[] {
  const { decisionId, timestamp, block, verdict, transaction, hedgeErrors, costs, reason } = act;
  const hash = act.hash ?? inFlight.find((each) => each.decisionId === decisionId)?.hashes.at(-1);
  const cost = Object.values(costs).reduce((sum, part) => sum + part, 0);
  const moves = hedgeErrors.map(({ underlying, before, after }) => `${underlying} ${unitsText(before)} → ${unitsText(after)}`);
  return [
    timeText(timestamp),
    numberText(block),
    { text: verdict, tone: `badge ${verdict}` },
    transaction ?? (verdict === "refuse" ? "not sent" : "–"),
    moves.length > 0 ? moves.join(", ") : "–",
    Object.keys(costs).length > 0 ? numberText(cost, 2) : "–",
    proseText(reason),
    hash ?? "–",
  ];
}

/** What is in flight, and every hedge with its reason and hash. */
export function hedgesView(): View {
  const flying = createTable(
    "Transactions in flight",
    [
      { name: "State", kind: "tag" },
      { name: "Decision", kind: "number" },
      { name: "Nonce", kind: "number" },
      { name: "Waits, blocks", kind: "number" },
      { name: "Attempts", kind: "number" },
      { name: "Sender" },
      { name: "Latest hash", kind: "hash" },
    ],
    "Nothing is in flight.",
  );
  const table = createActTable("Hedges and other actions", "Nothing of this kind was done yet.");
  const choices = [
    ["Hedges", ({ verdict }: Act) => ["hedge", "take", "provision"].includes(verdict)],
    ["Refused", ({ verdict }: Act) => verdict === "refuse"],
    ["Everything", () => true],
  ] as const;
  let chosen = 0;
  let last: Room | undefined;
  const buttons = choices.map(([name], index) => {
    const button = el("button", { type: "button", "aria-pressed": String(index === chosen) }, name);
    button.addEventListener("click", () => {
      chosen = index;
      for (const [at, each] of buttons.entries()) each.setAttribute("aria-pressed", String(at === chosen));
      if (last !== undefined) update(last);
    });
    return button;
  });

  function update(room: Room): void {
    last = room;
    const { view, inFlight = [] } = room.vault ?? {};
    flying.fill(inFlight.map((each) => flyingRow(each, view?.block.number ?? each.createdBlock)));
    table.fill(room.acts.filter(choices[chosen]?.[1] ?? (() => true)).map((act) => actRow(act, inFlight)));
  }

  const filter = el("div", { class: "choices", role: "group", "aria-label": "Which actions" }, ...buttons);
  const root = el(
    "div",
    {},
    section(
      "In flight",
      "A hedge in flight counts as done until it is mined or dead; no second one starts beside it.",
      flying.root,
    ),
    section(
      "Hedges",
      "Newest first. The error is what the vault itself measured before and after; the cost is execution and gas, in quote.",
      filter,
      table.root,
    ),
  );
  return { root, update, close: () => undefined };
}

function flyingRow({ state, decisionId, nonce, createdBlock, hashes, sender }: InFlightView, block: number): readonly Cell[] {
  return [
    { text: state, tone: "badge hold" },
    String(decisionId),
    nonce === null ? "none yet" : String(nonce),
    String(Math.max(0, block - createdBlock)),
    String(hashes.length),
    shortHex(sender),
    hashes.at(-1) ?? "not signed yet",
  ];
}
