import { timeText } from "../../report/numberText.ts";
import type { Room } from "./connect.ts";
import { createTable, el, section } from "./dom.ts";
import type { View } from "./shell.ts";

const LEVELS = { good: "good", warn: "look", bad: "act" } as const;

/** Everything that is looked at to say whether the vault is well. */
export function healthView(): View {
  const table = createTable(
    "Checks",
    [{ name: "Check" }, { name: "State", kind: "tag" }, { name: "Now" }, { name: "Meaning", kind: "prose" }],
    "Nothing was checked yet.",
  );
  const facts = createTable("Facts", [{ name: "What" }, { name: "Now", kind: "hash" }], "Nothing was read yet.");
  const root = el(
    "div",
    {},
    section("Health", "What wants a look or an act comes first.", table.root),
    section("This vault", "", facts.root),
  );

  function update({ vault }: Room): void {
    if (vault === undefined) return;
    const rank = { bad: 0, warn: 1, good: 2 } as const;
    const sorted = vault.checks.toSorted((a, b) => rank[a.level] - rank[b.level]);
    table.fill(
      sorted.map(({ name, level, value, note }) => [name, { text: LEVELS[level], tone: `badge ${level}` }, value, note]),
    );
    const { view } = vault;
    facts.fill([
      ["Vault", vault.vault],
      ["Chain", String(vault.chainId)],
      ...(view === undefined
        ? []
        : [
            ["Block", String(view.block.number)],
            ["Block hash", view.block.hash],
            ["Block time, UTC", timeText(view.block.timestamp)],
            ["Base fee", `${view.block.baseFeeGwei.toFixed(3)} gwei`],
          ]),
    ]);
  }
  return { root, update, close: () => undefined };
}
